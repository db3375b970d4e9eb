"""Small documents as people bring them: a mandate, a power list, a flowchart."""

from __future__ import annotations

import io
from pathlib import Path

from docx import Document
from openpyxl import Workbook

MANDATE = (
    "临沂市商务局职能配置、内设机构和人员编制规定",
    "第一条 根据《关于临沂市市级机构改革的实施意见》（临发〔2019〕1号），制定本规定。",
    "第二条 临沂市商务局是市政府工作部门，为正县级。",
    "第三条 市商务局贯彻落实党中央关于商务工作的方针政策。主要职责是：",
    "（一）拟订全市商务发展规划并组织实施。",
    "（二）负责成品油零售经营资格审批。",
    "（三）完成市委、市政府交办的其他任务。",
    "第四条 市商务局设下列内设机构：",
    "（一）办公室。负责机关日常运转；起草重要文稿。",
    "（二）市场科（行政审批服务科）。承担成品油零售经营资格审批；编制商务发展规划。",
    "第五条 市商务局机关行政编制为35名。设局长1名，副局长3名。",
    "第六条 本规定自2019年3月1日起施行。",
)
CHART = """<?xml version="1.0" encoding="UTF-8"?>
<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" id="d" targetNamespace="urn:lvzhi:test">
<process id="p" name="成品油零售经营资格审批">
<laneSet id="lanes"><lane id="l1" name="受理岗"><flowNodeRef>a</flowNodeRef></lane>
<lane id="l2" name="审查岗"><flowNodeRef>b</flowNodeRef></lane></laneSet>
<startEvent id="s"/><userTask id="a" name="受理成品油零售经营资格申请（5个工作日）"/><userTask id="b" name="审查"/>
<endEvent id="e"/>
<sequenceFlow id="f1" sourceRef="s" targetRef="a"/><sequenceFlow id="f2" sourceRef="a" targetRef="b"/>
<sequenceFlow id="f3" sourceRef="b" targetRef="e"/>
</process></definitions>"""


def mandate_file(*, without: str = "", instead: dict[str, str] | None = None) -> bytes:
    """The mandate as .docx; ``without`` drops the paragraphs that contain it, ``instead`` replaces words."""
    document = Document()
    for text in MANDATE:
        if without and without in text:
            continue
        for old, new in (instead or {}).items():
            text = text.replace(old, new)
        document.add_paragraph(text)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def power_list_file(folder: Path, *, limit: str = "20个工作日") -> Path:
    workbook = Workbook()
    sheet = workbook.active
    assert sheet is not None
    sheet.append(
        ["序号", "事项名称", "子项名称", "权力类型", "实施依据", "承办机构", "职权编码", "法定期限", "承诺期限"]
    )
    basis = "【法律】《中华人民共和国行政许可法》第十二条"
    sheet.append([1, "成品油零售经营资格审批", "新设", "行政许可", basis, "市场科", "XK01", limit, "10个工作日"])
    sheet.append([2, "对违规经营成品油的处罚", "", "行政处罚", basis, "执法队", "CF01", "/", "/"])
    path = folder / "list.xlsx"
    workbook.save(path)
    return path
