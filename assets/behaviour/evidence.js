// Evidence of a record: files are gathered one after another, taken off again, and sent with their progress.
// Without this script the plain file field of the form does the work.
import { onContent } from "./page.js";

const MIB = 1024 * 1024;

function sizeOf(bytes) {
  return bytes < MIB ? `${Math.max(1, Math.round(bytes / 1024))} KB` : `${(bytes / MIB).toFixed(1)} MB`;
}

function partsOf(box) {
  const find = (name) => box.querySelector(`[data-evidence-${name}]`);
  return { input: box.querySelector("input[type=file]"), add: find("add"), list: find("list"), item: find("item"), error: find("error"), progress: find("progress") };
}

function say(parts, text) {
  parts.error.textContent = text;
  parts.error.hidden = !text;
}

function put(parts, files) {
  const carrier = new DataTransfer();
  files.forEach((file) => carrier.items.add(file));
  parts.input.files = carrier.files;
  parts.list.replaceChildren(...files.map((file, place) => {
    const line = parts.item.content.firstElementChild.cloneNode(true);
    line.querySelector("[data-name]").textContent = file.name;
    line.querySelector("[data-size]").textContent = sizeOf(file.size);
    const remove = line.querySelector("[data-remove]");
    remove.setAttribute("aria-label", `移除 ${file.name}`);
    remove.addEventListener("click", () => {
      put(parts, files.filter((_, other) => other !== place));
      say(parts, "");
      parts.add.focus();
    });
    return line;
  }));
  parts.list.hidden = files.length === 0;
  parts.kept = files;
}

function take(box, parts) {
  const all = [...parts.kept, ...parts.input.files];
  const most = Number(box.dataset.most);
  const fits = all.slice(0, most);
  say(parts, all.length > most ? `最多 ${most} 个，多出的没有加入。` : "");
  if (fits.reduce((sum, file) => sum + file.size, 0) > Number(box.dataset.mostMib) * MIB) {
    say(parts, `合计不能超过 ${box.dataset.mostMib} MB，刚才选的没有加入。`);
    put(parts, parts.kept);
    return;
  }
  put(parts, fits);
}

function set(box) {
  if (box.dataset.ready) return;
  box.dataset.ready = "yes";
  const parts = partsOf(box);
  parts.kept = [];
  parts.input.classList.add("visually-hidden");
  parts.input.tabIndex = -1;
  parts.add.hidden = false;
  parts.add.addEventListener("click", () => parts.input.click());
  parts.input.addEventListener("change", () => take(box, parts));
}

function sentenceOf(request) {
  const answer = request.response;
  const errors = Object.values(answer?.errors ?? {}).flat();
  if (errors.length) return `${errors.join("；")}。`;
  if (request.status === 413) return "文件合计太大，请减少或压缩后再提交。";
  return answer?.message ?? "没有提交成功，请稍后再试；内容和文件都还在。";
}

function send(form, parts) {
  const request = new XMLHttpRequest();
  const words = parts.progress.querySelector("[data-words]");
  const bar = parts.progress.querySelector("progress");
  const button = form.querySelector("button[type=submit]");
  const over = (sentence) => {
    parts.progress.hidden = true;
    button.disabled = false;
    delete form.dataset.uploading;
    say(parts, sentence);
    parts.error.scrollIntoView({ block: "center" });
  };
  form.dataset.uploading = "yes";
  button.disabled = true;
  say(parts, "");
  parts.progress.hidden = false;
  words.textContent = "正在上传…";
  request.open("POST", form.action);
  request.responseType = "json";
  request.setRequestHeader("Accept", "application/json");
  request.upload.addEventListener("progress", (event) => {
    if (!event.lengthComputable) return;
    bar.value = Math.round((100 * event.loaded) / event.total);
    words.textContent = bar.value < 100 ? `已上传 ${bar.value}%` : "已上传，正在保存…";
  });
  request.addEventListener("load", () => {
    if (request.status < 300 && request.response?.url) location.assign(request.response.url);
    else over(sentenceOf(request));
  });
  // The form's own key makes a second attempt harmless, whether the first one arrived or not.
  request.addEventListener("error", () => {
    over("网络中断，没有上传完。内容和文件都还在，请再次提交，不会重复。");
    form.dispatchEvent(new CustomEvent("lvzhi:unsent"));
  });
  request.send(new FormData(form));
}

export function startEvidence() {
  onContent((root) => root.querySelectorAll("[data-evidence]").forEach(set));
  document.addEventListener("submit", (event) => {
    const form = event.target;
    const box = form.matches("[data-evidence-form]") && form.querySelector("[data-evidence]");
    if (!box || event.defaultPrevented) return;
    const parts = partsOf(box);
    if (form.dataset.uploading) event.preventDefault();
    if (form.dataset.uploading || !parts.input.files.length) return;
    event.preventDefault();
    send(form, parts);
  });
}
