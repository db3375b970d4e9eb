// Drafts: what is typed into a form with data-draft="name" stays on this device until the form is accepted.
// Never kept: passwords, files, hidden fields, and fields marked data-no-draft (ID numbers).
import { kept, onContent } from "./page.js";

const DAYS_KEPT = 7;
/** Where the name of the form that was sent last is kept until the next page has come. */
const SENT = "draft-sent";
const KEPT_FIELDS = "input:not([type=password], [type=file], [type=hidden], [type=submit], [data-no-draft]), textarea, select";

function fieldsOf(form) {
  return [...form.querySelectorAll(KEPT_FIELDS)].filter((field) => field.name);
}

function valueOf(field) {
  if (field.matches("[type=checkbox], [type=radio]")) return field.checked;
  return field.multiple ? [...field.selectedOptions].map((option) => option.value) : field.value;
}

function keyOf(field) {
  return field.matches("[type=checkbox], [type=radio]") ? `${field.name}=${field.value}` : field.name;
}

function save(form) {
  const values = Object.fromEntries(fieldsOf(form).map((field) => [keyOf(field), valueOf(field)]));
  kept.write(`draft.${form.dataset.draft}`, JSON.stringify({ at: Date.now(), values }));
}

function put(field, value) {
  if (typeof value === "boolean") field.checked = value;
  else if (Array.isArray(value)) for (const option of field.options) option.selected = value.includes(option.value);
  else field.value = value;
}

function restore(form, values) {
  for (const field of fieldsOf(form)) {
    const value = values[keyOf(field)];
    if (value !== undefined) put(field, value);
    field.dispatchEvent(new Event("change", { bubbles: true }));
  }
}

function readDraft(name) {
  const draft = JSON.parse(kept.read(`draft.${name}`) ?? "null");
  if (draft && Date.now() - draft.at > DAYS_KEPT * 86_400_000) {
    kept.forget(`draft.${name}`);
    return null;
  }
  return draft;
}

function offer(form, draft) {
  const template = document.getElementById("draft-template");
  const bar = template.content.firstElementChild.cloneNode(true);
  const at = new Date(draft.at).toLocaleString("zh-CN", { timeZone: "Asia/Shanghai", month: "numeric", day: "numeric", hour: "2-digit", minute: "2-digit" });
  bar.querySelector("[data-text]").textContent = `本机有一份 ${at} 未提交的草稿。`;
  bar.querySelector("[data-restore]").addEventListener("click", () => { restore(form, draft.values); bar.remove(); });
  bar.querySelector("[data-discard]").addEventListener("click", () => { kept.forget(`draft.${form.dataset.draft}`); bar.remove(); });
  form.prepend(bar);
}

function watch(form) {
  if (form.dataset.draftWatched) return;
  form.dataset.draftWatched = "yes";
  const draft = readDraft(form.dataset.draft);
  // A form sent back with errors already holds what was typed.
  const differs = draft && fieldsOf(form).some((field) => {
    const value = draft.values[keyOf(field)];
    return value !== undefined && JSON.stringify(value) !== JSON.stringify(valueOf(field));
  });
  if (differs && !form.querySelector(".error-summary, [aria-invalid=true]")) offer(form, draft);
  let timer;
  form.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(save, 500, form);
  });
  form.addEventListener("submit", () => { clearTimeout(timer); save(form); kept.write(SENT, form.dataset.draft); });
}

/** A page that says that something was accepted, right after a form was sent, settles its draft; one that asks for the
 * password in between does not, it only waits. */
function settleSent() {
  if (document.querySelector("[data-draft-waits]")) return;
  const sent = kept.read(SENT);
  kept.forget(SENT);
  if (sent && document.querySelector("[data-accepted]")) kept.forget(`draft.${sent}`);
}

export function startDrafts() {
  // The page that follows an accepted form names the drafts it settles: <meta name="draft-done" content="name">.
  for (const done of document.querySelectorAll("meta[name=draft-done], [data-draft-done]")) {
    kept.forget(`draft.${done.content ?? done.dataset.draftDone}`);
  }
  settleSent();
  document.addEventListener("htmx:after:request", ({ detail: { ctx } }) => {
    const name = ctx.sourceElement.closest?.("form[data-draft]")?.dataset.draft;
    if (name && ctx.request.method !== "GET" && ctx.response.status < 400) kept.forget(`draft.${name}`);
  });
  onContent((root) => root.querySelectorAll("form[data-draft]").forEach(watch));
}
