"""工作任务流程图: flowcharts as BPMN 2.0, their steps, versions and publication."""
