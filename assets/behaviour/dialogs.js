// <dialog>s: those opened by data-open="#id", and the question asked before a dangerous act.
//
// data-confirm="将影响 1,284 人，…" on a form, submit button or htmx element holds the consequences;
// data-confirm-title and data-confirm-action name the question and the button; a .btn-danger asks in red.

let ask;

function fill(source) {
  const dialog = document.getElementById("confirm");
  const words = { title: source.dataset.confirmTitle || "请确认", text: source.dataset.confirm, action: source.dataset.confirmAction || "确定" };
  for (const [name, text] of Object.entries(words)) dialog.querySelector(`[data-confirm-${name}]`).textContent = text;
  return dialog;
}

function question(source, submitter) {
  const dialog = fill(source);
  const yes = dialog.querySelector("[data-confirm-action]");
  const isDanger = (submitter ?? source).matches(".btn-danger") || source.dataset.confirmKind === "danger";
  yes.classList.toggle("btn-danger", isDanger);
  yes.classList.toggle("btn-primary", !isDanger);
  dialog.returnValue = "";
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => resolve(dialog.returnValue === "yes"), { once: true });
  });
}

function holdSubmit(event) {
  const source = event.submitter?.closest("[data-confirm]") ?? event.target.closest("form[data-confirm]");
  if (!source || event.target === ask) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  question(source, event.submitter).then((isSure) => {
    if (!isSure) return;
    ask = event.target;
    try { event.target.requestSubmit(event.submitter); } finally { ask = undefined; }
  });
}

function holdRequest(event) {
  const { ctx } = event.detail;
  const source = ctx.sourceElement;
  // A form was asked about at its submit event; only other elements are asked about here.
  if (!ctx.confirm || source.tagName === "FORM") return;
  event.preventDefault();
  source.dataset.confirm ||= ctx.confirm;
  question(source).then((isSure) => (isSure ? event.detail.issueRequest() : event.detail.dropRequest()));
}

/** Elements that ask htmx for something by themselves may carry data-confirm too. */
function askFirst(event) {
  const { ctx } = event.detail;
  if (ctx.sourceElement.tagName !== "FORM") ctx.confirm ??= ctx.sourceElement.dataset.confirm;
}

function followButtons(event) {
  const opener = event.target.closest("[data-open]");
  if (opener) {
    const dialog = document.querySelector(opener.dataset.open);
    const title = dialog?.querySelector("[data-dialog-title]");
    if (title && opener.dataset.title) title.textContent = opener.dataset.title;
    dialog?.showModal();
    if (opener.matches("a")) event.preventDefault();
    return;
  }
  const closer = event.target.closest("[data-close]");
  if (closer) closer.closest("dialog, [data-closable]")?.[closer.closest("dialog") ? "close" : "remove"]();
  // A tap on the backdrop lands on the dialog itself.
  else if (event.target.matches?.("dialog[data-light-close]")) event.target.close();
}

export function startDialogs() {
  document.addEventListener("submit", holdSubmit, true);
  document.addEventListener("htmx:config:request", askFirst);
  document.addEventListener("htmx:confirm", holdRequest);
  document.addEventListener("click", followButtons);
}
