// What every page does about work without signal: the service worker, the count in the top bar, sending what waits,
// leaving nothing behind when signing out.
import { kept, toast } from "../page.js";
import { fillDesk } from "./desk.js";
import { takeAlong } from "./duties.js";
import { countOf, hasOthers, keep, send } from "./outbox.js";
import { erase, forgetKeys, holder, isSupported, meet } from "./vault.js";

const EVERY_MS = 60_000;
const BUSY = new Set([502, 503, 504]);

async function showCount(account) {
  const badge = document.querySelector("[data-outbox-count]");
  if (!badge) return;
  const { pending, conflict } = await countOf(account);
  badge.hidden = pending + conflict === 0;
  badge.querySelector("[data-words]").textContent = [pending && `待同步 ${pending}`, conflict && `冲突 ${conflict}`].filter(Boolean).join(" · ");
}

function isHeld(form) {
  return Boolean(form.dataset.sending || form.dataset.uploading);
}

async function putAside(owner, form) {
  await keep(owner, form.getAttribute("action"), new FormData(form));
  kept.forget(`draft.${form.dataset.draft}`);
  location.assign(form.dataset.offlineForm);
}

/** The form of the day: sent as ever; where there is no network it goes to the outbox. */
async function sendForm(owner, form) {
  form.dataset.sending = "yes";
  let answer = null;
  try {
    if (navigator.onLine) answer = await fetch(form.action, { method: "POST", body: new FormData(form), headers: { Accept: "application/json" } });
  } catch { /* no network: the outbox takes it */ }
  try {
    if (!answer || BUSY.has(answer.status)) await putAside(owner, form);
    else if (answer.ok) location.assign((await answer.json()).url);
    else form.submit(); // the server's own page says what must be mended; the key makes the repetition harmless
  } catch {
    delete form.dataset.sending;
    toast("没有网络，本机也存不下，请保留本页，联网后再提交。");
  }
}

function watchForm(owner, form) {
  document.addEventListener("submit", (event) => {
    if (event.target !== form || event.defaultPrevented) return;
    const hasFiles = [...form.querySelectorAll("input[type=file]")].some((input) => input.files.length);
    if (isHeld(form) || (hasFiles && navigator.onLine)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    sendForm(owner, form);
  }, true);
  form.addEventListener("lvzhi:unsent", () => putAside(owner, form));
}

/** Signing out with unsent entries asks: send them, or leave without them. */
function watchLeaving(account) {
  const form = document.querySelector("[data-sign-out]");
  const dialog = document.getElementById("unsent");
  if (!form || !dialog) return;
  const leave = async () => {
    if (await hasOthers(account)) form.elements.keep.value = "1"; // another person's sealed entries stay on this device
    for (const name of Object.keys(localStorage)) if (name.startsWith(`lvzhi.${account}.`)) localStorage.removeItem(name);
    await erase(account);
    form.submit();
  };
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const { pending, conflict } = await countOf(account);
    if (!(pending + conflict)) return leave();
    dialog.querySelector("[data-words]").textContent = `本机还有 ${pending + conflict} 项没有同步。退出后本机不再保留。`;
    dialog.showModal();
  });
  dialog.addEventListener("close", async () => {
    if (dialog.returnValue === "discard") return leave();
    if (dialog.returnValue !== "send") return;
    await send(account);
    const { pending, conflict } = await countOf(account);
    if (pending + conflict) toast(conflict ? `有 ${conflict} 项没有被接受，请先到「离线记录」处理。` : "现在没有网络，还没有提交，请稍后再退出。");
    else await leave();
  });
}

async function startSignedIn(account) {
  navigator.serviceWorker?.register(document.body.dataset.workerHref, { updateViaCache: "none" }).catch(() => { /* the page works without */ });
  watchLeaving(account);
  document.addEventListener("lvzhi:outbox", () => showCount(account));
  showCount(account);
  const form = document.querySelector("[data-offline-form]");
  const owner = (await holder()) ?? null;
  const isOther = owner && owner.account !== account;
  if (isOther) await forgetKeys();
  const own = owner && !isOther ? owner : (await meet(account).catch(() => null))?.owner;
  if (!own) return;
  if (form) watchForm(own, form);
  // Whatever page comes first after signing in, so that nobody has to know of a page to visit beforehand.
  takeAlong(own);
  const sync = async () => (await countOf(account)).pending && send(account);
  sync();
  window.addEventListener("online", sync);
  setInterval(sync, EVERY_MS);
}

export async function startOffline() {
  if (!isSupported()) return;
  const account = document.body.dataset.actor;
  try {
    if (document.querySelector("[data-session-over]")) await forgetKeys();
    else if (account) await startSignedIn(account);
    const desk = document.querySelector("[data-outbox-desk]");
    if (desk) await fillDesk(desk);
  } catch { /* storage is barred (a private window): the page works as ever */ }
}
