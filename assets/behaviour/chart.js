// Charts: <figure data-chart="bar|line|heatmap|graph"> holds its data in a <script type="application/json">.
import { BarChart, GraphChart, HeatmapChart, LineChart } from "echarts/charts";
import { AriaComponent, GridComponent, LegendComponent, TooltipComponent, VisualMapComponent } from "echarts/components";
import * as echarts from "echarts/core";
import { CanvasRenderer } from "echarts/renderers";

echarts.use([
  BarChart, GraphChart, HeatmapChart, LineChart, AriaComponent, GridComponent, LegendComponent, TooltipComponent, VisualMapComponent, CanvasRenderer,
]);

// Blue first, then hues that stay apart for colour-blind eyes; patterns and the table below say the same.
const COLOURS = ["#1d4f91", "#c2701c", "#3a8f85", "#7a5ea8", "#8c8c3a", "#5a7fb5"];
const LINE = "#d5dde6";
const TEXT = "#46535f";

function common(data, size) {
  return {
    color: COLOURS,
    textStyle: { fontFamily: "inherit", fontSize: size, color: TEXT },
    aria: { enabled: true, label: { description: data.title } },
    animationDuration: 200,
    tooltip: { renderMode: "richText", confine: true, valueFormatter: (value) => `${value ?? "—"}${data.unit ? ` ${data.unit}` : ""}` },
    legend: { show: (data.series?.length ?? 0) > 1, top: 0, textStyle: { color: TEXT, fontSize: size } },
    grid: { left: 8, right: 16, top: (data.series?.length ?? 0) > 1 ? 40 : 24, bottom: 8, containLabel: true },
  };
}

function axes(data, size, isSideways) {
  const category = { type: "category", data: data.categories, axisTick: { show: false }, axisLine: { lineStyle: { color: LINE } }, axisLabel: { fontSize: size, color: TEXT }, inverse: isSideways };
  const value = { type: "value", name: isSideways ? "" : data.unit, splitLine: { lineStyle: { color: LINE } }, axisLabel: { fontSize: size, color: TEXT } };
  return isSideways ? { xAxis: value, yAxis: category } : { xAxis: category, yAxis: value };
}

const BUILD = {
  bar: (data, size) => ({
    ...axes(data, size, data.sideways),
    series: data.series.map((one) => ({ type: "bar", name: one.name, data: one.values, stack: data.stacked ? "all" : undefined, barMaxWidth: 28 })),
  }),
  line: (data, size) => ({
    ...axes(data, size, false),
    tooltip: { trigger: "axis", renderMode: "richText", confine: true },
    series: data.series.map((one) => ({ type: "line", name: one.name, data: one.values, symbolSize: 7, lineStyle: { width: 2.5 } })),
  }),
  heatmap: (data, size) => ({
    grid: { left: 8, right: 16, top: 8, bottom: 64, containLabel: true },
    xAxis: { type: "category", data: data.columns, axisLabel: { fontSize: size }, splitArea: { show: true } },
    yAxis: { type: "category", data: data.rows, axisLabel: { fontSize: size }, inverse: true },
    visualMap: { min: data.min ?? 0, max: data.max ?? Math.max(1, ...data.cells.map((cell) => cell[2] ?? 0)), orient: "horizontal", left: "center", bottom: 0, inRange: { color: ["#eef4fb", "#8fb3dd", "#1d4f91"] } },
    series: [{ type: "heatmap", data: data.cells, label: { show: data.cells.length <= 120 }, itemStyle: { borderColor: "#fff", borderWidth: 1 } }],
  }),
  graph: (data, size) => ({
    legend: { show: Boolean(data.kinds), data: data.kinds, top: 0 },
    series: [{
      type: "graph", layout: "force", roam: "move", draggable: true,
      categories: data.kinds?.map((name) => ({ name })),
      data: data.nodes.map((node) => ({ id: String(node.id), name: node.title, category: node.kind, symbolSize: node.size ?? 26, url: node.url })),
      links: data.links.map((link) => ({ source: String(link.from), target: String(link.to), value: link.weight })),
      label: { show: true, position: "right", fontSize: size }, lineStyle: { color: "#9fb0c3" },
      force: { repulsion: 160, edgeLength: 90 },
    }],
  }),
};

/** Points that carry an address open it: a number opens its list. */
function followClicks(chart, data) {
  chart.on("click", (point) => {
    const url = point.data?.url ?? data.series?.[point.seriesIndex]?.urls?.[point.dataIndex] ?? data.urls?.[point.dataIndex];
    if (url) location.assign(url);
  });
}

function draw(figure) {
  const canvas = figure.querySelector("[data-chart-canvas]");
  const data = JSON.parse(figure.querySelector("script[type='application/json']").textContent);
  const size = Math.round(parseFloat(getComputedStyle(document.documentElement).fontSize) * 0.8125);
  const chart = echarts.init(canvas);
  chart.setOption({ ...common(data, size), ...BUILD[figure.dataset.chart](data, size) });
  followClicks(chart, data);
  new ResizeObserver(() => chart.resize()).observe(canvas);
}

export function drawAll(figures) {
  for (const figure of figures) {
    if (figure.dataset.drawn) continue;
    figure.dataset.drawn = "yes";
    draw(figure);
  }
}
