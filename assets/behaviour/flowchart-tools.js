// The editor's tools cut down to what charts of an office use: start and end, step, choice, parallel, sub-process,
// timer, lanes. What came in by a file with other symbols is still shown and can be moved.

const PALETTE = ["hand-tool", "lasso-tool", "global-connect-tool", "tool-separator", "create.start-event", "create.end-event", "create.task", "create.exclusive-gateway"];
const BEHIND = ["create.subprocess-expanded", "create.participant-expanded"];
const KINDS = new Set([
  "replace-with-task", "replace-with-user-task", "replace-with-manual-task", "replace-with-call-activity", "replace-with-expanded-subprocess",
  "replace-with-exclusive-gateway", "replace-with-parallel-gateway", "replace-with-inclusive-gateway",
  "replace-with-none-start", "replace-with-none-end", "replace-with-terminate-end", "replace-with-timer-intermediate-catch",
  "replace-with-timer-boundary", "replace-with-non-interrupting-timer-boundary", "replace-with-sequence-flow", "replace-with-default-flow", "replace-with-conditional-flow",
]);
const NOT_IN_PAD = new Set(["append.intermediate-event", "append.append-task-more", "append"]);

const pick = (entries, keys) => Object.fromEntries(keys.filter((key) => entries[key]).map((key) => [key, entries[key]]));

class OfficeTools {
  constructor(palette, contextPad, popupMenu, create, elementFactory) {
    this.create = create;
    this.elementFactory = elementFactory;
    // Below the default of 1000: these see what bpmn-js itself offers, and cut it.
    palette.registerProvider(300, this);
    contextPad.registerProvider(300, { getContextPadEntries: () => (entries) => pick(entries, Object.keys(entries).filter((key) => !NOT_IN_PAD.has(key))) });
    popupMenu.registerProvider("bpmn-replace", 300, { getPopupMenuEntries: () => (entries) => pick(entries, Object.keys(entries).filter((key) => KINDS.has(key))) });
  }

  getPaletteEntries() {
    return (entries) => ({
      ...pick(entries, PALETTE),
      "create.parallel-gateway": this.entry("gateway", "bpmn-icon-gateway-parallel", "并行（全部走）", { type: "bpmn:ParallelGateway" }),
      "create.timer": this.entry("event", "bpmn-icon-intermediate-event-catch-timer", "等待到时（拖到环节边上：到时转走）", { type: "bpmn:IntermediateCatchEvent", eventDefinitionType: "bpmn:TimerEventDefinition" }),
      ...pick(entries, BEHIND),
    });
  }

  entry(group, className, title, attributes) {
    const start = (event) => this.create.start(event, this.elementFactory.createShape(attributes));
    return { group, className, title, action: { dragstart: start, click: start } };
  }
}
OfficeTools.$inject = ["palette", "contextPad", "popupMenu", "create", "elementFactory"];

export const toolsModule = { __init__: ["officeTools"], officeTools: ["type", OfficeTools] };

/** Every tool of the palette and beside a shape gets its name as hover title and for screen readers, and a stop of the Tab key. */
export function nameTools(box) {
  const TOOLS = ".djs-palette .entry, .djs-context-pad .entry";
  const name = (tool) => {
    const words = tool.title || tool.getAttribute("aria-label");
    if (!words || tool.tabIndex === 0) return;
    tool.title = words;
    tool.setAttribute("aria-label", words);
    tool.setAttribute("role", "button");
    tool.tabIndex = 0;
  };
  new MutationObserver(() => box.querySelectorAll(TOOLS).forEach(name)).observe(box, { childList: true, subtree: true });
  box.querySelectorAll(TOOLS).forEach(name);
  box.addEventListener("keydown", (event) => {
    if (!event.target.matches(TOOLS) || !["Enter", " "].includes(event.key)) return;
    event.preventDefault();
    event.target.click();
  });
}
