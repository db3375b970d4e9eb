"""Makes mandate documents in all five layouts with what the parser must say of them.

Run as a script with a folder to write the files there: `python documents.py FOLDER`.
"""

import io
import json
import re
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from docx import Document
from docx.document import Document as WordDocument
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls

Contract = dict[str, Any]


@dataclass(frozen=True)
class Numbered:
    """A paragraph whose number exists only as Word numbering: level 0 第X条, 1 （一）, 2 1., 3 （1）."""

    level: int
    text: str


@dataclass(frozen=True)
class Table:
    """A table; None continues the cell above (merged downwards), "<" the cell to the left."""

    rows: Sequence[Sequence[str | None]]


@dataclass(frozen=True)
class Box:
    """A text box."""

    text: str


Piece = str | Numbered | Table | Box


@dataclass(frozen=True)
class Sample:
    """One document: its pieces, its kind of file and the expected contract."""

    name: str
    pieces: Sequence[Piece]
    expected: Contract
    suffix: str = ".docx"
    encoding: str = "utf-8"

    @property
    def file_name(self) -> str:
        return self.name + self.suffix

    def data(self) -> bytes:
        if self.suffix == ".txt":
            return "\n".join(piece for piece in self.pieces if isinstance(piece, str)).encode(self.encoding)
        return word_file(self.pieces)


def duty(text: str, kind: str = "duty") -> Contract:
    return {"text": text, "kind": kind}


def section(name: str, text: str, *plates: str) -> Contract:
    tasks = [task for task in re.split("[；;。]", text) if task]
    return {"name": name, "plates": list(plates), "text": text, "tasks": tasks}


def quota(kind: str, count: int) -> Contract:
    return {"kind": kind, "count": count}


def leader(title: str, count: int, rank: str | None = None, *, holds_quota: bool = True) -> Contract:
    return {"title": title, "rank": rank, "count": count, "holds_quota": holds_quota}


def contract(
    title: str,
    unit_name: str,
    style: str,
    *,
    doc_no: str | None = None,
    rank: str | None = None,
    plates: Iterable[str] = (),
    duties: Iterable[Contract] = (),
    sections: Iterable[Contract] = (),
    quotas: Iterable[Contract] = (),
    leaders: Iterable[Contract] = (),
    effective_on: str | None = None,
) -> Contract:
    return {
        "title": title,
        "doc_no": doc_no,
        "unit_name": unit_name,
        "style": style,
        "rank": rank,
        "plates": list(plates),
        "duties": [{"no": number, **entry} for number, entry in enumerate(duties, start=1)],
        "sections": list(sections),
        "quotas": list(quotas),
        "leaders": list(leaders),
        "effective_on": effective_on,
    }


_LEVELS = (
    ("chineseCountingThousand", "第%1条　"),
    ("chineseCounting", "（%2）"),
    ("decimal", "%3."),
    ("decimal", "（%4）"),
)


def word_file(pieces: Sequence[Piece]) -> bytes:
    """The pieces as a .docx."""
    document = Document()
    _define_list(document)
    for piece in pieces:
        if isinstance(piece, Table):
            _add_table(document, piece)
        elif isinstance(piece, Numbered):
            _number(document.add_paragraph(piece.text), piece.level)
        elif isinstance(piece, Box):
            document.add_paragraph()._p.append(_text_box(piece.text))
        else:
            document.add_paragraph(piece)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def _define_list(document: WordDocument) -> None:
    levels = "".join(
        f'<w:lvl w:ilvl="{depth}"><w:start w:val="1"/><w:numFmt w:val="{form}"/><w:lvlText w:val="{text}"/></w:lvl>'
        for depth, (form, text) in enumerate(_LEVELS)
    )
    numbering = document.part.numbering_part.element
    definition = f'<w:abstractNum {nsdecls("w")} w:abstractNumId="99">{levels}</w:abstractNum>'
    numbering.insert(0, parse_xml(definition))
    numbering.append(parse_xml(f'<w:num {nsdecls("w")} w:numId="99"><w:abstractNumId w:val="99"/></w:num>'))


def _number(paragraph: Any, level: int) -> None:
    properties = paragraph._p.get_or_add_pPr()
    properties.append(parse_xml(f'<w:numPr {nsdecls("w")}><w:ilvl w:val="{level}"/><w:numId w:val="99"/></w:numPr>'))


def _text_box(text: str) -> Any:
    inner = f"<w:txbxContent><w:p><w:r><w:t>{text}</w:t></w:r></w:p></w:txbxContent>"
    return parse_xml(
        f'<w:r {nsdecls("w")} xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" '
        f'xmlns:v="urn:schemas-microsoft-com:vml"><mc:AlternateContent><mc:Choice Requires="wps"><w:drawing>'
        f"{inner}</w:drawing></mc:Choice><mc:Fallback><w:pict><v:textbox>{inner}</v:textbox></w:pict>"
        f"</mc:Fallback></mc:AlternateContent></w:r>"
    )


