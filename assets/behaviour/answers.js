// Answers to htmx requests that must not land in their target: whole pages, ended sessions, a server out of reach.
import { toast } from "./page.js";

const FALLBACK = {
  400: "页面停留太久，请刷新后重试。",
  401: "登录已过期，请重新登录；已填写的内容保存在本机。",
  403: "您没有做这件事的权限。",
  404: "没有找到这条内容，可能已被撤回或移动。",
  413: "文件太大，无法上传。",
  429: "操作太快，请稍候再试。",
};

function isWholePage(text) {
  return /<html[\s>]/i.test(text.slice(0, 2000));
}

function sentenceOf(text, status) {
  const page = new DOMParser().parseFromString(text, "text/html");
  return page.querySelector("[data-error-sentence]")?.textContent.trim() || FALLBACK[status] || "系统暂时没有完成，请稍后重试。";
}

function judgeAnswer(event) {
  const { ctx } = event.detail;
  const { status, raw } = ctx.response;
  const swapsPage = ctx.select || ctx.target === document.body;
  if (status < 400) {
    if (raw.redirected && isWholePage(ctx.text) && !swapsPage) {
      event.preventDefault();
      location.assign(raw.url);
    }
    return;
  }
  // The host says where to go instead (sign-in, for one).
  if (ctx.hx?.redirect || ctx.hx?.location || ctx.hx?.refresh) return;
  if (status === 422 && !isWholePage(ctx.text)) return;
  if (!isWholePage(ctx.text) && /<hx-partial|hx-swap-oob/.test(ctx.text)) return;
  event.preventDefault();
  toast(sentenceOf(ctx.text, status));
}

export function startAnswers() {
  document.addEventListener("htmx:after:request", judgeAnswer);
  document.addEventListener("htmx:error", (event) => {
    const isPolling = event.detail.ctx?.sourceEvent?.type?.startsWith("every");
    if (!isPolling) toast("连不上服务器，请检查网络后重试。");
  });
}
