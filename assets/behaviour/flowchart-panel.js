// The form beside the drawing: what is selected is filled in here and kept in the drawing itself (lvzhi:step), from
// which the server makes the rows of the steps.
import { isTask, timerOf, titleOf } from "./flowchart-names.js";

export const descriptor = {
  name: "Lvzhi", uri: "urn:lvzhi:flowchart:1", prefix: "lvzhi", xml: { tagAlias: "lowerCase" },
  types: [
    { name: "Step", superClass: ["Element"], properties: [
      ...["kind", "limitValue", "limitUnit", "promisedValue", "promisedUnit", "basis", "riskPoint", "suspensions", "sectionDuty"].map((name) => ({ name, isAttr: true, type: "String" })),
      { name: "inputs", type: "Input", isMany: true }, { name: "outputs", type: "Output", isMany: true },
    ] },
    { name: "Input", superClass: ["Element"], properties: [{ name: "text", isBody: true, type: "String" }] },
    { name: "Output", superClass: ["Element"], properties: [{ name: "text", isBody: true, type: "String" }] },
  ],
};

const LINES = { inputs: "lvzhi:Input", outputs: "lvzhi:Output" };

const stepOf = (bo) => bo.extensionElements?.values?.find((one) => one.$type === "lvzhi:Step");

export class Panel {
  constructor(form, modeler) {
    this.form = form;
    this.modeling = modeler.get("modeling");
    this.moddle = modeler.get("moddle");
    form.addEventListener("submit", (event) => event.preventDefault());
    form.addEventListener("change", (event) => this.change(event.target));
    const bus = modeler.get("eventBus");
    bus.on("selection.changed", ({ newSelection }) => this.show(newSelection.length === 1 ? newSelection[0] : null));
    bus.on("element.changed", ({ element }) => { if (element === this.element && !this.isWriting) this.show(element); });
  }

  show(element) {
    const bo = element?.businessObject;
    this.element = bo && element.type !== "label" ? element : element?.labelTarget ?? null;
    const kinds = this.element ? this.kindsOf(this.element.businessObject) : ["nothing"];
    for (const part of this.form.querySelectorAll("[data-panel-for]")) part.hidden = !kinds.includes(part.dataset.panelFor);
    if (this.element) this.fill(this.element.businessObject);
  }

  kindsOf(bo) {
    if (bo.$type === "bpmn:Process" || bo.$type === "bpmn:Collaboration") return ["nothing"];
    return ["any", isTask(bo) && "step", bo.$type === "bpmn:CallActivity" && "call", timerOf(bo) && "timer"].filter(Boolean);
  }

  fill(bo) {
    const step = stepOf(bo);
    this.form.querySelector("[data-panel-title]").textContent = titleOf(bo);
    // Only lanes are named after posts.
    const name = this.field("name");
    if (bo.$type === "bpmn:Lane") name.setAttribute("list", "editor-posts"); else name.removeAttribute("list");
    for (const field of this.form.querySelectorAll("[data-field]")) field.value = this.read(bo, step, field);
    const stopped = (step?.suspensions ?? "").split(" ");
    for (const box of this.form.querySelectorAll("[data-suspension]")) box.checked = stopped.includes(box.dataset.suspension);
    for (const line of this.form.querySelectorAll("[data-field-error]")) line.hidden = true;
  }

  read(bo, step, field) {
    const key = field.dataset.field;
    if (key === "name") return bo.name ?? "";
    if (key === "called") return bo.calledElement ?? "";
    if (key === "duration") return /^P(\d+)D$/.exec(timerOf(bo)?.timeDuration?.body ?? "")?.[1] ?? "";
    if (LINES[key]) return (step?.[key] ?? []).map((one) => one.text).join("\n");
    return step?.[key] ?? { kind: "other", limitUnit: "workday", promisedUnit: "workday" }[key] ?? "";
  }

  change(field) {
    if (!this.element) return;
    const key = field.dataset.field;
    this.isWriting = true;
    try {
      if (field.dataset.suspension) this.write({ suspensions: this.suspensions() });
      else if (key === "name") this.modeling.updateLabel(this.element, field.value.trim());
      else if (key === "called") this.modeling.updateProperties(this.element, { calledElement: field.value || undefined });
      else if (key === "duration") this.writeDuration(field.value.trim());
      else if (LINES[key]) this.writeLines(key, field.value);
      else if (this.isRight(field)) this.write({ [key]: field.value.trim() || undefined });
    } finally {
      this.isWriting = false;
    }
  }

  field(key) { return this.form.querySelector(`[data-field="${key}"]`); }

  suspensions() {
    return [...this.form.querySelectorAll("[data-suspension]:checked")].map((box) => box.dataset.suspension).join(" ") || undefined;
  }

  isRight(field) {
    const line = this.form.querySelector(`[data-field-error="${field.dataset.field}"]`);
    if (!line) return true;
    const isRight = /^([1-9]\d{0,3})?$/.test(field.value.trim());
    line.hidden = isRight;
    line.textContent = isRight ? "" : "请填写 1 至 3650 的整数，没有时限的留空";
    field.setAttribute("aria-invalid", String(!isRight));
    return isRight;
  }

  write(properties) {
    const bo = this.element.businessObject;
    const step = stepOf(bo);
    if (step) { this.modeling.updateModdleProperties(this.element, step, properties); return; }
    const made = this.moddle.create("lvzhi:Step", properties);
    const holder = this.moddle.create("bpmn:ExtensionElements", { values: [...(bo.extensionElements?.values ?? []), made] });
    made.$parent = holder;
    holder.$parent = bo;
    this.modeling.updateProperties(this.element, { extensionElements: holder });
  }

  writeLines(key, text) {
    const lines = text.split("\n").map((line) => line.trim()).filter(Boolean);
    this.write({ [key]: lines.map((line) => this.moddle.create(LINES[key], { text: line })) });
  }

  writeDuration(days) {
    const duration = /^[1-9]\d{0,3}$/.test(days) ? this.moddle.create("bpmn:FormalExpression", { body: `P${days}D` }) : undefined;
    this.modeling.updateModdleProperties(this.element, timerOf(this.element.businessObject), { timeDuration: duration });
  }
}
