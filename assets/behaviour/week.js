// The week at a desk (form[data-week]): arrows and Enter move between cells, a table is pasted over several cells,
// totals are added up while one types, Ctrl+Enter sends everything. Without this script it is a plain form.
import { onContent, toast } from "./page.js";

const CELL = /^(\d{1,4})?(?:[/／](\d{1,8}(?:\.\d{1,2})?))?(?:\s*[@＠]\s*\d{1,2}[:：]\d{2})?$/;

function rowsOf(form) {
  return [...form.querySelectorAll("tbody tr")].map((row) => [...row.querySelectorAll("td")].map((cell) => cell.querySelector("[data-cell]")));
}

function placeOf(rows, cell) {
  const row = rows.findIndex((cells) => cells.includes(cell));
  return [row, row < 0 ? -1 : rows[row].indexOf(cell)];
}

/** The next open cell from (row, column) in the direction of the step. */
function go(rows, [row, column], [down, right]) {
  for (let at = row + down, to = column + right; rows[at] && to >= 0 && to < rows[at].length; at += down, to += right) {
    if (rows[at][to]) {
      rows[at][to].focus();
      rows[at][to].select();
      return true;
    }
  }
  return false;
}

function stepOf(event) {
  const { target, key } = event;
  if (key === "ArrowDown" || key === "Enter") return [1, 0];
  if (key === "ArrowUp") return [-1, 0];
  // Within what is typed, left and right move the caret.
  const isWhole = target.selectionStart === 0 && target.selectionEnd === target.value.length;
  if (key === "ArrowLeft" && (isWhole || target.selectionEnd === 0)) return [0, -1];
  if (key === "ArrowRight" && (isWhole || target.selectionStart === target.value.length)) return [0, 1];
  return null;
}

function words(minutes) {
  if (!minutes) return "—";
  const [hours, rest] = [Math.floor(minutes / 60), minutes % 60];
  return [hours && `${hours} 小时`, rest && `${rest} 分钟`].filter(Boolean).join(" ");
}

function addUp(form) {
  const rows = rowsOf(form);
  const most = Number(form.dataset.most);
  const over = [];
  form.querySelectorAll("[data-total]").forEach((total, column) => {
    const typed = rows.reduce((sum, cells) => sum + Number(CELL.exec(cells[column]?.value.trim() ?? "")?.[1] ?? 0), 0);
    const minutes = Number(total.dataset.there) + typed;
    total.textContent = words(minutes);
    total.classList.toggle("text-danger", minutes > most);
    if (minutes > most) over.push(total.dataset.total);
  });
  // What the server refused stays marked until it is typed over.
  for (const cell of rows.flat()) if (cell) cell.setAttribute("aria-invalid", String("refused" in cell.dataset || !CELL.test(cell.value.trim())));
  const error = form.querySelector("[data-week-error]");
  error.textContent = over.length ? `${over.join("、")} 合计超过 24 小时，请修改。` : "";
  error.hidden = over.length === 0;
}

/** Lays a copied table over the cells from the one that has the focus; what has no open cell there is counted. */
function paste(form, cell, text) {
  const rows = rowsOf(form);
  const [row, column] = placeOf(rows, cell);
  let left = 0;
  text.replace(/\r?\n$/, "").split(/\r?\n/).forEach((line, down) => line.split("\t").forEach((value, right) => {
    if (!value.trim()) return;
    const target = rows[row + down]?.[column + right];
    if (target) target.value = value.trim();
    else left += 1;
  }));
  addUp(form);
  if (left) toast(`有 ${left} 个数没有对应的可填格，没有粘贴。`);
}

function watch(form) {
  form.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      form.requestSubmit();
      return;
    }
    if (event.key === "Enter" && event.target.matches("input:not([data-cell])")) event.preventDefault();
    if (!event.target.matches("[data-cell]") || event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
    const step = stepOf(event);
    if (!step) return;
    const rows = rowsOf(form);
    if (go(rows, placeOf(rows, event.target), step) || event.key === "Enter") event.preventDefault();
  });
  form.addEventListener("paste", (event) => {
    const text = event.clipboardData?.getData("text/plain") ?? "";
    if (!event.target.matches("[data-cell]") || !/[\t\n]/.test(text.trimEnd())) return;
    event.preventDefault();
    paste(form, event.target, text);
  });
  form.addEventListener("input", (event) => {
    delete event.target.dataset.refused;
    addUp(form);
  });
  addUp(form);
}

export function startWeek() {
  onContent((root) => root.querySelectorAll("form[data-week]").forEach(watch));
}
