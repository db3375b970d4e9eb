// Fetches the chart and flowchart code only where a page shows one.
import { onContent } from "./page.js";

export function startCharts() {
  onContent(async (root) => {
    const charts = root.querySelectorAll("[data-chart]");
    const flowcharts = root.querySelectorAll("[data-flowchart]");
    if (charts.length) (await import("./chart.js")).drawAll(charts);
    const editor = root.querySelector("[data-flowchart-editor]");
    if (flowcharts.length) (await import("./flowchart.js")).drawAll(flowcharts);
    if (editor) (await import("./flowchart-editor.js")).startEditor(editor);
  });
}
