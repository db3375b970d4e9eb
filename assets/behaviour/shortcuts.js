// One-key shortcuts. A page offers one by marking an element data-shortcut="search|new|copy|approve|return|…" (NAMES);
// rows to move through carry data-row. The help dialog lists those the page has and can turn them off.
// Who opens or decides on a row by key comes back to it, or to the one that took its place.
import { isTyping, isVisible, kept } from "./page.js";

const NAMES = { "/": "search", n: "new", y: "copy", a: "approve", r: "return", x: "all", p: "pass", m: "mark", o: "next" };
const OF_ROW = new Set(["approve", "return"]);
const PLACE = "row-place";

function currentRow() {
  return document.querySelector("[data-row][aria-current=true]");
}

function visibleRows() {
  return [...document.querySelectorAll("[data-row]")].filter(isVisible);
}

function goTo(row) {
  currentRow()?.removeAttribute("aria-current");
  row.setAttribute("aria-current", "true");
  row.tabIndex = -1;
  row.focus({ preventScroll: true });
  row.scrollIntoView({ block: "nearest" });
}

function move(step) {
  const rows = visibleRows();
  if (!rows.length) return false;
  const old = currentRow();
  const at = old ? rows.indexOf(old) + step : 0;
  goTo(rows[Math.min(rows.length - 1, Math.max(0, at))]);
  return true;
}

/** Remember where on this list the person is, and what comes after. */
function leaveMark() {
  const rows = visibleRows(), at = rows.indexOf(currentRow());
  if (at < 0) return;
  const place = { path: location.pathname, rows: [...rows.slice(at), ...rows.slice(0, at).reverse()].map((row) => row.id) };
  try { sessionStorage.setItem(PLACE, JSON.stringify(place)); } catch { /* barred: the list begins at its top */ }
}

function comeBack() {
  let place = null;
  try { place = JSON.parse(sessionStorage.getItem(PLACE)); } catch { /* as above */ }
  if (place?.path !== location.pathname) return;
  try { sessionStorage.removeItem(PLACE); } catch { /* as above */ }
  const row = place.rows.map((id) => id && document.getElementById(id)).find((one) => one && isVisible(one));
  // What must be read first, a message of what was wrong, keeps the focus.
  if (row && !document.querySelector(".error-summary")) goTo(row);
}

function find(name) {
  const selector = `[data-shortcut="${name}"]:not(:disabled)`;
  const scope = OF_ROW.has(name) ? currentRow() : null;
  const found = scope?.querySelector(selector) ?? [...document.querySelectorAll(selector)].find((one) => isVisible(one) && !one.closest("[data-row]"));
  return found ?? (name === "search" ? document.querySelector("main input[type=search]") : null);
}

function act(name) {
  const element = find(name);
  if (!element) return false;
  if (element.matches("input:not([type=checkbox]), textarea, select")) {
    element.closest("details")?.setAttribute("open", "");
    element.focus();
    element.select?.();
  } else {
    if (OF_ROW.has(name)) leaveMark();
    element.click();
  }
  return true;
}

function openRow() {
  const row = document.activeElement?.closest("[data-row]");
  if (row !== document.activeElement) return false;
  const link = row.querySelector("[data-row-link], a[href]");
  if (link) leaveMark();
  link?.click();
  return Boolean(link);
}

function help() {
  const dialog = document.getElementById("shortcuts");
  if (!dialog) return false;
  for (const line of dialog.querySelectorAll("[data-needs]")) line.hidden = !document.querySelector(line.dataset.needs);
  dialog.showModal();
  return true;
}

function isOff() {
  return kept.read("shortcuts") === "off";
}

function onKey(event) {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  if (isTyping(event.target) || document.querySelector("dialog[open]") || isOff()) return;
  const key = event.key.toLowerCase();
  const done = { j: () => move(1), k: () => move(-1), "?": help, enter: openRow }[key] ?? (NAMES[key] && (() => act(NAMES[key])));
  if (done?.()) event.preventDefault();
}

export function startShortcuts() {
  document.addEventListener("keydown", onKey);
  window.addEventListener("pageshow", comeBack);
  document.addEventListener("click", (event) => event.target.closest("[data-shortcut-help]") && help());
  const box = document.querySelector("[data-shortcuts-on]");
  if (!box) return;
  box.checked = !isOff();
  box.addEventListener("change", () => kept.write("shortcuts", box.checked ? "on" : "off"));
}
