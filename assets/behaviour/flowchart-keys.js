// Drawing by keys alone: N places the next symbol, L joins, G moves to another lane, F2 names. The rest (Delete, undo,
// moving, changing the type) are the library's own keys; so are the menus, the rules and where a symbol is placed.
import { is } from "bpmn-js/lib/util/ModelUtil";
import { alongTheFlow, isNode, laneOf, lanesOf, nameOf, titleOf } from "./flowchart-names.js";

// Above the library's 1000: its L would start the lasso, a tool of the mouse.
const FIRST = 2000;
const KEYS = { n: "nextSymbol", l: "joinTo", g: "moveToLane", f2: "nameIt", enter: "nameIt", "?": "showKeys" };
const SYMBOLS = {
  start: { label: "开始", className: "bpmn-icon-start-event-none", shape: { type: "bpmn:StartEvent" } },
  task: { label: "环节", className: "bpmn-icon-task", shape: { type: "bpmn:Task" } },
  choice: { label: "分支（选一条）", className: "bpmn-icon-gateway-xor", shape: { type: "bpmn:ExclusiveGateway" } },
  parallel: { label: "并行（全部走）", className: "bpmn-icon-gateway-parallel", shape: { type: "bpmn:ParallelGateway" } },
  end: { label: "结束", className: "bpmn-icon-end-event-none", shape: { type: "bpmn:EndEvent" } },
  wait: { label: "等待到时", className: "bpmn-icon-intermediate-event-catch-timer", shape: { type: "bpmn:IntermediateCatchEvent", eventDefinitionType: "bpmn:TimerEventDefinition" } },
  late: { label: "到时转走（附在本环节）", className: "bpmn-icon-intermediate-event-catch-timer", shape: { type: "bpmn:BoundaryEvent", eventDefinitionType: "bpmn:TimerEventDefinition" } },
  part: { label: "子流程", className: "bpmn-icon-subprocess-expanded", shape: { type: "bpmn:SubProcess", isExpanded: true } },
};
const GAP = 50;
const MENUS = { next: "lvzhi-next", join: "lvzhi-join", lane: "lvzhi-lane" };

const overlaps = (one, other) => one.x < other.x + other.width && other.x < one.x + one.width && one.y < other.y + other.height && other.y < one.y + one.height;

class OfficeKeys {
  constructor(injector) {
    const names = ["eventBus", "keyboard", "editorActions", "popupMenu", "selection", "canvas", "elementRegistry", "elementFactory", "rules", "modeling", "autoPlace", "directEditing"];
    for (const name of names) this[name] = injector.get(name);
    this.editorActions.register({
      nextSymbol: () => this.offerNext(), joinTo: () => this.offerJoin(), moveToLane: () => this.offerLanes(),
      nameIt: () => this.nameIt(), showKeys: () => this.eventBus.fire("lvzhi.help"),
    });
    this.keyboard.addListener(FIRST, ({ keyEvent }) => this.act(keyEvent));
    this.popupMenu.registerProvider(MENUS.next, { getPopupMenuEntries: (target) => this.nextEntries(target) });
    this.popupMenu.registerProvider(MENUS.join, { getPopupMenuEntries: (target) => this.joinEntries(target) });
    this.popupMenu.registerProvider(MENUS.lane, { getPopupMenuEntries: (target) => this.laneEntries(target) });
  }

  act(event) {
    const action = KEYS[event.key.toLowerCase()];
    if (!action || this.keyboard.hasModifier(event) && event.key !== "?") return undefined;
    this.editorActions.trigger(action);
    return true;
  }

  say(words) { this.eventBus.fire("lvzhi.said", { words }); }

  selected(words) {
    const found = this.selection.get();
    if (found.length === 1) return found[0].labelTarget ?? found[0];
    this.say(words);
    return null;
  }

  open(target, menu, title, ifEmpty) {
    if (this.popupMenu.isEmpty(target, menu)) { this.say(ifEmpty); return; }
    const container = this.canvas.getContainer();
    container.scrollIntoView({ block: "nearest" });
    if (target.parent) this.canvas.scrollToElement(target);
    const corner = container.getBoundingClientRect();
    const box = target.parent ? this.canvas.getAbsoluteBBox(target) : { x: GAP, y: GAP, width: 0 };
    const position = { x: corner.left + Math.min(box.x + box.width, corner.width) + 8, y: corner.top + Math.max(box.y, 0) };
    this.popupMenu.open(target, menu, position, { title, width: 260, search: true });
  }

  entry(symbol, act) {
    return { ...symbol, action: () => { this.popupMenu.close(); act(); } };
  }

  // N: the next symbol after what is selected; with a lane, or nothing, selected the symbol stands there by itself.
  offerNext() {
    const [found] = this.selection.get();
    const target = found?.labelTarget ?? found ?? this.canvas.getRootElement();
    this.open(target, MENUS.next, isNode(target) ? `“${nameOf(target)}”的下一步` : "放置图形", "结束和连线之后没有下一步，请选中别的图形");
  }

