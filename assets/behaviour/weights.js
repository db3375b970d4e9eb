// What the weights of siblings add up to while one of them is typed:
// <p data-weights="weight-field" data-weights-parent="parent-field"> beside the JSON {"parent": "sum of the others"}.

function tell(line) {
  const form = line.closest("form");
  const taken = JSON.parse(form.querySelector("[data-weights-taken]").textContent);
  const others = Number(taken[document.getElementById(line.dataset.weightsParent)?.value || "0"] ?? 0);
  const own = Number(document.getElementById(line.dataset.weights).value) || 0;
  const total = Math.round((others + own) * 100) / 100;
  const gap = Math.round((100 - total) * 100) / 100;
  const rest = gap === 0 ? "，正好" : gap > 0 ? `，还差 ${gap}` : `，超出 ${-gap}`;
  line.textContent = `同级其他指标 ${others}，加上本项合计 ${total}${rest}`;
}

export function startWeights() {
  for (const line of document.querySelectorAll("[data-weights]")) {
    tell(line);
    line.closest("form").addEventListener("input", () => tell(line));
  }
}
