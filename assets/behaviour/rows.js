// Lists: choose all rows, show how many are chosen, and act on them together. The count and the buttons may stand
// anywhere in the list's form.

function refresh(list) {
  const boxes = [...list.querySelectorAll("[data-choose]")];
  const chosen = boxes.filter((box) => box.checked).length;
  const all = list.querySelector("[data-choose-all]");
  if (all) {
    all.checked = chosen > 0 && chosen === boxes.length;
    all.indeterminate = chosen > 0 && chosen < boxes.length;
  }
  const place = list.closest("form") ?? list;
  for (const count of place.querySelectorAll("[data-chosen-count]")) count.textContent = String(chosen);
  for (const button of place.querySelectorAll("[data-needs-chosen]")) button.disabled = chosen === 0;
}

/** The space bar ticks the row that j and k moved to. */
function tickRow(event) {
  if (event.key !== " " || event.defaultPrevented || !event.target.matches?.("[data-row]")) return;
  const box = event.target.querySelector("[data-choose]");
  if (!box) return;
  event.preventDefault();
  box.click();
}

export function startRows() {
  document.addEventListener("change", (event) => {
    const list = event.target.closest("[data-choose-list]");
    if (!list) return;
    if (event.target.matches("[data-choose-all]")) {
      for (const box of list.querySelectorAll("[data-choose]")) box.checked = event.target.checked;
    }
    if (event.target.matches("[data-choose], [data-choose-all]")) refresh(list);
  });
  document.addEventListener("keydown", tickRow);
  // A page that comes back from the browser's memory keeps its ticks.
  window.addEventListener("pageshow", () => refreshAll());
  const refreshAll = () => document.querySelectorAll("[data-choose-list]").forEach(refresh);
  refreshAll();
  document.addEventListener("htmx:after:swap", refreshAll);
}