def _add_table(document: WordDocument, piece: Table) -> None:
    width = max(len(row) for row in piece.rows)
    table = document.add_table(rows=len(piece.rows), cols=width)
    for down, row in enumerate(piece.rows):
        for across, text in enumerate(row):
            cell = table.cell(down, across)
            if text is None:
                table.cell(down - 1, across).merge(cell)
            elif text == "<":
                table.cell(down, across - 1).merge(cell)
            else:
                lines = text.split("\n")
                cell.text = lines[0]
                for line in lines[1:]:
                    cell.add_paragraph(line)
    for row in table.rows:
        for cell in row.cells:
            for extra in [p for p in cell.paragraphs[1:] if not p.text]:
                extra._p.getparent().remove(extra._p)


def _article_plain() -> Sample:
    """The usual article style behind a covering notice."""
    pieces = [
        "中共临沂市委办公室文件",
        "临办发〔2019〕23号",
        "中共临沂市委办公室　临沂市人民政府办公室",
        "关于印发《临沂市商务局职能配置、内设机构和人员编制规定》的通知",
        "各县区党委和人民政府，市委各部委，市政府各部门：",
        "《临沂市商务局职能配置、内设机构和人员编制规定》已经市委、市政府批准，现予印发。",
        "中共临沂市委办公室",
        "临沂市人民政府办公室",
        "2019年3月2日",
        "临沂市商务局职能配置、",
        "内设机构和人员编制规定",
        "第一条　根据《关于临沂市市级机构改革的实施意见》（临发〔2019〕1号），制定本规定。",
        "第二条　临沂市商务局是市政府工作部门，为正县级，加挂市口岸办公室和市粮食和物资储备局牌子，"
        "与市贸促会合署办公。",
        "第三条　本规定确定的主要职责、内设机构、人员编制，是市商务局履行职责、配备人员的基本依据。",
        "第四条　市商务局贯彻落实党中央关于商务工作的方针政策。主要职责是：",
        "（一）拟订全市商务发展规划；组织实施。",
        "（二）负责推进流通产业结构调整。",
        "1.负责城乡市场体系建设。",
        "（1）编制网点规划。",
        "2．负责应急供应。",
        "（三）完成市委、市政府交办的其他任务。",
        "（四）职能转变。市商务局要深化“放管服”改革，优化营商环境。",
        "（五）与市市场监管局的有关职责分工。",
        "1.市商务局负责拟订药品流通发展规划。",
        "2.市市场监管局负责药品流通的监督管理。",
        "第五条　市商务局设下列内设机构：",
        "（一）办公室（挂信访科牌子）。负责机关日常运转；承担信息、安全、保密工作。",
        "（二）政策法规科(行政审批服务科)：组织起草有关文件;负责法制审核。",
        "（三）社会组织管理科（与行业协会科合署办公）。负责社会组织的联系服务。",
        "机关党委。负责机关和所属单位的党群工作。",
        "离退休干部科。负责离退休干部工作。",
        "纪检监察机构按有关规定设置。",
        "第六条　市商务局机关行政编制为４５名（含离退休干部工作人员编制2名），机关工勤编制三名。"
        "设局长1名，副局长3名，总工程师1名（正科级）；正科级领导职数9名（含机关党委专职副书记1名），"
        "副科级领导职数5名。",
        "第七条　市商务局所属事业单位的设置、职责和编制事项另行规定。",
        "第八条　本规定由市委机构编制委员会办公室负责解释，其调整由市委机构编制委员会办公室按规定程序办理。",
        "第九条　本规定自2019年3月1日起施行。",
        "中共临沂市委办公室　2019年3月5日印发",
    ]
    expected = contract(
        "临沂市商务局职能配置、内设机构和人员编制规定",
        "临沂市商务局",
        "article",
        doc_no="临办发〔2019〕23号",
        rank="正县级",
        plates=["市口岸办公室", "市粮食和物资储备局"],
        duties=[
            duty("拟订全市商务发展规划；组织实施。"),
            duty("负责推进流通产业结构调整。1.负责城乡市场体系建设。（1）编制网点规划。2．负责应急供应。"),
            duty("完成市委、市政府交办的其他任务。", "catch_all"),
            duty("职能转变。市商务局要深化“放管服”改革，优化营商环境。", "transformation"),
            duty(
                "与市市场监管局的有关职责分工。1.市商务局负责拟订药品流通发展规划。"
                "2.市市场监管局负责药品流通的监督管理。",
                "division",
            ),
        ],
        sections=[
            section("办公室", "负责机关日常运转；承担信息、安全、保密工作。", "信访科"),
            section("政策法规科", "组织起草有关文件;负责法制审核。", "行政审批服务科"),
            section("社会组织管理科", "负责社会组织的联系服务。"),
            section("机关党委", "负责机关和所属单位的党群工作。"),
            section("离退休干部科", "负责离退休干部工作。"),
        ],
        quotas=[quota("机关行政编制", 45), quota("机关工勤编制", 3)],
        leaders=[
            leader("局长", 1),
            leader("副局长", 3),
            leader("总工程师", 1, "正科级"),
            leader("正科级领导职数", 9, "正科级"),
            leader("副科级领导职数", 5, "副科级"),
        ],
        effective_on="2019-03-01",
    )
    return Sample("article_plain", pieces, expected)


