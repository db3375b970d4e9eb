"""Which lane, hence which post, a task stands in."""

from basic_info.flowcharts.parsing.chart import Node, ParsedFlowchart


class Posts:
    """Looks lanes (泳道) up: by reference, for a task inside a sub-process by that one's, else by the drawing."""

    def __init__(self, chart: ParsedFlowchart) -> None:
        self._chart = chart
        self._pools = {pool.process_id: pool.name for pool in chart.participants if pool.process_id}
        # Deeper lanes come later and win: a lane inside a lane is the post, the outer one its section.
        self._lanes = {
            node_id: lane.name for lane in sorted(chart.lanes, key=lambda lane: lane.depth) for node_id in lane.node_ids
        }
        self._drawn = [
            (lane.process_id, bounds, lane.name)
            for lane in sorted(chart.lanes, key=lambda lane: -lane.depth)
            if (bounds := chart.bounds.get(lane.id))
        ]

    def lane_name(self, task: Node) -> str:
        """The post as drawn, ``""`` where the chart has none for the task."""
        node: Node | None = task
        while node:
            if node.id in self._lanes:
                return self._lanes[node.id]
            node = self._chart.nodes.get(node.scope)
        return self._drawn_around(task)

    def pool_name(self, task: Node) -> str:
        """The pool (泳池) of the task's process, ``""`` without one."""
        return self._pools.get(self._chart.process_of(task), "")

    def _drawn_around(self, task: Node) -> str:
        """Some programs draw lanes and don't refer to what is in them; only lanes of the same process count."""
        shape = self._chart.bounds.get(task.id)
        if shape is None:
            return ""
        process = self._chart.process_of(task)
        lanes = ((bounds, name) for owner, bounds, name in self._drawn if owner == process)
        return next((name for bounds, name in lanes if bounds.holds_middle_of(shape)), "")
