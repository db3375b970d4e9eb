// The chart as a list, in the order of the work: for keys and for screen readers. Choosing a line selects the symbol,
// and every key that works on the drawing works on the line.
import { is } from "bpmn-js/lib/util/ModelUtil";
import { alongTheFlow, isFlow, isNode, laneOf, lanesOf, nameOf, titleOf } from "./flowchart-names.js";

const STEPS = { ArrowUp: -1, ArrowDown: 1 };
const ALONG = { ArrowRight: ["outgoing", "target"], ArrowLeft: ["incoming", "source"] };

export class Outline {
  constructor(list, modeler) {
    this.list = list;
    for (const name of ["eventBus", "selection", "elementRegistry", "canvas", "directEditing", "popupMenu"]) this[name] = modeler.get(name);
    this.lines = [];
    this.eventBus.on(["import.done", "commandStack.changed", "root.set"], () => this.draw());
    this.eventBus.on("selection.changed", () => this.mark());
    // Once the library is done with it, and before the next key.
    this.eventBus.on(["popupMenu.closed", "directEditing.deactivate"], () => queueMicrotask(() => this.comeBack()));
    this.eventBus.on("directEditing.activate", () => this.nameTextBox());
    list.addEventListener("keydown", (event) => this.key(event));
    list.addEventListener("click", (event) => this.choose(event.target.closest("[data-element]")?.dataset.element));
    list.addEventListener("focus", () => { this.isHome = true; if (!this.chosen) this.choose(this.lines[0]); });
    this.canvas.getContainer().addEventListener("pointerdown", () => { this.isHome = false; });
    this.canvas.getContainer().querySelector("svg").addEventListener("focus", () => { this.isHome = false; });
  }

  get chosen() {
    const found = this.selection.get();
    const one = found.length === 1 ? found[0].labelTarget ?? found[0] : null;
    return one && this.lines.includes(one.id) ? one.id : null;
  }

  draw() {
    const at = this.lines.indexOf(this.last);
    const items = this.items();
    this.lines = items.map((item) => item.dataset.element);
    this.list.replaceChildren(...items);
    // What was removed is followed by its neighbour, so that work goes on from there.
    if (at >= 0 && !this.lines.includes(this.last) && document.activeElement === this.list) this.choose(this.lines[Math.max(0, at - 1)]);
    this.mark();
  }

  items() {
    const shown = (one) => this.canvas.findRoot(one) === this.canvas.getRootElement();
    const nodes = alongTheFlow(this.elementRegistry.filter((one) => isNode(one) && shown(one)));
    const lines = nodes.flatMap((node) => [this.nodeLine(node), ...node.outgoing.filter(isFlow).map((flow) => this.flowLine(flow))]);
    return [...lines, ...lanesOf(this.elementRegistry).filter(shown).map((lane) => this.line(lane, nameOf(lane), "泳道"))];
  }

  nodeLine(node) {
    const lane = laneOf(node, this.elementRegistry);
    const kind = titleOf(node.businessObject);
    return this.line(node, nameOf(node), [nameOf(node) === kind ? "" : kind, lane && nameOf(lane), node.host && `附在“${nameOf(node.host)}”`].filter(Boolean).join(" · "));
  }

  flowLine(flow) {
    const words = flow.businessObject.name ? `${nameOf(flow)} → ` : "→ ";
    const line = this.line(flow, `${words}${nameOf(flow.target)}`, "");
    line.setAttribute("aria-label", `连线：从${nameOf(flow.source)}到${nameOf(flow.target)}${flow.businessObject.name ? `，条件：${nameOf(flow)}` : ""}`);
    line.classList.add("is-flow");
    return line;
  }

  line(element, words, about) {
    const line = Object.assign(document.createElement("li"), { id: `outline-${element.id}`, role: "option", textContent: words });
    line.dataset.element = element.id;
    if (about) line.append(" ", Object.assign(document.createElement("span"), { className: "text-secondary", textContent: about }));
    return line;
  }

  mark() {
    const chosen = this.chosen;
    if (chosen) this.last = chosen;
    for (const line of this.list.children) line.setAttribute("aria-selected", String(line.dataset.element === chosen));
    if (!chosen) { this.list.removeAttribute("aria-activedescendant"); return; }
    this.list.setAttribute("aria-activedescendant", `outline-${chosen}`);
    const line = this.list.children[this.lines.indexOf(chosen)];
    this.list.scrollTop = Math.min(line.offsetTop, Math.max(this.list.scrollTop, line.offsetTop + line.offsetHeight - this.list.clientHeight));
  }

  choose(id) {
    const element = id && this.elementRegistry.get(id);
    if (!element) return;
    this.selection.select(element);
    this.canvas.scrollToElement(element);
  }

  key(event) {
    if (event.isComposing) return;
    const isPlain = !event.ctrlKey && !event.metaKey && !event.altKey && !event.shiftKey;
    if (isPlain && this.walk(event.key)) event.preventDefault();
    // The library's and our own keys, as if they were pressed on the drawing.
    else if (this.eventBus.fire("keyboard.keydown", { keyEvent: event })) event.preventDefault();
  }

  walk(key) {
    const at = this.lines.indexOf(this.chosen);
    if (STEPS[key]) this.choose(this.lines[Math.min(this.lines.length - 1, Math.max(0, at + STEPS[key]))]);
    else if (key === "Home") this.choose(this.lines[0]);
    else if (key === "End") this.choose(this.lines.at(-1));
    else if (ALONG[key]) this.follow(...ALONG[key]);
    else return false;
    return true;
  }

  follow(flows, end) {
    const element = this.chosen && this.elementRegistry.get(this.chosen);
    if (!element || is(element, "bpmn:Lane")) return;
    this.choose((isFlow(element) ? element : element[flows].find(isFlow))?.[end].id);
  }

  /** After a menu or a name the keys go on where they were: on the list, unless the drawing was worked on. */
  comeBack() {
    const { activeElement } = document;
    const isLost = activeElement === document.body || this.canvas.getContainer().contains(activeElement);
    if (!this.isHome || this.directEditing.isActive() || this.popupMenu.isOpen() || !isLost) return;
    this.list.focus({ preventScroll: true });
  }

  nameTextBox() {
    const box = this.canvas.getContainer().querySelector(".djs-direct-editing-content");
    box?.setAttribute("role", "textbox");
    box?.setAttribute("aria-label", "名称，按回车确定");
  }
}