def _article_numbered_by_word() -> Sample:
    """All numbers are Word's own; the document number stands in a text box; in force on issue."""
    pieces: list[Piece] = [
        Box("沂编委〔2021〕08号"),
        "沂水县应急管理局职能配置、内设机构和人员编制规定",
        Numbered(0, "根据《沂水县机构改革方案》，制定本规定。"),
        Numbered(0, "县应急管理局是县政府工作部门，为正科级，挂县地震局牌子。"),
        Numbered(0, "县应急管理局的主要职责是："),
        Numbered(1, "负责应急管理工作。"),
        Numbered(2, "指导各乡镇应对突发事件。"),
        Numbered(3, "汇总信息。"),
        Numbered(1, "负责安全生产综合监督管理。"),
        Numbered(1, "完成县委、县政府交办的其他任务。"),
        Numbered(0, "县应急管理局设下列内设机构："),
        Numbered(1, "综合股。负责文电、会务等工作；负责财务管理。"),
        Numbered(1, "危险化学品安全监督管理股（应急救援股）。负责危险化学品监管。"),
        Numbered(0, "机关党支部。负责机关和所属单位的党群工作。"),
        Numbered(0, "县应急管理局行政编制15名。设局长1名，副局长3名（副科级）；股级职数6名。"),
        Numbered(0, "本规定自印发之日起施行。"),
        "中共沂水县委机构编制委员会",
        "二〇二一年七月九日",
        "中共沂水县委机构编制委员会办公室　　二〇二一年七月十二日印发",
    ]
    expected = contract(
        "沂水县应急管理局职能配置、内设机构和人员编制规定",
        "沂水县应急管理局",
        "article",
        doc_no="沂编委〔2021〕08号",
        rank="正科级",
        plates=["县地震局"],
        duties=[
            duty("负责应急管理工作。1.指导各乡镇应对突发事件。（1）汇总信息。"),
            duty("负责安全生产综合监督管理。"),
            duty("完成县委、县政府交办的其他任务。", "catch_all"),
        ],
        sections=[
            section("综合股", "负责文电、会务等工作；负责财务管理。"),
            section("危险化学品安全监督管理股", "负责危险化学品监管。", "应急救援股"),
            section("机关党支部", "负责机关和所属单位的党群工作。"),
        ],
        quotas=[quota("行政编制", 15)],
        leaders=[leader("局长", 1), leader("副局长", 3, "副科级"), leader("股级职数", 6, "股级")],
        effective_on="2021-07-09",
    )
    return Sample("article_numbered_by_word", pieces, expected)


def _article_names_on_own_lines() -> Sample:
    """A party office; names of bodies on lines of their own, a director who is another's deputy, half-width marks."""
    pieces = [
        "临委办字[2020]5号",
        "中共临沂市委政策研究室职能配置、内设机构和人员编制规定",
        "第一条 根据《中国共产党机构编制工作条例》,制定本规定.",
        "第二条 市委政策研究室是市委工作机关,为正县级,加挂市委改革办牌子。",
        "第三条 市委政策研究室的主要职责是:",
        "(一)负责市委重要文稿的起草;",
        "(二)组织开展调查研究;",
        "(三)承办市委交办的其他事项。",
        "第四条 市委政策研究室内设机构:",
        "(一)秘书科(加挂财务科、保密科牌子)",
        "负责文电、会务、机要等机关日常运转工作;负责人事管理。",
        "(二)改革协调科",
        "统筹协调改革事项。",
        "第五条 有关职责分工:",
        "(一)与市委办公室的职责分工。文件起草由市委政策研究室负责。",
        "(二)与市发展改革委的职责分工。经济体制改革由市发展改革委负责。",
        "第六条 市委政策研究室机关行政编制18名。领导职数4名,其中:主任1名(由市委副秘书长兼任),"
        "副主任3名(副县级);科级领导职数5正2副。",
        "第七条 本规定由市委机构编制委员会办公室负责解释。",
        "第八条 本规定自二○二○年一月十日起施行。",
    ]
    expected = contract(
        "中共临沂市委政策研究室职能配置、内设机构和人员编制规定",
        "中共临沂市委政策研究室",
        "article",
        doc_no="临委办字[2020]5号",
        rank="正县级",
        plates=["市委改革办"],
        duties=[
            duty("负责市委重要文稿的起草;"),
            duty("组织开展调查研究;"),
            duty("承办市委交办的其他事项。", "catch_all"),
            duty("与市委办公室的职责分工。文件起草由市委政策研究室负责。", "division"),
            duty("与市发展改革委的职责分工。经济体制改革由市发展改革委负责。", "division"),
        ],
        sections=[
            section("秘书科", "负责文电、会务、机要等机关日常运转工作;负责人事管理。", "财务科", "保密科"),
            section("改革协调科", "统筹协调改革事项。"),
        ],
        quotas=[quota("机关行政编制", 18)],
        leaders=[
            leader("主任", 1, holds_quota=False),
            leader("副主任", 3, "副县级"),
            leader("科级领导职数", 5, "正科级"),
            leader("科级领导职数", 2, "副科级"),
        ],
        effective_on="2020-01-10",
    )
    return Sample("article_names_on_own_lines", pieces, expected, ".txt")


