// Charts: <figure data-chart="bar|line|matrix|graph|flow"> holds its data in a <script type="application/json">.
import { BarChart, GraphChart, HeatmapChart, LineChart, SankeyChart } from "echarts/charts";
import { AriaComponent, GridComponent, LegendComponent, TitleComponent, TooltipComponent, VisualMapComponent } from "echarts/components";
import * as echarts from "echarts/core";
import { CanvasRenderer } from "echarts/renderers";

echarts.use([
  BarChart, GraphChart, HeatmapChart, LineChart, SankeyChart, AriaComponent, GridComponent, LegendComponent, TitleComponent, TooltipComponent, VisualMapComponent, CanvasRenderer,
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

/** The first words of a long name: the whole of it is in the tip. */
const clipped = (words) => (words.length > 16 ? `${words.slice(0, 15)}…` : words);

BUILD.flow = (data, size) => {
  const titles = new Map(data.nodes.map((node) => [String(node.id), node.title]));
  return {
    tooltip: {
      renderMode: "richText", confine: true,
      formatter: ({ dataType, data: one, name }) => (dataType === "edge" ? `${titles.get(one.source)} → ${titles.get(one.target)}：${one.value}${data.unit}` : titles.get(name)),
    },
    series: [{
      type: "sankey", left: 8, right: 120, top: 8, bottom: 8, nodeGap: 6, nodeWidth: 12, nodeAlign: "left", layoutIterations: 24, draggable: false,
      emphasis: { focus: "trajectory" },
      data: data.nodes.map((node) => ({ name: String(node.id), depth: node.column, value: 1, url: node.url, itemStyle: { color: node.torn ? COLOURS[1] : COLOURS[0] } })),
      links: data.links.map((link) => ({ source: String(link.from), target: String(link.to), value: link.weight })),
      lineStyle: { color: "#9fb0c3", opacity: 0.35, curveness: 0.5 },
      label: { fontSize: size, color: TEXT, formatter: ({ name }) => clipped(titles.get(name) ?? "") },
    }],
  };
};

/** Bands of a heat map, as the page's own cells are coloured: word → ground, print. */
const BANDS = { "不饱和": ["#fdf3dc", "#855300"], "正常": ["#e7f4ec", "#1b6b3d"], "超负荷": ["#fcebe9", "#a8261c"] };

/** A table of cells is its own picture on the page; this one is for the file. */
BUILD.matrix = (data, size) => ({
  title: { text: data.title, left: 8, top: 0, textStyle: { fontSize: size + 3, color: TEXT } },
  grid: { left: 8, right: 16, top: 36, bottom: 8, containLabel: true },
  xAxis: { type: "category", data: data.columns, position: "top", axisLabel: { fontSize: size, color: TEXT }, axisTick: { show: false } },
  yAxis: { type: "category", data: data.rows, axisLabel: { fontSize: size, color: TEXT }, axisTick: { show: false }, inverse: true },
  visualMap: { show: false, type: "piecewise", dimension: 3, categories: Object.keys(BANDS), inRange: { color: Object.values(BANDS).map(([ground]) => ground) } },
  series: [{
    type: "heatmap", itemStyle: { borderColor: "#fff", borderWidth: 2 },
    data: data.cells.map((cell) => ({ value: cell, label: { color: BANDS[cell[3]][1] } })),
    label: { show: true, fontSize: size, formatter: ({ value }) => `${value[2]}% ${value[3]}` },
  }],
});

/** As many rows as the fullest column has. */
function heightOf(data) {
  const columns = new Map();
  for (const node of data.nodes) columns.set(node.column, (columns.get(node.column) ?? 0) + 1);
  return Math.max(320, 26 * Math.max(...columns.values()));
}

/** Points that carry an address open it: a number opens its list. */
function followClicks(chart, data) {
  chart.on("click", (point) => {
    const url = point.data?.url ?? data.series?.[point.seriesIndex]?.urls?.[point.dataIndex] ?? data.urls?.[point.dataIndex];
    if (url) location.assign(url);
  });
}

/** The picture as a file, on white as paper is. */
function offerPicture(figure, chart) {
  const button = figure.querySelector("[data-chart-png]");
  if (!button) return;
  button.hidden = false;
  button.addEventListener("click", () => save(chart, button.dataset.chartPng));
}

function save(chart, name) {
  const link = document.createElement("a");
  link.href = chart.getDataURL({ type: "png", pixelRatio: 2, backgroundColor: "#fff" });
  link.download = `${name}.png`;
  link.click();
}

/** A table that is the picture: drawn only when it is asked for as a file. */
function offerDrawing(figure, data, size) {
  const button = figure.querySelector("[data-chart-png]");
  button.hidden = false;
  button.addEventListener("click", () => {
    const width = 320 + 130 * data.columns.length;
    const chart = echarts.init(document.createElement("div"), null, { width, height: 90 + 36 * data.rows.length });
    chart.setOption({ ...common(data, size), animation: false, tooltip: undefined, ...BUILD.matrix(data, size) });
    save(chart, button.dataset.chartPng);
    chart.dispose();
  });
}

function draw(figure) {
  const canvas = figure.querySelector("[data-chart-canvas]");
  const data = JSON.parse(figure.querySelector("script[type='application/json']").textContent);
  const size = Math.round(parseFloat(getComputedStyle(document.documentElement).fontSize) * 0.8125);
  if (figure.dataset.chart === "matrix") return offerDrawing(figure, data, size);
  if (figure.dataset.chart === "flow") canvas.style.height = `${heightOf(data)}px`;
  const chart = echarts.init(canvas);
  chart.setOption({ ...common(data, size), ...BUILD[figure.dataset.chart](data, size) });
  followClicks(chart, data);
  offerPicture(figure, chart);
  new ResizeObserver(() => chart.resize()).observe(canvas);
}

export function drawAll(figures) {
  for (const figure of figures) {
    if (figure.dataset.drawn) continue;
    figure.dataset.drawn = "yes";
    draw(figure);
  }
}
