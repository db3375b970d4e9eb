// One-key shortcuts. A page offers one by marking an element data-shortcut="search|new|copy|approve|return";
// rows to move through carry data-row. The help dialog lists those the page has and can turn them off.
import { isTyping, isVisible, kept } from "./page.js";

const NAMES = { "/": "search", n: "new", y: "copy", a: "approve", r: "return" };

function currentRow() {
  return document.querySelector("[data-row][aria-current=true]");
}

function move(step) {
  const rows = [...document.querySelectorAll("[data-row]")].filter(isVisible);
  if (!rows.length) return false;
  const old = currentRow();
  const at = old ? rows.indexOf(old) + step : 0;
  const row = rows[Math.min(rows.length - 1, Math.max(0, at))];
  old?.removeAttribute("aria-current");
  row.setAttribute("aria-current", "true");
  row.tabIndex = -1;
  row.focus({ preventScroll: true });
  row.scrollIntoView({ block: "nearest" });
  return true;
}

function find(name) {
  const selector = `[data-shortcut="${name}"]:not(:disabled)`;
  const scope = name === "approve" || name === "return" ? currentRow() : null;
  const found = scope?.querySelector(selector) ?? [...document.querySelectorAll(selector)].find((one) => isVisible(one) && !one.closest("[data-row]"));
  return found ?? (name === "search" ? document.querySelector("main input[type=search]") : null);
}

function act(name) {
  const element = find(name);
  if (!element) return false;
  if (element.matches("input, textarea, select")) {
    element.closest("details")?.setAttribute("open", "");
    element.focus();
    element.select?.();
  } else {
    element.click();
  }
  return true;
}

function openRow() {
  const row = document.activeElement?.closest("[data-row]");
  if (row !== document.activeElement) return false;
  const link = row.querySelector("[data-row-link], a[href]");
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
  document.addEventListener("click", (event) => event.target.closest("[data-shortcut-help]") && help());
  const box = document.querySelector("[data-shortcuts-on]");
  if (!box) return;
  box.checked = !isOff();
  box.addEventListener("change", () => kept.write("shortcuts", box.checked ? "on" : "off"));
}