def _article_in_a_table() -> Sample:
    """The article style where sections stand in a table; a second table distributes quotas."""
    pieces: list[Piece] = [
        "郯城县教育和体育局职能配置、内设机构和人员编制规定",
        "第一条　根据县委规定，制定本规定。",
        "第二条　县教育和体育局是县政府工作部门，为正科级。",
        "第三条　县教育和体育局主要职责是：",
        "（一）贯彻教育方针。",
        "（二）管理各级各类学校。",
        "（三）完成县委、县政府交办的其他任务。",
        "第四条　县教育和体育局设下列内设机构，其主要职责见下表：",
        Table(
            [
                ["序号", "内设机构名称", "主要职责"],
                ["1", "办公室（挂宣传股牌子）", "负责文电、会务；负责信息宣传。"],
                ["2", "人事股", "负责教师队伍建设。\n负责职称评审。"],
                ["合计", "2个", ""],
            ]
        ),
        "第五条　县教育和体育局行政编制二十一名、工勤人员编制2名。设局长1名，副局长4名；另设总督学1名。",
        "第六条　本规定自2022年5月1日起施行。",
        "附表：编制分配表",
        Table(
            [
                ["内设机构", "行政编制", "正股级职数"],
                ["办公室", "9", "1"],
                ["人事股", "12", "1"],
                ["合计", "21", "2"],
            ]
        ),
    ]
    expected = contract(
        "郯城县教育和体育局职能配置、内设机构和人员编制规定",
        "郯城县教育和体育局",
        "article",
        rank="正科级",
        duties=[
            duty("贯彻教育方针。"),
            duty("管理各级各类学校。"),
            duty("完成县委、县政府交办的其他任务。", "catch_all"),
        ],
        sections=[
            section("办公室", "负责文电、会务；负责信息宣传。", "宣传股"),
            section("人事股", "负责教师队伍建设。负责职称评审。"),
        ],
        quotas=[quota("行政编制", 21), quota("工勤人员编制", 2)],
        leaders=[leader("局长", 1), leader("副局长", 4), leader("总督学", 1)],
        effective_on="2022-05-01",
    )
    return Sample("article_in_a_table", pieces, expected)


