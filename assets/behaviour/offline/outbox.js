// The outbox: entries written without signal, sent in their order, each once and only once: an entry keeps the key
// that the server knows it by, whatever becomes of the browser in between.
import { all, drop, get, meet, openBytes, put, seal, sealBytes, unseal } from "./vault.js";

export const WORDS = { pending: "待同步", conflict: "冲突", sent: "已同步" };
/** How long a synchronised entry is still shown here. */
const SHOWN_MS = 86_400_000;
const LATER = new Set([0, 400, 429, 500, 502, 503, 504]);

/** Tells every part of the page that the outbox has changed. */
function changed() {
  document.dispatchEvent(new CustomEvent("lvzhi:outbox"));
}

/** Puts what a form says aside. `isAttempted`: it may have reached the server, so it must not change. */
export async function keep(owner, action, data) {
  const fields = [];
  const names = [];
  const files = [];
  for (const [name, value] of data) {
    if (name === "csrf_token" || name === "entry_id") continue;
    if (typeof value === "string") fields.push([name, value]);
    else if (value.size) {
      names.push([name, value.name, value.type]);
      files.push(await sealBytes(owner, await value.arrayBuffer()));
    }
  }
  const said = { action, fields, names, message: "", url: "" };
  await put("entries", { account: owner.account, state: "pending", at: Date.now(), files, said: await seal(owner, said) });
  changed();
}

/** What the account has here, oldest first: [{row, said}]. What does not open is left out and left alone. */
export async function entriesOf(owner) {
  const rows = (await all("entries")).filter((row) => row.account === owner.account);
  const read = await Promise.all(rows.map(async (row) => ({ row, said: await unseal(owner, row.said).catch(() => null) })));
  return read.filter((one) => one.said);
}

/** {pending, conflict} of an account, without opening anything. */
export async function countOf(account) {
  const rows = (await all("entries")).filter((row) => row.account === account);
  const count = (state) => rows.filter((row) => row.state === state).length;
  return { pending: count("pending"), conflict: count("conflict") };
}

export async function hasOthers(account) {
  return (await all("entries")).some((row) => row.account !== account && row.state !== "sent");
}

export async function change(owner, id, said, state = "pending") {
  const row = await get("entries", id);
  if (!row) return;
  await put("entries", { ...row, state, settled: state === "sent" ? Date.now() : undefined, files: state === "sent" ? [] : row.files, said: await seal(owner, said) });
  changed();
}

export async function discard(id) {
  await drop("entries", id);
  changed();
}

async function bodyOf(owner, row, said) {
  const body = new FormData();
  for (const [name, value] of said.fields) body.append(name, value);
  for (const [place, [name, file, type]] of said.names.entries()) {
    body.append(name, new File([await openBytes(owner, row.files[place])], file, { type }));
  }
  return body;
}

const valueOf = (said, name) => said.fields.find(([one]) => one === name)?.[1] ?? "";

/** Said of an entry that is refused for want of a reason: the reason is that there was no signal. */
function withReason(row, said) {
  const at = new Date(row.at).toLocaleString("zh-CN", { timeZone: "Asia/Shanghai", month: "numeric", day: "numeric", hour: "2-digit", minute: "2-digit" });
  const fields = said.fields.filter(([name]) => name !== "late_reason");
  return { ...said, fields: [...fields, ["late_reason", `无网络时于 ${at} 记在本机，联网后提交`]] };
}

/** Written on its own day or soon after: late only because it could not be sent. */
function wasInTime(row, said) {
  return row.at - Date.parse(`${valueOf(said, "worked_on")}T00:00:00+08:00`) < 3 * 86_400_000;
}

function sentenceOf(status, answer) {
  const errors = Object.values(answer?.errors ?? {}).flat();
  if (errors.length) return errors.join("；");
  if (status === 413) return "附件合计太大，请去掉附件后重新提交";
  return answer?.message ?? "没有被接受，请核对后重新提交";
}

async function post(owner, csrf, row, said) {
  try {
    const answer = await fetch(said.action, { method: "POST", body: await bodyOf(owner, row, said), headers: { Accept: "application/json", "X-CSRFToken": csrf } });
    return { status: answer.status, answer: await answer.json().catch(() => null) };
  } catch {
    return { status: 0, answer: null };
  }
}

/** Sends one entry; false: the rest must wait. */
async function sendOne(owner, csrf, { row, said }) {
  let { status, answer } = await post(owner, csrf, row, said);
  if (status === 422 && !valueOf(said, "late_reason") && wasInTime(row, said)) {
    said = withReason(row, said);
    await change(owner, row.id, said);
    ({ status, answer } = await post(owner, csrf, row, said));
  }
  if (status === 401 || LATER.has(status)) return false;
  if (status < 300 && answer?.id) await change(owner, row.id, { ...said, message: "", url: answer.url, notice: (answer.notices ?? []).join("；") }, "sent");
  else if (status < 300) return false;
  else await change(owner, row.id, { ...said, message: sentenceOf(status, answer), status }, "conflict");
  return true;
}

async function sendAll(account) {
  const met = await meet(account);
  if (!met) return "signed-out";
  for (const one of await entriesOf(met.owner)) {
    if (one.row.state === "sent" && Date.now() - one.row.settled > SHOWN_MS) await discard(one.row.id);
    if (one.row.state === "pending" && !(await sendOne(met.owner, met.csrf, one))) return "later";
  }
  return "done";
}

/** Sends what waits, in one window at a time: "done", "later" (no network, busy), "signed-out". */
export async function send(account) {
  try {
    return await navigator.locks.request("lvzhi-outbox", () => sendAll(account));
  } catch {
    return "later";
  } finally {
    changed();
  }
}
