// BPMN flowcharts, read only: <div data-flowchart data-url="…"> loads the XML and shows it;
// data-marks='{"Task_1":"done"}' colours steps: done, current, late, skipped, extra.
import NavigatedViewer from "bpmn-js/lib/NavigatedViewer";
import { download } from "./flowchart-files.js";

function mark(viewer, marks) {
  const canvas = viewer.get("canvas");
  const shapes = viewer.get("elementRegistry");
  for (const [id, kind] of Object.entries(marks)) {
    if (shapes.get(id)) canvas.addMarker(id, `step-${kind}`);
  }
}

function addButtons(box, viewer) {
  const zoom = viewer.get("zoomScroll");
  const canvas = viewer.get("canvas");
  const acts = { in: () => zoom.stepZoom(1), out: () => zoom.stepZoom(-1), fit: () => canvas.zoom("fit-viewport", "auto") };
  for (const button of box.querySelectorAll("[data-zoom]")) button.addEventListener("click", acts[button.dataset.zoom]);
  const svg = box.querySelector("[data-flowchart-svg]");
  svg?.addEventListener("click", async () => download((await viewer.saveSVG()).svg, `${svg.dataset.flowchartSvg}.svg`, "image/svg+xml"));
  box.querySelector("[data-flowchart-print]")?.addEventListener("click", () => window.print());
  // The paper is of another width than the screen.
  const refit = () => { canvas.resized(); canvas.zoom("fit-viewport", "auto"); };
  window.matchMedia("print").addEventListener("change", refit);
}

async function draw(box) {
  const status = box.querySelector("[data-flowchart-status]");
  try {
    const answer = await fetch(box.dataset.url, { headers: { Accept: "application/xml" } });
    if (!answer.ok) throw new Error(String(answer.status));
    const viewer = new NavigatedViewer({ container: box.querySelector("[data-flowchart-canvas]") });
    await viewer.importXML(await answer.text());
    viewer.get("canvas").zoom("fit-viewport", "auto");
    mark(viewer, JSON.parse(box.dataset.marks || "{}"));
    addButtons(box, viewer);
    status.hidden = true;
  } catch {
    status.textContent = "流程图没有加载成功，请刷新页面重试。";
    status.setAttribute("role", "alert");
  }
}

export function drawAll(boxes) {
  for (const box of boxes) {
    if (box.dataset.drawn) continue;
    box.dataset.drawn = "yes";
    draw(box);
  }
}