def _section_plain() -> Sample:
    """The style of 2010: headings, names on own lines, T15's sentence on quotas."""
    pieces = [
        "杭政办发〔2010〕023号",
        "杭州市人民政府办公厅关于印发杭州市人民政府金融工作办公室主要职责内设机构和人员编制规定的通知",
        "各区、县（市）人民政府，市政府各部门：",
        "《杭州市人民政府金融工作办公室主要职责内设机构和人员编制规定》已经市政府批准，现予印发。",
        "杭州市人民政府办公厅",
        "二○一○年九月三日",
        "杭州市人民政府金融工作办公室",
        "主要职责内设机构和人员编制规定",
        "根据《杭州市人民政府机构改革方案》（杭政〔2010〕1号），设立杭州市人民政府金融工作办公室"
        "（简称市金融办，正局级），为市政府直属机构。",
        "一、职责调整",
        "（一）取消的职责",
        "1．取消金融企业评比。",
        "（二）划入的职责。将原市体改办承担的金融职责划入。",
        "二、主要职责",
        "（一）贯彻执行国家金融方针政策。",
        "（二）协调金融机构。",
        "（三）承办市政府交办的其他事项。",
        "三、内设机构",
        "根据上述职责，市金融办设3个内设机构：",
        "（一）综合处",
        "负责机关文电；负责会务。",
        "（二）银行保险处（金融稳定处）",
        "联系银行、保险机构；防范风险。",
        "（三）资本市场处",
        "1．指导企业上市。",
        "2．规范股权投资。",
        "机关党组织按有关规定设置。",
        "四、人员编制",
        "机关行政编制为63名(离退休干部工作人员编制6名)、金融办人员编制3名。其中:主任1名(由市政府秘书长兼任),"
        "副主任1名,正科级领导职数19名(含应急办副主任2名,机关党委专职副书记1名)。",
        "五、其他事项",
        "（一）与市财政局的职责分工。市金融办负责协调，市财政局负责监管。",
        "（二）所属事业单位的设置、职责和编制事项另行规定。",
        "六、附则",
        "本规定由市机构编制委员会办公室负责解释，其调整由市机构编制委员会办公室按规定程序办理。",
    ]
    expected = contract(
        "杭州市人民政府金融工作办公室主要职责内设机构和人员编制规定",
        "杭州市人民政府金融工作办公室",
        "section",
        doc_no="杭政办发〔2010〕023号",
        rank="正局级",
        duties=[
            duty("取消的职责1．取消金融企业评比。", "transformation"),
            duty("划入的职责。将原市体改办承担的金融职责划入。", "transformation"),
            duty("贯彻执行国家金融方针政策。"),
            duty("协调金融机构。"),
            duty("承办市政府交办的其他事项。", "catch_all"),
            duty("与市财政局的职责分工。市金融办负责协调，市财政局负责监管。", "division"),
        ],
        sections=[
            section("综合处", "负责机关文电；负责会务。"),
            section("银行保险处", "联系银行、保险机构；防范风险。", "金融稳定处"),
            section("资本市场处", "1．指导企业上市。2．规范股权投资。"),
        ],
        quotas=[quota("机关行政编制", 63), quota("金融办人员编制", 3)],
        leaders=[
            leader("主任", 1, holds_quota=False),
            leader("副主任", 1),
            leader("正科级领导职数", 19, "正科级"),
        ],
    )
    return Sample("section_plain", pieces, expected, ".txt", "gb18030")


def _section_as_a_table() -> Sample:
    """The whole document is one table of labels and texts, labels merged over several rows."""
    pieces: list[Piece] = [
        "临机编〔2011〕45号",
        "临沂市水利局主要职责内设机构和人员编制规定",
        Table(
            [
                ["机构名称", "临沂市水利局", "机构规格", "正县级"],
                ["加挂牌子", "市南水北调工程建设管理局", "<", "<"],
                ["一、职责调整", "（一）加强水资源保护职责。\n（二）下放小型水利工程审批职责。", "<", "<"],
                ["二、主要职责", "（一）负责保障水资源合理开发。\n（二）承办市政府交办的其他事项。", "<", "<"],
                ["三、内设机构", "办公室", "负责机关政务；负责保密。", "<"],
                [None, "水资源科（市节约用水办公室）", "负责水资源管理。", "<"],
                [
                    "四、人员编制",
                    "机关行政编制26名，离退休干部工作人员编制2名。局长1名、副局长3名，科级领导职数9名。",
                    "<",
                    "<",
                ],
                ["五、附则", "本规定自2011年6月1日起执行。", "<", "<"],
            ]
        ),
        "2011年5月20日",
    ]
    expected = contract(
        "临沂市水利局主要职责内设机构和人员编制规定",
        "临沂市水利局",
        "section",
        doc_no="临机编〔2011〕45号",
        rank="正县级",
        plates=["市南水北调工程建设管理局"],
        duties=[
            duty("加强水资源保护职责。", "transformation"),
            duty("下放小型水利工程审批职责。", "transformation"),
            duty("负责保障水资源合理开发。"),
            duty("承办市政府交办的其他事项。", "catch_all"),
        ],
        sections=[
            section("办公室", "负责机关政务；负责保密。"),
            section("水资源科", "负责水资源管理。", "市节约用水办公室"),
        ],
        quotas=[quota("机关行政编制", 26), quota("离退休干部工作人员编制", 2)],
        leaders=[leader("局长", 1), leader("副局长", 3), leader("科级领导职数", 9, "科级")],
        effective_on="2011-06-01",
    )
    return Sample("section_as_a_table", pieces, expected)


