// Lists: choose all rows, show how many are chosen, and act on them together.

function refresh(list) {
  const boxes = [...list.querySelectorAll("[data-choose]")];
  const chosen = boxes.filter((box) => box.checked).length;
  const all = list.querySelector("[data-choose-all]");
  if (all) {
    all.checked = chosen > 0 && chosen === boxes.length;
    all.indeterminate = chosen > 0 && chosen < boxes.length;
  }
  for (const count of list.querySelectorAll("[data-chosen-count]")) count.textContent = String(chosen);
  for (const button of list.querySelectorAll("[data-needs-chosen]")) button.disabled = chosen === 0;
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
  const refreshAll = () => document.querySelectorAll("[data-choose-list]").forEach(refresh);
  refreshAll();
  document.addEventListener("htmx:after:swap", refreshAll);
}
