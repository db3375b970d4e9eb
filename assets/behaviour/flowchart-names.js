// What the symbols of a chart are called, on the form beside the drawing, in the list and in the menus.
import { is } from "bpmn-js/lib/util/ModelUtil";

const TASK = /^bpmn:(User|Service|Send|Receive|Manual|BusinessRule|Script)?Task$/;
const TITLES = { "bpmn:Lane": "岗位（泳道）", "bpmn:Participant": "流程", "bpmn:SequenceFlow": "连线", "bpmn:SubProcess": "子流程", "bpmn:CallActivity": "调用其他流程图", "bpmn:ExclusiveGateway": "分支", "bpmn:ParallelGateway": "并行", "bpmn:InclusiveGateway": "分支", "bpmn:StartEvent": "开始", "bpmn:EndEvent": "结束" };

export const isTask = (bo) => TASK.test(bo.$type);
export const timerOf = (bo) => bo.eventDefinitions?.find((one) => one.$type === "bpmn:TimerEventDefinition");
/** 环节, 定时, 分支 …: what kind of symbol it is. */
export const titleOf = (bo) => (isTask(bo) ? "环节" : timerOf(bo) ? "定时" : TITLES[bo.$type] ?? "图形");
/** Its own name, else what it is. */
export const nameOf = ({ businessObject: bo }) => bo.name?.replace(/\s+/g, " ").trim() || titleOf(bo);
/** Steps, choices and events: what arrows join. */
export const isNode = (element) => is(element, "bpmn:FlowNode") && !element.labelTarget;
export const isFlow = (element) => is(element, "bpmn:SequenceFlow") && !element.labelTarget;

/** The lanes that stand for posts: those without lanes of their own. */
export function lanesOf(elementRegistry) {
  return elementRegistry.filter((one) => is(one, "bpmn:Lane") && !one.children.some((inner) => is(inner, "bpmn:Lane")));
}

export function laneOf(node, elementRegistry) {
  return lanesOf(elementRegistry).find((lane) => lane.businessObject.flowNodeRef?.includes(node.businessObject));
}

/** Nodes along the arrows from where the work begins, what hangs loose last. */
export function alongTheFlow(nodes) {
  const byPlace = [...nodes].sort((one, other) => one.x - other.x || one.y - other.y);
  const found = new Set();
  const walk = (node) => {
    if (found.has(node) || !isNode(node)) return;
    found.add(node);
    node.attachers?.forEach(walk);
    for (const flow of node.outgoing.filter(isFlow)) walk(flow.target);
  };
  byPlace.filter((node) => !node.host && !node.incoming.some(isFlow)).forEach(walk);
  byPlace.forEach(walk);
  return [...found].filter((node) => nodes.includes(node));
}