def _township_plan() -> Sample:
    """A town's plan: offices and institutions, a judicial office that is only named."""
    pieces = [
        "沂南委办〔2021〕12号",
        "铜井镇机构设置方案",
        "根据《关于深化乡镇机构改革的意见》，结合我镇实际，制定本方案。",
        "一、主要职责",
        "（一）加强党的建设。",
        "（二）促进经济发展。",
        "（三）完成县委、县政府交办的其他任务。",
        "二、机构设置",
        "（一）党政机构。镇设党政办公室、党建工作办公室2个综合性办公室。",
        "1.党政办公室（挂应急管理办公室牌子）。主要负责文秘、机要；承担综合协调。",
        "2.党建工作办公室。主要负责基层党建。",
        "（二）事业单位。",
        "1.便民服务中心（挂退役军人服务站牌子）。主要承担便民服务事项；负责热线办理。",
        "2.农业综合服务中心。承担农业技术推广。",
        "使用政法专项编制的公安派出所、司法所按规定设置。",
        "三、人员编制和领导职数",
        "（一）核定行政编制40名、事业编制45名。",
        "（二）镇领导职数9名，其中：党委书记1名，党委副书记、镇长1名，人大主席1名，党委委员3名，副镇长3名。",
        "四、本方案自印发之日起施行。",
        "中共沂南县委办公室",
        "2021年8月16日",
    ]
    expected = contract(
        "铜井镇机构设置方案",
        "铜井镇",
        "township",
        doc_no="沂南委办〔2021〕12号",
        duties=[
            duty("加强党的建设。"),
            duty("促进经济发展。"),
            duty("完成县委、县政府交办的其他任务。", "catch_all"),
        ],
        sections=[
            section("党政办公室", "主要负责文秘、机要；承担综合协调。", "应急管理办公室"),
            section("党建工作办公室", "主要负责基层党建。"),
            section("便民服务中心", "主要承担便民服务事项；负责热线办理。", "退役军人服务站"),
            section("农业综合服务中心", "承担农业技术推广。"),
        ],
        quotas=[quota("行政编制", 40), quota("事业编制", 45)],
        leaders=[
            leader("党委书记", 1),
            leader("党委副书记、镇长", 1),
            leader("人大主席", 1),
            leader("党委委员", 3),
            leader("副镇长", 3),
        ],
        effective_on="2021-08-16",
    )
    return Sample("township_plan", pieces, expected)


def _subdistrict_articles() -> Sample:
    """A subdistrict in articles, unit rank given, an 其中 that tells only a part."""
    pieces = [
        "兰山区柳青街道职能配置、机构设置和人员编制规定",
        "第一条　为规范街道机构编制，根据有关规定，制定本规定。",
        "第二条　柳青街道党工委、办事处是区委、区政府的派出机关，为正科级。",
        "第三条　柳青街道主要职责：",
        "（一）统筹区域发展。",
        "（二）组织公共服务。",
        "第四条　柳青街道设下列工作机构：",
        "（一）党政综合办公室：承担文电、会务工作，负责督查。",
        "（二）平安建设办公室（信访办公室）：承担社会治安综合治理工作。",
        "第五条　柳青街道设下列事业单位：",
        "（一）网格化服务中心。为公益一类事业单位，承担网格管理工作。",
        "第六条　街道机关行政编制36名，所属事业单位事业编制48名。正科级领导职数4名，副科级领导职数8名，"
        "其中纪工委副书记1名。",
        "第七条　本规定自2021年1月1日起施行。",
    ]
    expected = contract(
        "兰山区柳青街道职能配置、机构设置和人员编制规定",
        "兰山区柳青街道",
        "township",
        rank="正科级",
        duties=[duty("统筹区域发展。"), duty("组织公共服务。")],
        sections=[
            section("党政综合办公室", "承担文电、会务工作，负责督查。"),
            section("平安建设办公室", "承担社会治安综合治理工作。", "信访办公室"),
            section("网格化服务中心", "为公益一类事业单位，承担网格管理工作。"),
        ],
        quotas=[quota("机关行政编制", 36), quota("事业编制", 48)],
        leaders=[leader("正科级领导职数", 4, "正科级"), leader("副科级领导职数", 8, "副科级")],
        effective_on="2021-01-01",
    )
    return Sample("subdistrict_articles", pieces, expected)


def _institution_articles() -> Sample:
    """A public institution in articles."""
    pieces = [
        "临编〔2022〕31号",
        "临沂市检验检测中心机构职能编制规定",
        "第一条　为规范机构职能，根据《事业单位登记管理暂行条例》，制定本规定。",
        "第二条　临沂市检验检测中心为市市场监管局所属公益一类事业单位，机构规格为正县级，加挂市计量测试所牌子。",
        "第三条　主要职责：",
        "（一）承担产品质量检验工作。",
        "（二）承担计量检定工作。",
        "（三）完成市市场监管局交办的其他任务。",
        "第四条　内设机构：",
        "（一）综合部。负责文电、会务；负责后勤保障。",
        "（二）食品检验部（市食品安全检测站）。承担食品检验。",
        "第五条　临沂市检验检测中心核定财政拨款事业编制120名。设主任1名、副主任3名（副县级），内设机构领导职数12名。",
        "第六条　经费来源为财政全额拨款。",
        "第七条　本规定由市委编办负责解释。",
        "第八条　本规定自2022年9月1日起施行。",
    ]
    expected = contract(
        "临沂市检验检测中心机构职能编制规定",
        "临沂市检验检测中心",
        "institution",
        doc_no="临编〔2022〕31号",
        rank="正县级",
        plates=["市计量测试所"],
        duties=[
            duty("承担产品质量检验工作。"),
            duty("承担计量检定工作。"),
            duty("完成市市场监管局交办的其他任务。", "catch_all"),
        ],
        sections=[
            section("综合部", "负责文电、会务；负责后勤保障。"),
            section("食品检验部", "承担食品检验。", "市食品安全检测站"),
        ],
        quotas=[quota("财政拨款事业编制", 120)],
        leaders=[leader("主任", 1), leader("副主任", 3, "副县级"), leader("内设机构领导职数", 12)],
        effective_on="2022-09-01",
    )
    return Sample("institution_articles", pieces, expected)


