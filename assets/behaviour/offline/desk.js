// The page without signal (离线记录): write an entry, see what waits, mend what was not accepted.
import { WORDS, change, discard, entriesOf, keep, send } from "./outbox.js";
import { takeAlong } from "./duties.js";
import { ask } from "../fill.js";
import { holder, meet, unseal } from "./vault.js";

const ICONS = { pending: "warn", conflict: "bad", sent: "good" };

function today() {
  return new Date(Date.now() + 8 * 3_600_000).toISOString().slice(0, 10);
}

function copyOf(desk, name) {
  return desk.querySelector(`template[data-${name}]`).content.firstElementChild.cloneNode(true);
}

function showDuties(desk, duties) {
  const box = desk.querySelector("[data-duties]");
  box.replaceChildren(...duties.map(({ id, text, measure, words, evidence }, place) => {
    const label = copyOf(desk, "duty");
    const radio = label.querySelector("input");
    radio.value = id;
    radio.dataset.measure = measure;
    if (words) radio.dataset.words = "";
    if (evidence) radio.dataset.evidenceAsked = "";
    radio.defaultChecked = place === 0;
    label.querySelector("span").textContent = text;
    return label;
  }));
}

function lineOf(desk, duties, { row, said }, act) {
  const line = copyOf(desk, "entry");
  const say = (name, text) => { line.querySelector(`[data-${name}]`).textContent = text; };
  const values = Object.fromEntries(said.fields);
  const chip = line.querySelector("[data-state]");
  chip.textContent = WORDS[row.state];
  chip.classList.add(`chip-${ICONS[row.state]}`);
  say("day", values.worked_on);
  say("duty", duties.find((one) => one.id === values.post_duty_id)?.text ?? "");
  say("content", values.content);
  say("message", row.state === "conflict" ? `${said.message}。${said.status === 409 ? "请到当天页面核对；确认无误后在此放弃。" : "请修改后重新提交，或者放弃。"}` : said.notice ? `${said.notice}，审核人会看到。` : "");
  say("files", said.names.length ? `附件 ${said.names.length} 个` : "");
  const link = line.querySelector("[data-link]");
  link.href = said.url || `/duty-eval/today?day=${values.worked_on}`;
  link.hidden = row.state === "pending";
  for (const button of line.querySelectorAll("[data-act]")) {
    button.hidden = row.state === "sent";
    button.addEventListener("click", () => act[button.dataset.act](row, said));
  }
  return line;
}

/** Puts the fields into the form; with an id they are what an entry says, to be mended. */
function fill(form, fields, id) {
  const values = Object.fromEntries(fields);
  if (id) form.dataset.entry = id;
  for (const name of ["worked_on", "content", "minutes", "quantity", "start", "overlap_reason", "result", "problem", "next_step", "late_reason", "client_key"]) {
    if (form.elements[name]) form.elements[name].value = values[name] ?? "";
  }
  for (const radio of form.querySelectorAll("[name=post_duty_id]")) radio.checked = radio.value === values.post_duty_id;
  askFor(form);
  const hours = form.querySelector("[data-hours]");
  if (values.start) hours.open = true;
  form.querySelector("[data-words-box]").open = true;
  form.elements.content.focus();
}

/** The page asks for what the chosen duty asks for. */
function askFor(form) {
  const chosen = form.querySelector("[name=post_duty_id]:checked");
  if (chosen) ask(chosen);
}

/** There are words, or a duty that asks for none with a quantity or minutes: what the server would refuse is said here, not days later. */
function saysSomething(form) {
  const { content, minutes, quantity } = form.elements;
  const duty = form.querySelector("[name=post_duty_id]:checked");
  const asksWords = !duty || "words" in duty.dataset;
  const is = Boolean(content.value.trim()) || (!asksWords && Boolean(minutes.value || quantity.value));
  content.setCustomValidity(is ? "" : asksWords ? "这项须写明做了什么" : "请写明做了什么；不写的，须选对应职责并填数量或用时");
  if (!is) {
    form.querySelector("[data-words-box]").open = true;
    content.reportValidity();
  }
  form.addEventListener("input", () => content.setCustomValidity(""), { once: true });
  return is;
}

function clear(form) {
  delete form.dataset.entry;
  form.reset();
  form.elements.client_key.value = crypto.randomUUID();
  form.elements.worked_on.value = today();
  form.elements.worked_on.max = today();
  askFor(form);
}

/** The entry again as the form has it now; its key stays, so that what was taken once is never taken twice. */
async function mend(owner, typed, known) {
  const said = known.said;
  const data = [...typed].filter(([, value]) => typeof value === "string");
  const kept = said.fields.filter(([name]) => !data.some(([one]) => one === name));
  await change(owner, known.row.id, { ...said, fields: [...kept, ...data], message: "" });
}

export async function fillDesk(desk) {
  const known = (await holder()) ?? (await meet().catch(() => null))?.owner;
  const owner = known && (await takeAlong(known));
  const form = desk.querySelector("form");
  const facts = owner?.facts ? await unseal(owner, owner.facts) : { duties: [], name: "" };
  desk.querySelector("[data-nobody]").hidden = Boolean(owner?.facts);
  desk.querySelector("[data-barred]").hidden = Boolean(facts.duties);
  form.hidden = !owner?.facts || !facts.duties;
  if (!owner) {
    desk.querySelector("[data-sign-in]").hidden = !navigator.onLine;
    return;
  }
  desk.querySelector("[data-who]").textContent = facts.name && `${facts.name}，`;
  const duties = facts.duties ?? [];
  showDuties(desk, duties);
  clear(form);
  const status = desk.querySelector("[data-status]");
  let entries = [];
  const act = {
    mend: (row, said) => fill(form, said.fields, row.id),
    discard: async (row) => { if (window.confirm("放弃后这一项不再提交，本机也不再保留。确定放弃？")) await discard(row.id); },
  };
  const show = async () => {
    entries = await entriesOf(owner);
    desk.querySelector("[data-entries]").replaceChildren(...entries.toReversed().map((one) => lineOf(desk, duties, one, act)));
    desk.querySelector("[data-empty]").hidden = entries.length > 0;
  };
  const sync = async () => {
    const outcome = await send(owner.account);
    status.textContent = { done: "已与服务器同步。", later: "现在没有网络。记录已存在本机（加密），联网后自动提交。", "signed-out": "登录已过期。记录仍加密保存在本机，请登录后自动提交。" }[outcome];
    desk.querySelector("[data-sign-in]").hidden = outcome !== "signed-out";
  };
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    event.stopImmediatePropagation();
    if (!saysSomething(form) || !form.reportValidity()) return;
    const known = entries.find(({ row }) => row.id === Number(form.dataset.entry));
    const data = new FormData(form);
    clear(form); // at once: what is typed while this one is being saved is the next entry's
    try {
      if (known) await mend(owner, data, known);
      else await keep(owner, form.getAttribute("action"), data);
    } catch {
      fill(form, [...data].filter(([, value]) => typeof value === "string"), known?.row.id);
      status.textContent = "本机存不下这一项，请腾出空间或等有网络时再提交。";
      return;
    }
    desk.querySelector("[data-list]").scrollIntoView({ block: "nearest" });
    sync();
  }, true);
  document.addEventListener("lvzhi:outbox", show);
  window.addEventListener("online", sync);
  await show();
  await sync();
}
