"""The lists of inspections as tables."""

from __future__ import annotations

from duty_eval.inspections import queries, sheets
from duty_eval.permissions import Permission
from host.kernel.tables.exports import register_export, whole_of

register_export(
    "duty_eval.inspections",
    "监督检查计划",
    permission=Permission.INSPECTION_READ,
    columns={
        "名称": "Inspection.name",
        "范围": "place",
        "依据": "Inspection.basis",
        "方式": "Inspection.inspection_method.label",
        "提前公布": lambda row: "是" if row.Inspection.is_announced else "否",
        "从": "Inspection.starts_on",
        "到": "Inspection.ends_on",
        "抽查对象": "subjects",
        "状态": "Inspection.inspection_state.label",
    },
    rows=lambda actor, values: queries.plans(actor, queries.Filters.of(values)),
)
register_export(
    "duty_eval.inspection_subjects",
    "监督检查抽查名单",
    permission=Permission.INSPECTION_READ,
    columns={
        "单位": "unit_name",
        "科室": "section_name",
        "岗位": "post_title",
        "分层": "InspectionSubject.stratum",
        "来源": "InspectionSubject.subject_origin.label",
        "补充原因": "InspectionSubject.reason",
        "移出原因": "InspectionSubject.removed_reason",
    },
    rows=lambda actor, values: queries.subjects(actor, whole_of(values, "inspection_id")),
)
register_export(
    "duty_eval.inspection_findings",
    "监督检查发现",
    permission=Permission.INSPECTION_FINDING_READ,
    columns={
        "检查": "Inspection.name",
        "单位": "unit_name",
        "科室": "section_name",
        "岗位": "post_title",
        "类别": "inspection_block.label",
        "检查内容": "line_text",
        "结论": "InspectionFinding.finding_verdict.label",
        "情况": "InspectionFinding.words",
        "违规情形": lambda row: row.InspectionFinding.violation.label if row.InspectionFinding.violation else "",
        "岗位职责": "duty_text",
        "单位职能": "function_text",
        "登记人": "InspectionFinding.found_by_name",
        "登记时间": "InspectionFinding.found_at",
    },
    rows=lambda actor, values: sheets.findings(actor, sheets.Filters.of(values)),
)
register_export(
    "duty_eval.evidence_requests",
    "监督检查补证",
    permission=Permission.INSPECTION_READ,
    columns={
        "检查": "Inspection.name",
        "单位": "unit_name",
        "科室": "section_name",
        "需要补充": "EvidenceRequest.text",
        "期限": "EvidenceRequest.due_on",
        "状态": "EvidenceRequest.request_state.label",
        "提出人": "EvidenceRequest.asked_by_name",
    },
    rows=lambda actor, values: sheets.requests(actor, which="" if values.get("which") == "all" else "open"),
)