def _institution_sections() -> Sample:
    """A public institution under headings, duties as 1. 2., leaders as 1正2副."""
    pieces = [
        "临沂市城市展览馆机构职能编制规定",
        "一、机构性质和规格",
        "临沂市城市展览馆是市自然资源和规划局所属事业单位，机构规格相当于副县级，公益一类。",
        "二、主要职责任务",
        "1、承担城市规划成果展示工作；",
        "2、承担讲解服务工作；",
        "3、完成主管部门交办的其他事项。",
        "三、内设机构",
        "1、综合科：负责日常运转；负责人事财务。",
        "2、展陈科：负责展品征集、布展工作。",
        "四、人员编制及领导职数",
        "核定事业编制18名，经费实行财政全额拨款。领导职数1正2副，中层领导职数4名。",
        "五、其他",
        "本规定自发布之日起实施。",
        "中共临沂市委机构编制委员会",
        "2020年12月30日",
    ]
    expected = contract(
        "临沂市城市展览馆机构职能编制规定",
        "临沂市城市展览馆",
        "institution",
        rank="副县级",
        duties=[
            duty("承担城市规划成果展示工作；"),
            duty("承担讲解服务工作；"),
            duty("完成主管部门交办的其他事项。", "catch_all"),
        ],
        sections=[
            section("综合科", "负责日常运转；负责人事财务。"),
            section("展陈科", "负责展品征集、布展工作。"),
        ],
        quotas=[quota("事业编制", 18)],
        leaders=[leader("领导职数", 1), leader("领导职数", 2), leader("中层领导职数", 4)],
        effective_on="2020-12-30",
    )
    return Sample("institution_sections", pieces, expected)


def _amendment_reply() -> Sample:
    """A reply that adds, renames, abolishes and moves; a second unit is named besides."""
    pieces = [
        "中共临沂市委机构编制委员会文件",
        "临编〔2023〕17号",
        "中共临沂市委机构编制委员会",
        "关于调整市商务局机构编制事项的批复",
        "市商务局：",
        "你局《关于调整内设机构的请示》（临商字〔2023〕9号）收悉。经研究，批复如下：",
        "一、同意增设电子商务科，主要职责是：负责电子商务推广；负责直播基地建设。",
        "二、同意将外贸科更名为对外贸易科（挂自贸工作科牌子）。",
        "三、撤销投资促进科，职责划入综合科。",
        "四、从市投资促进中心划转机关行政编制2名。调整后，你局机关行政编制47名，市投资促进中心事业编制18名。",
        "五、核增正科级领导职数1名，调整后，正科级领导职数10名、副科级领导职数5名。",
        "此复。",
        "中共临沂市委机构编制委员会",
        "2023年4月6日",
    ]
    expected = contract(
        "中共临沂市委机构编制委员会关于调整市商务局机构编制事项的批复",
        "市商务局",
        "amendment",
        doc_no="临编〔2023〕17号",
        sections=[
            section("电子商务科", "负责电子商务推广；负责直播基地建设。"),
            section("对外贸易科", "", "自贸工作科"),
        ],
        quotas=[quota("机关行政编制", 47)],
        leaders=[leader("正科级领导职数", 10, "正科级"), leader("副科级领导职数", 5, "副科级")],
    )
    return Sample("amendment_reply", pieces, expected)


def _amendment_to_a_centre() -> Sample:
    """A reply to an institution with numbers as 由…调整为…, in force on issue."""
    pieces = [
        "兰编办复〔2024〕3号",
        "兰山区委编办关于同意增加区疾病预防控制中心事业编制的批复",
        "区卫生健康局：",
        "《关于增加编制的请示》收悉。经研究，同意区疾病预防控制中心事业编制由60名调整为66名，"
        "副主任职数由2名增加到3名。所需编制从区妇幼保健院划转，区妇幼保健院事业编制由90名调整为84名。",
        "本批复自印发之日起执行。",
        "中共兰山区委机构编制委员会办公室",
        "2024年2月29日",
    ]
    expected = contract(
        "兰山区委编办关于同意增加区疾病预防控制中心事业编制的批复",
        "区疾病预防控制中心",
        "amendment",
        doc_no="兰编办复〔2024〕3号",
        quotas=[quota("事业编制", 66)],
        leaders=[leader("副主任职数", 3)],
        effective_on="2024-02-29",
    )
    return Sample("amendment_to_a_centre", pieces, expected)


