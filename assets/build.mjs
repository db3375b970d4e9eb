// Builds the pages' styles, scripts and icons into platform/host/static/build with hashed names and a manifest.
// `--weigh` only prints what a browser downloads for an ordinary page, gzipped.
import { createHash } from "node:crypto";
import { mkdir, readFile, readdir, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import * as esbuild from "esbuild";
import { PurgeCSS } from "purgecss";
import { lowerColours } from "./colours.mjs";

const ASSETS = path.dirname(fileURLToPath(import.meta.url));
const ROOT = path.dirname(ASSETS);
const MODULES = path.join(ROOT, "node_modules");
const OUT = path.join(ROOT, "platform/host/static/build");
const SYSTEMS = ["basic_info", "duty_eval", "function_monitor", "performance"];
const PHONE_PAGE_LIMIT = 150 * 1024;
// Everyday Bootstrap words that stay even where no page uses them yet, so that a new page needs no new build.
const EVERYDAY = [
  /^(row|container|col(-(sm|md|lg|xl))?(-(\d+|auto))?|g[xy]?-[0-5]|gap-[0-5]|[mp][tbsexy]?-([0-5]|auto))$/,
  /^d(-(sm|md|lg))?-(none|block|flex|grid|inline|inline-block|inline-flex)$/,
  /^(flex-(wrap|column|fill|grow-1|shrink-0)|justify-content-(start|end|center|between)|align-items-(start|end|center|baseline))$/,
  /^(text-(start|end|center|secondary|muted|danger|success|warning|primary|nowrap|break|truncate)|[wh]-(25|50|75|100|auto)|fw-(normal|medium|bold))$/,
  /^(border(-(top|bottom|start|end|0))?|rounded|list-unstyled|list-inline(-item)?|small|lead|visually-hidden)$/,
  /^(card(-(header|body|footer|title))?|table(-(responsive|sm|bordered|striped))?|list-group(-(item|flush))?|badge|alert(-(info|success|warning|danger))?)$/,
  /^(form-(control|select|check|check-input|check-label|label|text|hint)|input-group(-text)?|btn(-(primary|secondary|danger|success|link|sm|group))?)$/,
];
// Government desks run Chromium-based browsers some years old; phones run the WebView of their maker.
const TARGET = ["chrome94", "firefox93", "safari15"];

/** Writes one file under a name that carries its content's hash and returns that name. */
async function writeHashed(name, content) {
  const { name: stem, ext } = path.parse(name);
  const hash = createHash("sha256").update(content).digest("hex").slice(0, 10);
  const hashed = `${stem}-${hash}${ext}`;
  await writeFile(path.join(OUT, hashed), content);
  return hashed;
}

/** Tabler's style sheet, cut down to the class names that pages, forms and scripts mention. */
async function tablerInUse() {
  const css = lowerColours(await readFile(path.join(MODULES, "@tabler/core/dist/css/tabler.css"), "utf8"));
  const pages = ["platform/host", ...SYSTEMS].flatMap((folder) => [
    path.join(ROOT, folder, "**/*.html"),
    path.join(ROOT, folder, "**/forms.py"),
    path.join(ROOT, folder, "**/forms/*.py"),
  ]);
  const [purged] = await new PurgeCSS().purge({
    content: [...pages, path.join(ASSETS, "behaviour/**/*.js")],
    css: [{ raw: css }],
    safelist: { standard: ["html", "body", "is-invalid", "show", "active", "disabled", ...EVERYDAY] },
    dynamicAttributes: ["data-bs-theme", "aria-current", "aria-selected", "open", "type"],
    defaultExtractor: (text) => text.match(/[\w-]+(?:\/[\w-]+)?/g) ?? [],
    variables: true,
    keyframes: true,
  });
  return purged.css;
}

async function ownStyles() {
  const folder = path.join(ASSETS, "styles");
  const names = (await readdir(folder)).filter((name) => name.endsWith(".css")).sort();
  return (await Promise.all(names.map((name) => readFile(path.join(folder, name), "utf8")))).join("\n");
}

async function buildStyles() {
  const css = `${await tablerInUse()}\n${await ownStyles()}`;
  const { code } = await esbuild.transform(css, { loader: "css", minify: true, target: TARGET, legalComments: "none" });
  const notice = "/*! Tabler 1.6 (MIT) https://tabler.io */\n";
  return {
    "app.css": await writeHashed("app.css", notice + code),
    "flowchart.css": await writeHashed("flowchart.css", await flowchartStyles()),
    "flowchart-editor.css": await writeHashed("flowchart-editor.css", await editorStyles()),
  };
}

/** bpmn-js' own styles. */
async function flowchartStyles() {
  const sheets = ["diagram-js.css", "bpmn-js.css"].map((name) => path.join(MODULES, "bpmn-js/dist/assets", name));
  const css = await Promise.all(sheets.map((file) => readFile(file, "utf8")));
  return (await esbuild.transform(css.join("\n"), { loader: "css", minify: true, target: TARGET })).code;
}

/** The editor's own styles: the icon font of its palette as a file beside it, since the policy wants no embedded one. */
async function editorStyles() {
  const folder = path.join(MODULES, "bpmn-js/dist/assets/bpmn-font");
  const font = await writeHashed("bpmn.woff", await readFile(path.join(folder, "font/bpmn.woff")));
  const icons = (await readFile(path.join(folder, "css/bpmn.css"), "utf8")).replace(/@font-face\s*{[^}]*}/, `@font-face { font-family: "bpmn"; src: url("./${font}") format("woff"); }`);
  return (await esbuild.transform(icons, { loader: "css", minify: true, target: TARGET })).code;
}

