// bpmn-js in Chinese: the words of the symbols and tools that charts of an office use.
const WORDS = {
  "Activate hand tool": "移动画布", "Activate lasso tool": "框选", "Activate create/remove space tool": "增减间距", "Activate global connect tool": "连线",
  "Create start event": "开始", "Create end event": "结束", "Create gateway": "分支（选一条）", "Create task": "环节", "Create expanded sub-process": "子流程",
  "Create pool/participant": "泳池与泳道", "Create intermediate/boundary event": "中间事件",
  "Append task": "接下一环节", "Append end event": "接结束", "Append gateway": "接分支", "Append {type}": "接{type}", "Connect to other element": "连到其他图形", "Connect using association": "连到其他图形",
  "Change element": "更换类型", "Change type": "更换类型", Delete: "删除", Remove: "删除", "Add text annotation": "加注释", "Append text annotation": "加注释",
  "Add lane above": "在上方加泳道", "Add lane below": "在下方加泳道", "Divide into two lanes": "分成两条泳道", "Divide into three lanes": "分成三条泳道", "Set color": "颜色",
  Task: "环节", "User task": "人工环节", "Manual task": "线下环节", "Service task": "系统办理", "Call activity": "调用其他流程图", "Sub-process (expanded)": "子流程（展开）", "Sub-process (collapsed)": "子流程（收起）",
  "Exclusive gateway": "分支（选一条）", "Parallel gateway": "并行（全部走）", "Inclusive gateway": "分支（选一条或几条）", "Event-based gateway": "等事件分支",
  "Start event": "开始", "End event": "结束", "Terminate end event": "全部终止", "Intermediate throw event": "中间事件",
  "Timer start event": "定时开始", "Timer intermediate catch event": "等待到时", "Timer boundary event": "到时转走（中断）", "Timer boundary event (non-interrupting)": "到时另走（不中断）",
  "Sequence flow": "连线", "Default flow": "默认连线", "Conditional flow": "带条件的连线",
  Loop: "可以反复", "Parallel multi-instance": "多个同时办", "Sequential multi-instance": "多个依次办",
  "Search in diagram": "在图中查找", "No matching results": "没有找到", "Toggle non-interrupting": "是否不中断", Search: "查找",
  "{semantic} cannot be dropped": "不能放在这里", "flow elements must be children of pools/participants": "请放在泳池里", "element required": "请先选中图形",
  "Drill down into sub-process": "打开子流程", Open: "打开", "Open {element}": "打开{element}", "Root": "全图",
};

function translate(template, replacements = {}) {
  return (WORDS[template] ?? template).replace(/{([^}]+)}/g, (_, key) => WORDS[replacements[key]] ?? replacements[key] ?? `{${key}}`);
}

export const chineseModule = { translate: ["value", translate] };
