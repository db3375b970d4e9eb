// Buttons that fill a field in one tap: data-fill="field-id" with data-value="30", or data-add="15" to add to a number;
// and what the chosen duty asks: its measure, said beside the quantity (radios with data-measure, a word with
// data-measure-word), words (data-words opens data-words-box), evidence (data-evidence-asked shows data-evidence-hint).

function fill(button) {
  const field = document.getElementById(button.dataset.fill);
  if (!field) return;
  field.value = button.dataset.add ? String((Number(field.value) || 0) + Number(button.dataset.add)) : button.dataset.value;
  const box = field.closest("details");
  if (box) box.open = true;
  field.dispatchEvent(new Event("input", { bubbles: true }));
  mark(field);
  field.scrollIntoView({ block: "nearest" });  // it may stand far from the button
}

/** The button whose value the field holds is shown pressed. */
function mark(field) {
  for (const button of document.querySelectorAll(`[data-fill="${CSS.escape(field.id)}"][data-value]`)) {
    button.setAttribute("aria-pressed", String(button.dataset.value === field.value));
  }
}

function each(radio, selector, act) {
  for (const one of radio.form?.querySelectorAll(selector) ?? []) act(one);
}

/** Says what the chosen duty asks; what was opened stays open. */
export function ask(radio) {
  const words = "words" in radio.dataset;
  each(radio, "[data-measure-word]", (one) => { one.textContent = radio.dataset.measure; });
  each(radio, "[data-words-box]", (one) => { one.open ||= words; });
  each(radio, "[data-words-hint]", (one) => { one.hidden = !words; });
  each(radio, "[data-evidence-hint]", (one) => { one.hidden = !("evidenceAsked" in radio.dataset); });
}

export function startFilling() {
  document.addEventListener("click", (event) => {
    const button = event.target.closest("button[data-fill]");
    if (button) fill(button);
  });
  document.addEventListener("input", (event) => { if (event.target.id) mark(event.target); });
  document.addEventListener("change", (event) => {
    if (event.target.matches("input[data-measure]") && event.target.checked) ask(event.target);
  });
  window.addEventListener("pageshow", () => document.querySelectorAll("input[data-measure]:checked").forEach(ask));
}