  nextEntries(target) {
    if (is(target, "bpmn:EndEvent") || target.waypoints) return {};
    const isAfter = isNode(target);
    const left = new Set([isAfter && "start", !(isAfter && is(target, "bpmn:Activity")) && "late"]);
    const kinds = Object.entries(SYMBOLS).filter(([kind]) => !left.has(kind));
    return Object.fromEntries(kinds.map(([kind, { shape, ...symbol }]) => [kind, this.entry(symbol, () => this.add(target, shape))]));
  }

  add(target, attributes) {
    const shape = this.elementFactory.createShape(attributes);
    if (is(shape, "bpmn:BoundaryEvent")) this.chosen(this.attach(target, shape));
    else if (isNode(target)) this.autoPlace.append(target, shape);
    else this.chosen(this.place(target, shape));
  }

  chosen(shape) {
    this.selection.select(shape);
    if (!is(shape, "bpmn:Gateway")) this.directEditing.activate(shape);
  }

  attach(host, shape) {
    const taken = host.attachers.length * (shape.width + 8);
    return this.modeling.createShape(shape, { x: host.x + host.width - shape.width / 2 - taken, y: host.y + host.height }, host, { attach: true });
  }

  place(target, shape) {
    const lanes = lanesOf(this.elementRegistry);
    const lane = lanes.find((one) => one === target) ?? lanes.find((one) => one.parent === target) ?? lanes[0];
    const around = lane ?? target;
    const first = { x: (around.x ?? 0) + GAP + 30, y: (around.y ?? 0) + ((around.height ?? 2 * GAP) - shape.height) / 2, width: shape.width, height: shape.height };
    const spot = this.freeSpot(first, null);
    let parent = around;
    while (is(parent, "bpmn:Lane")) parent = parent.parent;
    return this.modeling.createShape(shape, { x: spot.x + shape.width / 2, y: spot.y + shape.height / 2 }, parent);
  }

  /** The box itself, or moved to the right until nothing stands there. */
  freeSpot(box, moved) {
    const others = this.elementRegistry.filter((one) => isNode(one) && one !== moved && one.host !== moved && !(is(one, "bpmn:SubProcess") && one === moved?.parent));
    let spot = box;
    for (let hit = true; hit; ) {
      hit = others.find((one) => overlaps(spot, one));
      if (hit) spot = { ...spot, x: hit.x + hit.width + GAP };
    }
    return spot;
  }

  // L: an arrow to a symbol chosen from those that it may lead to.
  offerJoin() {
    const source = this.selected("请先选中一个图形，再按 L 连到下一个");
    if (source) this.open(source, MENUS.join, `从“${nameOf(source)}”连到`, "没有可以连到的图形");
  }

  joinEntries(source) {
    if (!isNode(source)) return {};
    const nodes = alongTheFlow(this.elementRegistry.filter((one) => isNode(one) && one !== source && !source.outgoing.some((flow) => flow.target === one)));
    const allowed = nodes.map((node) => [node, this.rules.allowed("connection.create", { source, target: node })]);
    return Object.fromEntries(allowed.filter(([, how]) => how?.type === "bpmn:SequenceFlow").map(([node, how]) => {
      const place = laneOf(node, this.elementRegistry);
      const label = `${nameOf(node)}（${[titleOf(node.businessObject), place && nameOf(place)].filter(Boolean).join("，")}）`;
      return [node.id, this.entry({ label }, () => this.selection.select(this.modeling.connect(source, node, how)))];
    }));
  }

  // G: the symbol goes to another post, to where nothing stands yet.
  offerLanes() {
    const node = this.selected("请先选中一个图形，再按 G 移到别的岗位");
    if (node) this.open(node, MENUS.lane, `把“${nameOf(node)}”移到`, "没有别的泳道可以移去");
  }

  laneEntries(node) {
    if (!isNode(node) || node.host) return {};
    const others = lanesOf(this.elementRegistry).filter((lane) => lane !== laneOf(node, this.elementRegistry));
    return Object.fromEntries(others.map((lane) => [lane.id, this.entry({ label: nameOf(lane) }, () => this.moveTo(lane, node))]));
  }

  moveTo(lane, node) {
    const spot = this.freeSpot({ x: node.x, y: lane.y + (lane.height - node.height) / 2, width: node.width, height: node.height }, node);
    this.modeling.moveElements([node], { x: spot.x - node.x, y: spot.y - node.y });
    this.selection.select(node);
  }

  nameIt() {
    const element = this.selected("请先选中一个图形，再按 F2 改名");
    if (element) this.directEditing.activate(element);
  }
}
OfficeKeys.$inject = ["injector"];

export const keysModule = { __init__: ["officeKeys"], officeKeys: ["type", OfficeKeys] };