def _article_wrapped_text() -> Sample:
    """A plain text file whose lines an editor broke at a fixed width."""
    paragraphs = [
        "费县审计局职能配置、内设机构和人员编制规定",
        "　　第一条　根据《中共费县县委、费县人民政府关于费县机构改革的实施意见》，制定本规定。",
        "　　第二条　县审计局是县政府工作部门，为正科级。",
        "　　第三条　县审计局贯彻落实党中央关于审计工作的方针政策，主要职责是：",
        "　　（一）主管全县审计工作。负责对全县财政收支和法律法规规定属于审计监督范围的财务收支的真实、合法和效益"
        "进行审计监督。",
        "　　（二）完成县委、县政府和县委审计委员会交办的其他任务。",
        "　　第四条　县审计局设下列内设机构：",
        "　　（一）办公室。负责机关日常运转，承担信息、安全、保密、信访、政务公开、信息化、新闻宣传等工作；"
        "承担机关及所属单位的财务、国有资产管理等工作。",
        "　　（二）财政审计股。负责本级预算执行审计。",
        "　　第五条　县审计局行政编制12名。设局长1名，副局长2名。",
        "　　第六条　本规定自2019年4月1日起施行。",
    ]
    lines = [paragraph[start : start + 34] for paragraph in paragraphs for start in range(0, len(paragraph), 34)]
    expected = contract(
        "费县审计局职能配置、内设机构和人员编制规定",
        "费县审计局",
        "article",
        rank="正科级",
        duties=[
            duty(
                "主管全县审计工作。负责对全县财政收支和法律法规规定属于审计监督范围的财务收支的真实、合法和效益"
                "进行审计监督。"
            ),
            duty("完成县委、县政府和县委审计委员会交办的其他任务。", "catch_all"),
        ],
        sections=[
            section(
                "办公室",
                "负责机关日常运转，承担信息、安全、保密、信访、政务公开、信息化、新闻宣传等工作；"
                "承担机关及所属单位的财务、国有资产管理等工作。",
            ),
            section("财政审计股", "负责本级预算执行审计。"),
        ],
        quotas=[quota("行政编制", 12)],
        leaders=[leader("局长", 1), leader("副局长", 2)],
        effective_on="2019-04-01",
    )
    return Sample("article_wrapped_text", lines, expected, ".txt")


def _township_disclosure() -> Sample:
    """The disclosure form of a town: numbers in brackets behind headings."""
    pieces = [
        "岱崮镇机构编制方案",
        "一、镇机关（行政编制24名，实有23名）",
        "1、党政办公室（行政编制6名，实有6名）。负责日常运转。",
        "2、经济发展办公室（行政编制5名，实有4名）。负责经济工作；负责统计。",
        "二、事业单位（事业编制30名，实有28名）",
        "1、文化服务中心（事业编制8名，实有8名）。承担文化服务。",
    ]
    expected = contract(
        "岱崮镇机构编制方案",
        "岱崮镇",
        "township",
        sections=[
            section("党政办公室", "负责日常运转。"),
            section("经济发展办公室", "负责经济工作；负责统计。"),
            section("文化服务中心", "承担文化服务。"),
        ],
        quotas=[quota("行政编制", 24), quota("事业编制", 30)],
    )
    return Sample("township_disclosure", pieces, expected)


def further() -> list[Sample]:
    """The documents of further_documents.json, written after the parser and in other words."""
    entries = json.loads(Path(__file__).with_name("further_documents.json").read_text(encoding="utf-8"))
    return [
        Sample(entry["name"], [_piece(piece) for piece in entry["pieces"]], entry["expected"], entry["suffix"])
        for entry in entries
    ]


def _piece(piece: Any) -> Piece:
    if isinstance(piece, str):
        return piece
    if "rows" in piece:
        return Table(piece["rows"])
    return Box(piece["box"]) if "box" in piece else Numbered(piece["level"], piece["text"])


def samples() -> list[Sample]:
    """All documents."""
    return [
        *further(),
        _article_plain(),
        _article_numbered_by_word(),
        _article_names_on_own_lines(),
        _article_in_a_table(),
        _article_wrapped_text(),
        _section_plain(),
        _section_as_a_table(),
        _township_plan(),
        _township_disclosure(),
        _subdistrict_articles(),
        _institution_articles(),
        _institution_sections(),
        _amendment_reply(),
        _amendment_to_a_centre(),
    ]


if __name__ == "__main__":
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    for sample in samples():
        (folder / sample.file_name).write_bytes(sample.data())
