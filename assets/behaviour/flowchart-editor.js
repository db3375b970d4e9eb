// The flowchart editor: <div data-flowchart-editor data-model-url data-save-url data-revision>. A save names the
// revision that it changed; when somebody else saved since, the server answers 409 with the differences and nothing
// is lost: the drawing stays on the page.
import Modeler from "bpmn-js/lib/Modeler";
import { download } from "./flowchart-files.js";
import { keysModule } from "./flowchart-keys.js";
import { Outline } from "./flowchart-outline.js";
import { descriptor, Panel } from "./flowchart-panel.js";
import { nameTools, toolsModule } from "./flowchart-tools.js";
import { chineseModule } from "./flowchart-words.js";

class Editor {
  constructor(box) {
    this.box = box;
    this.revision = box.dataset.revision;
    this.modeler = new Modeler({
      container: box.querySelector("[data-editor-canvas]"),
      additionalModules: [chineseModule, toolsModule, keysModule],
      // By the grid, and by half the width of a step.
      keyboardMoveSelection: { moveSpeed: 10, moveSpeedAccelerated: 50 },
      moddleExtensions: { lvzhi: descriptor },
    });
    nameTools(box.querySelector("[data-editor-canvas]"));
    new Panel(box.querySelector("[data-editor-panel]"), this.modeler);
    new Outline(box.querySelector("[data-editor-outline]"), this.modeler);
    this.conflict = box.querySelector("[data-editor-conflict]");
    this.listen();
  }

  listen() {
    const stack = this.modeler.get("commandStack");
    const zoom = this.modeler.get("zoomScroll");
    const canvas = this.modeler.get("canvas");
    const acts = {
      undo: () => stack.undo(), redo: () => stack.redo(), in: () => zoom.stepZoom(1), out: () => zoom.stepZoom(-1),
      fit: () => canvas.zoom("fit-viewport", "auto"),
      svg: async () => download((await this.modeler.saveSVG()).svg, `${this.box.dataset.fileName}.svg`, "image/svg+xml"),
    };
    for (const button of this.box.querySelectorAll("[data-editor-act]")) button.addEventListener("click", acts[button.dataset.editorAct]);
    document.querySelector("[data-editor-save]").addEventListener("click", () => this.save());
    document.addEventListener("keydown", (event) => {
      if ((event.ctrlKey || event.metaKey) && event.key === "s") { event.preventDefault(); this.save(); }
    });
    const bus = this.modeler.get("eventBus");
    bus.on("commandStack.changed", () => this.say("有未保存的修改", true));
    bus.on("lvzhi.said", ({ words }) => this.say(words));
    bus.on("lvzhi.help", () => this.box.querySelector("#editor-keys").showModal());
    window.addEventListener("beforeunload", (event) => { if (this.isDirty) event.preventDefault(); });
    const answers = { mine: () => this.keepMine(), theirs: () => this.load(), overwrite: () => this.overwrite(), back: () => {} };
    for (const button of this.conflict.querySelectorAll("[data-conflict]")) {
      button.addEventListener("click", () => { if (button.dataset.conflict !== "mine") this.conflict.close(); answers[button.dataset.conflict](); });
    }
  }

  say(words, isDirty = this.isDirty) {
    this.isDirty = isDirty;
    this.box.querySelector("[data-editor-status]").textContent = words;
  }

  async load() {
    try {
      const answer = await fetch(this.box.dataset.modelUrl, { headers: { Accept: "application/xml" } });
      if (!answer.ok) throw new Error(String(answer.status));
      await this.modeler.importXML(await answer.text());
      this.modeler.get("canvas").zoom("fit-viewport", "auto");
      if (this.newer) this.revision = this.newer;
      this.say("已载入", false);
    } catch {
      this.say("流程图没有加载成功，请刷新页面重试。", false);
    }
  }

  async save() {
    if (this.isSaving) return;
    this.isSaving = true;
    this.say("正在保存……");
    try {
      await this.send((await this.modeler.saveXML({ format: true })).xml);
    } catch {
      this.say("没有连上服务器，修改还在本页，请稍后再保存。", true);
    } finally {
      this.isSaving = false;
    }
  }

  async send(xml) {
    const body = new FormData();
    body.set("revision", this.revision);
    body.set("model", new Blob([xml], { type: "application/xml" }), "model.bpmn");
    const token = JSON.parse(document.body.getAttribute("hx-headers:inherited"))["X-CSRFToken"];
    const answer = await fetch(this.box.dataset.saveUrl, { method: "POST", body, headers: { Accept: "application/json", "X-CSRFToken": token } });
    const found = await answer.json();
    if (answer.status === 409 && found.differences) { this.show(found); return; }
    if (!answer.ok) { this.say(`没有保存：${found.message}`, true); return; }
    this.revision = String(found.revision);
    this.say(found.reasons.length ? `已保存。发布前还需修改：${found.reasons.join("；")}` : "已保存", false);
  }

  show(found) {
    this.newer = String(found.revision);
    const items = (found.differences.length ? found.differences : ["图形相同，只是位置或写法不同"]).map((text) => Object.assign(document.createElement("li"), { textContent: text }));
    this.conflict.querySelector("[data-conflict-list]").replaceChildren(...items);
    this.say(found.message, true);
    this.conflict.showModal();
  }

  async keepMine() {
    download((await this.modeler.saveXML({ format: true })).xml, `${this.box.dataset.fileName}-我的修改.bpmn`, "application/xml");
  }

  overwrite() {
    this.revision = this.newer;
    this.save();
  }
}

export function startEditor(box) {
  if (box.dataset.drawn) return;
  box.dataset.drawn = "yes";
  new Editor(box).load();
}
