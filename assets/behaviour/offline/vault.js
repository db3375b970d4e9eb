// The vault of this device: what was written without signal, encrypted with a key of the account (AES-GCM).
// The key itself is not kept as bytes: while the account is signed in here the browser holds it unreadable and
// non-extractable; afterwards only its wrapping stays, which the server opens for the same account alone.

const NAME = "lvzhi-offline";
const PLAIN = new TextEncoder();
let opened;

export function isSupported() {
  return Boolean(globalThis.indexedDB && globalThis.crypto?.subtle && navigator.locks);
}

function database() {
  opened ??= new Promise((resolve, reject) => {
    const asked = indexedDB.open(NAME, 1);
    asked.onupgradeneeded = () => {
      asked.result.createObjectStore("accounts", { keyPath: "account" });
      asked.result.createObjectStore("entries", { keyPath: "id", autoIncrement: true });
    };
    asked.onsuccess = () => resolve(asked.result);
    asked.onerror = () => reject(asked.error);
  });
  return opened;
}

/** One act on one store; resolves once it is on the disk, so that a killed browser loses nothing. */
async function work(store, mode, act) {
  const one = (await database()).transaction(store, mode, { durability: "strict" });
  return new Promise((resolve, reject) => {
    const request = act(one.objectStore(store));
    one.oncomplete = () => resolve(request.result);
    one.onerror = one.onabort = () => reject(one.error);
  });
}

export const all = (store) => work(store, "readonly", (rows) => rows.getAll());
export const get = (store, key) => work(store, "readonly", (rows) => rows.get(key));
export const put = (store, row) => work(store, "readwrite", (rows) => rows.put(row));
export const drop = (store, key) => work(store, "readwrite", (rows) => rows.delete(key));

/** Changes of an account's row in one transaction: what another page wrote meanwhile stays. */
export async function amend(account, changes) {
  const one = (await database()).transaction("accounts", "readwrite", { durability: "strict" });
  const rows = one.objectStore("accounts");
  return new Promise((resolve, reject) => {
    let row;
    rows.get(account).onsuccess = ({ target }) => {
      row = { ...target.result, ...changes, account };
      rows.put(row);
    };
    one.oncomplete = () => resolve(row);
    one.onerror = one.onabort = () => reject(one.error);
  });
}

/** Bytes sealed for the account: {iv, data}. Another account's key or changed bytes do not open them. */
export async function sealBytes(owner, bytes) {
  const iv = crypto.getRandomValues(new Uint8Array(12));
  const data = await crypto.subtle.encrypt({ name: "AES-GCM", iv, additionalData: PLAIN.encode(owner.account) }, owner.key, bytes);
  return { iv, data };
}

export function openBytes(owner, sealed) {
  return crypto.subtle.decrypt({ name: "AES-GCM", iv: sealed.iv, additionalData: PLAIN.encode(owner.account) }, owner.key, sealed.data);
}

export const seal = (owner, value) => sealBytes(owner, PLAIN.encode(JSON.stringify(value)));
export const unseal = async (owner, sealed) => JSON.parse(new TextDecoder().decode(await openBytes(owner, sealed)));

/** The account that is signed in on this device, as far as the device knows; null: none. */
export async function holder() {
  const owner = (await all("accounts")).find((row) => row.key);
  if (owner && owner.until < Date.now()) {
    await forgetKeys();
    return null;
  }
  return owner ?? null;
}

/** Nobody's words can be read here any more, save after the same account signs in again. */
export async function forgetKeys(except = "") {
  for (const row of await all("accounts")) {
    if (row.key && row.account !== except) await amend(row.account, { key: null });
  }
}

/**
 * Asks the server who is signed in, for the key of that account and a fresh form token.
 * Resolves to {owner, csrf}, or null when nobody is (the keys are forgotten then); rejects without network.
 */
export function meet(account) {
  return navigator.locks.request("lvzhi-key", async () => {
    const known = account ? await get("accounts", account) : await holder();
    const headers = { Accept: "application/json" };
    if (known) headers["Lvzhi-Wrapped-Key"] = known.wrapped;
    let answer = await fetch("/offline/key", { headers, cache: "no-store" });
    if (answer.status === 409 && known) answer = await fetch("/offline/key", { headers: { Accept: "application/json" }, cache: "no-store" });
    if (answer.status === 401) await forgetKeys();
    if (answer.status === 401 || !(answer.headers.get("Content-Type") ?? "").includes("json")) return null;
    if (!answer.ok) throw new Error(`key ${answer.status}`);
    return settle(await answer.json());
  });
}

async function settle({ account, key, wrapped, csrf, days }) {
  const mine = String(account);
  const kept = await get("accounts", mine);
  // The first key of an account stays its key: what it sealed must open again, whoever asked in between.
  if (kept && kept.wrapped !== wrapped) {
    const again = await fetch("/offline/key", { headers: { Accept: "application/json", "Lvzhi-Wrapped-Key": kept.wrapped }, cache: "no-store" });
    if (again.ok) ({ key, wrapped, csrf } = await again.json());
  }
  const bytes = Uint8Array.from(atob(key), (letter) => letter.charCodeAt(0));
  const held = await crypto.subtle.importKey("raw", bytes, "AES-GCM", false, ["encrypt", "decrypt"]);
  await forgetKeys(mine);
  const owner = await amend(mine, { wrapped, key: held, until: Date.now() + days * 86_400_000 });
  return { owner, csrf };
}

/** Everything of the account is taken off this device. */
export async function erase(account) {
  for (const row of await all("entries")) if (row.account === account) await drop("entries", row.id);
  await drop("accounts", account);
}
