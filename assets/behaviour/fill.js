// Buttons that fill a field in one tap: data-fill="field-id" with data-value="30", or data-add="15" to add to a number;
// and the measure of the chosen duty, said beside the quantity: radios with data-measure, a word with data-measure-word.

function fill(button) {
  const field = document.getElementById(button.dataset.fill);
  if (!field) return;
  field.value = button.dataset.add ? String((Number(field.value) || 0) + Number(button.dataset.add)) : button.dataset.value;
  field.dispatchEvent(new Event("input", { bubbles: true }));
  mark(field);
}

/** The button whose value the field holds is shown pressed. */
function mark(field) {
  for (const button of document.querySelectorAll(`[data-fill="${CSS.escape(field.id)}"][data-value]`)) {
    button.setAttribute("aria-pressed", String(button.dataset.value === field.value));
  }
}

function measure(radio) {
  for (const word of radio.form?.querySelectorAll("[data-measure-word]") ?? []) word.textContent = radio.dataset.measure;
}

export function startFilling() {
  document.addEventListener("click", (event) => {
    const button = event.target.closest("button[data-fill]");
    if (button) fill(button);
  });
  document.addEventListener("input", (event) => { if (event.target.id) mark(event.target); });
  document.addEventListener("change", (event) => {
    if (event.target.matches("input[data-measure]") && event.target.checked) measure(event.target);
  });
  window.addEventListener("pageshow", () => document.querySelectorAll("input[data-measure]:checked").forEach(measure));
}
