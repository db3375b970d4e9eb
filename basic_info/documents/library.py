"""The library (文件库) of a unit: files of the three kinds, read first and then taken in (R53)."""

from __future__ import annotations

import enum
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lxml import etree
from werkzeug.datastructures import FileStorage

from basic_info.documents.models import Document
from basic_info.flowcharts.drawing import add_drawing, bpmn_document
from basic_info.flowcharts.models import Flowchart
from basic_info.flowcharts.operations import import_flowchart
from basic_info.flowcharts.parsing import ParsedFlowchart, parse_flowchart
from basic_info.flowcharts.parsing.document import read_definitions
from basic_info.flowcharts.step_table import read_step_table
from basic_info.mandates.models import Mandate
from basic_info.mandates.operations import import_mandate
from basic_info.mandates.parsing import Block, ParsedMandate, parse_mandate, read_document
from basic_info.power_lists.models import PowerList
from basic_info.power_lists.operations import import_power_list
from basic_info.power_lists.parsing import ParsedPowerList, parse_power_list
from basic_info.power_lists.year import year_of
from host.kernel.access import Actor
from host.kernel.db import db
from host.kernel.errors import NotFound, Refused
from host.kernel.files.kinds import TABLES, FileKind
from host.kernel.files.models import StoredFile
from host.kernel.files.operations import store_upload
from host.kernel.files.storage import current_store
from host.kernel.pages import today_in_china

MOST_BYTES = 64 * 1024 * 1024


class PaperKind(enum.Enum):
    """The kinds of files that become duties; values are the words of the command line and of addresses."""

    MANDATE = "mandate"
    POWER_LIST = "power-list"
    FLOWCHART = "flowchart"

    @property
    def label(self) -> str:
        return {"mandate": "「三定」规定", "power-list": "权责清单", "flowchart": "流程图"}[self.value]

    @property
    def files(self) -> frozenset[FileKind]:
        return {
            "mandate": frozenset({FileKind.DOCX, FileKind.PDF, FileKind.TEXT}),
            "power-list": frozenset({FileKind.XLSX, FileKind.XLS, FileKind.TEXT}),
            "flowchart": frozenset({FileKind.BPMN}) | TABLES,
        }[self.value]


@dataclass(frozen=True)
class Paper:
    """A file as read; nothing is written yet. ``words`` is its text, or its XML for a flowchart.

    ``is_drawn_here``: the file has the model of a flowchart and no drawing; ``words`` has one.
    """

    parsed: ParsedMandate | ParsedPowerList | ParsedFlowchart
    words: str
    is_drawn_here: bool = False

    def as_contract(self) -> dict[str, Any]:
        """What ``lvzhi import … --dry-run --json`` prints."""
        return self.parsed.as_contract()


def read_paper(kind: PaperKind, path: Path, name: str) -> Paper:
    """Read the file without writing anything. Raises what the parsers refuse, and Refused over 64 MB."""
    if path.stat().st_size > MOST_BYTES:
        raise Refused("文件超过 64 MB，请去掉图片等附件后再导入")
    if kind is PaperKind.POWER_LIST:
        return Paper(parse_power_list(path), "")
    if kind is PaperKind.FLOWCHART:
        return _read_chart(path, name)
    blocks = read_document(path.read_bytes(), name)
    return Paper(parse_mandate(blocks), "\n".join(_words(block) for block in blocks))


def _read_chart(path: Path, name: str) -> Paper:
    """A BPMN file, or a step table, which is drawn."""
    if _is_table(path):
        drawn = bpmn_document(read_step_table(path, Path(name).stem))
        return Paper(parse_flowchart(drawn.encode()), drawn)
    data = path.read_bytes()
    parsed, root = parse_flowchart(data), read_definitions(data)
    if not parsed.shapes:
        add_drawing(root, parsed)
    # As text without its declaration: what stands in the database is UTF-8 whatever the file was.
    return Paper(parsed, etree.tostring(root, encoding="unicode"), is_drawn_here=not parsed.shapes)


def _is_table(path: Path) -> bool:
    """By content: a workbook, or text that is no XML."""
    with path.open("rb") as file:
        head = file.read(4096)
    if head.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        return True
    plain = head.replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n")
    return bool(plain) and b"<" not in plain[:200] and not any(byte < 9 for byte in plain)


def take_in(
    paper: Paper, *, unit_id: int, name: str, file_id: int | None, year: int | None = None, actor: Actor
) -> Mandate | PowerList | Flowchart:
    """Keep what was read as the unit's next version, waiting for a person; raises as the three imports do.

    ``year`` of a power list: None takes the one that the list or its name says, else this year.
    """
    today = today_in_china()
    parsed = paper.parsed
    if isinstance(parsed, ParsedMandate):
        return import_mandate(parsed, unit_id=unit_id, source_text=paper.words, file_id=file_id, actor=actor, on=today)
    if isinstance(parsed, ParsedPowerList):
        said = year_of(parsed, name, this_year=today.year)
        year = year or (said.year if said else today.year)
        return import_power_list(parsed, unit_id=unit_id, year=year, file_id=file_id, actor=actor)
    return import_flowchart(
        parsed,
        unit_id=unit_id,
        model_xml=paper.words,
        name=parsed.name or Path(name).stem,
        power_item_id=None,
        actor=actor,
    )


def keep_upload(upload: FileStorage, *, kind: PaperKind, unit_id: int, actor: Actor) -> Document:
    """Keep an uploaded file in the unit's library, to be read and then taken in. Raises as store_upload does."""
    document = Document(title=(upload.filename or "")[:200], unit_id=unit_id, created_by=actor.account_id)
    db.session.add(document)
    db.session.flush()  # the file belongs to its row
    stored = store_upload(upload, subject=f"document:{document.id}", allowed=kind.files, actor=actor)
    document.title, document.file_id = stored.name, stored.id
    db.session.flush()
    return document


@contextmanager
def paper_file(document: Document) -> Iterator[tuple[Path, StoredFile]]:
    """The kept file on this machine's disk for as long as the context is open."""
    stored = db.session.get(StoredFile, document.file_id) if document.file_id else None
    if stored is None:
        raise NotFound
    with tempfile.TemporaryDirectory(prefix="lvzhi-") as folder, current_store().open(stored.sha256) as source:
        # Its own name: a text table has no other name for its sheet.
        path = Path(folder) / (Path(stored.name).name[-60:].lstrip(".") or "paper")
        with path.open("wb") as target:
            shutil.copyfileobj(source, target)
        yield path, stored


def _words(block: Block) -> str:
    return "\n".join("\t".join(row) for row in block.rows) if block.is_table else block.text