/** Names in icon("…") and icon="…" of templates and systems that icons.txt lacks: taken as Tabler's own names. */
async function iconsMentioned() {
  const folders = ["platform/host", ...SYSTEMS].map((folder) => path.join(ROOT, folder));
  const files = (await Promise.all(folders.map((folder) => readdir(folder, { recursive: true }).then((names) => names.map((name) => path.join(folder, name)))))).flat();
  const texts = await Promise.all(files.filter((file) => /\.html$|__init__\.py$|menu\.py$/.test(file)).map((file) => readFile(file, "utf8")));
  return texts.flatMap((text) => [...text.matchAll(/\bicon(?:=|\(|":\s*)["']([a-z][a-z0-9-]*)["']/g)].map((found) => found[1]));
}

/** One SVG file of <symbol>s: the icons named in icons.txt and those that pages mention besides. */
async function buildIcons() {
  const listed = (await readFile(path.join(ASSETS, "icons.txt"), "utf8")).split("\n").filter((line) => line && !line.startsWith("#"));
  const known = new Set(listed.map((line) => line.split(" ")[0]));
  const lines = [...listed, ...new Set((await iconsMentioned()).filter((name) => !known.has(name)))].sort();
  const symbols = await Promise.all(
    lines.map(async (line) => {
      const [name, file = name] = line.split(" ");
      const svg = await readFile(path.join(MODULES, `@tabler/icons/icons/outline/${file}.svg`), "utf8");
      const shapes = svg.replace(/^[\s\S]*?<svg[^>]*>/, "").replace("</svg>", "").replace(/\s*\n\s*/g, "");
      return `<symbol id="${name}" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="1.75" ` +
        `stroke-linecap="round" stroke-linejoin="round">${shapes}</symbol>`;
    }),
  );
  const sprite = `<svg xmlns="http://www.w3.org/2000/svg"><!-- Tabler Icons (MIT) -->${symbols.join("")}</svg>`;
  const mark = await readFile(path.join(ASSETS, "images/mark.svg"));
  const names = { "icons.svg": await writeHashed("icons.svg", sprite), "mark.svg": await writeHashed("mark.svg", mark) };
  for (const name of ["icon-192.png", "icon-512.png"]) {
    names[name] = await writeHashed(name, await readFile(path.join(ASSETS, "images", name)));
  }
  return names;
}

/** The entries; charts, flowcharts and their editor are chunks that `app` fetches only on pages that show one. */
async function buildScripts() {
  const result = await esbuild.build({
    entryPoints: ["app", "chart", "flowchart", "flowchart-editor"].map((name) => path.join(ASSETS, `behaviour/${name}.js`)),
    bundle: true,
    splitting: true,
    format: "esm",
    minify: true,
    target: TARGET,
    outdir: OUT,
    outbase: path.join(ASSETS, "behaviour"),
    entryNames: "[name]-[hash]",
    chunkNames: "part-[hash]",
    legalComments: "linked",
    metafile: true,
    absWorkingDir: ROOT,
  });
  const names = {};
  const together = [];
  for (const [file, output] of Object.entries(result.metafile.outputs)) {
    if (output.entryPoint && file.endsWith(".js")) names[path.basename(output.entryPoint)] = path.basename(file);
    // What app.js imports at once; charts and flowcharts it fetches later, and not without signal.
    if (output.entryPoint?.endsWith("/app.js")) {
      together.push(...output.imports.filter((one) => one.kind === "import-statement").map((one) => path.basename(one.path)));
    }
  }
  return { names, together };
}

/** The service worker, which knows by name the files that the page without signal needs. */
async function buildWorker(names, together) {
  const files = ["app.css", "app.js", "icons.svg", "mark.svg"].map((name) => names[name]).concat(together);
  const result = await esbuild.build({
    entryPoints: [path.join(ASSETS, "behaviour/sw.js")],
    minify: true,
    target: TARGET,
    write: false,
    define: { FILES: JSON.stringify(files.map((name) => `/static/build/${name}`)), VERSION: JSON.stringify(createHash("sha256").update(files.join()).digest("hex").slice(0, 10)) },
  });
  return { "sw.js": await writeHashed("sw.js", result.outputFiles[0].contents) };
}

/** Prints gzipped sizes and fails where the phone page would pass its budget. */
async function weigh(manifest) {
  const size = async (name) => gzipSync(await readFile(path.join(OUT, manifest[name])), { level: 9 }).length;
  const kb = (bytes) => `${(bytes / 1024).toFixed(1)} kB`;
  let page = 0;
  for (const name of Object.keys(manifest).sort()) {
    const bytes = await size(name);
    if (["app.css", "app.js", "icons.svg", "mark.svg"].includes(name)) page += bytes;
    console.log(`${name.padEnd(14)} ${kb(bytes).padStart(9)} gzipped  ${manifest[name]}`);
  }
  console.log(`an ordinary page loads ${kb(page)} besides its HTML (limit with HTML ${kb(PHONE_PAGE_LIMIT)})`);
  if (page > PHONE_PAGE_LIMIT * 0.8) throw new Error("the phone page passes its weight budget");
}

const manifestFile = path.join(OUT, "manifest.json");
if (!process.argv.includes("--weigh")) {
  await rm(OUT, { recursive: true, force: true });
  await mkdir(OUT, { recursive: true });
  const [styles, icons, scripts] = await Promise.all([buildStyles(), buildIcons(), buildScripts()]);
  const names = { ...styles, ...icons, ...scripts.names };
  const all = { ...names, ...(await buildWorker(names, scripts.together)) };
  await writeFile(manifestFile, `${JSON.stringify(all, null, 2)}\n`);
}
await weigh(JSON.parse(await readFile(manifestFile, "utf8")));
