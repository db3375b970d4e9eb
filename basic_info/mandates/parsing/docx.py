"""Word documents (.docx): paragraphs, tables and text boxes in document order, with automatic numbers as words."""

import io
import posixpath
import zipfile
from collections.abc import Iterator
from dataclasses import replace

from lxml import etree

from basic_info.mandates.errors import UnreadableDocument
from basic_info.mandates.parsing.blocks import Block
from basic_info.mandates.parsing.numbering import Numbering, read_numbering
from basic_info.mandates.parsing.xml import attribute, child, name_of, parse_xml, value_of

UNPACKED_LIMIT = 256 * 1024 * 1024
# One part becomes a tree of several times its size; no mandate comes near this.
PART_LIMIT = 32 * 1024 * 1024
_CONTAINERS = {
    "sdt",
    "sdtContent",
    "smartTag",
    "customXml",
    "ins",
    "moveTo",
    "hyperlink",
    "fldSimple",
    "dir",
    "bdo",
}
_DROPPED = {"del", "moveFrom", "instrText", "delText", "rt", "pPr", "rPr", "Fallback", "footnoteReference"}


def read_docx(data: bytes) -> list[Block]:
    """The blocks of a .docx; UnreadableDocument when it is broken, too large or another kind of package."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            return _read_package(package)
    except UnreadableDocument:
        raise
    except (zipfile.BadZipFile, zipfile.LargeZipFile, EOFError, OSError, RuntimeError) as error:
        raise UnreadableDocument("文件已损坏，无法解压，请重新保存后再导入。") from error
    except (NotImplementedError, ValueError, KeyError, OverflowError) as error:
        raise UnreadableDocument("文件已损坏，无法解压，请重新保存后再导入。") from error
    except Exception as error:
        # zlib, lzma and bz2 each raise an error of their own for a damaged stream.
        if type(error).__module__ in {"zlib", "_lzma", "lzma"}:
            raise UnreadableDocument("文件已损坏，无法解压，请重新保存后再导入。") from error
        raise


def _read_package(package: zipfile.ZipFile) -> list[Block]:
    if sum(entry.file_size for entry in package.infolist()) > UNPACKED_LIMIT:
        raise UnreadableDocument("文件解压后超过 256 MB，请去掉图片等附件后再导入。")
    main = _main_part(package)
    if main is None:
        raise UnreadableDocument("这不是 Word 文档，请导入 .docx 或 .txt 文件。")
    folder = posixpath.dirname(main)
    document = _part(package, main)
    numbering = read_numbering(
        _part(package, posixpath.join(folder, "numbering.xml")),
        _part(package, posixpath.join(folder, "styles.xml")),
    )
    body = child(document, "body")
    if body is None:
        raise UnreadableDocument("文件内容已损坏，请用 Word 打开并重新保存后再导入。")
    return list(_Reader(numbering).blocks(body))


def _main_part(package: zipfile.ZipFile) -> str | None:
    names = set(package.namelist())
    if "_rels/.rels" in names:
        relations = _part(package, "_rels/.rels")
        for relation in relations if relations is not None else ():
            target = (attribute(relation, "Target") or "").lstrip("/")
            if (attribute(relation, "Type") or "").endswith("/officeDocument") and target in names:
                return target if target.startswith("word/") else None
    return "word/document.xml" if "word/document.xml" in names else None


def _part(package: zipfile.ZipFile, name: str) -> etree._Element | None:
    if name not in package.namelist():
        return None
    if package.getinfo(name).file_size > PART_LIMIT:
        raise UnreadableDocument("文件内容过大，请确认是“三定”规定文件。")
    return parse_xml(package.read(name))


class _Reader:
    """Walks one document once, so that the list counters run in document order."""

    def __init__(self, numbering: Numbering) -> None:
        self.numbering = numbering

    def blocks(self, parent: etree._Element) -> Iterator[Block]:
        """The blocks directly in a body, a cell, a text box or a content control."""
        for node in parent:
            name = name_of(node)
            if name == "p":
                yield from self._paragraph(node)
            elif name == "tbl":
                yield from self._table(node)
            elif name in _CONTAINERS:
                yield from self.blocks(node)
            elif name == "AlternateContent":
                chosen = child(node, "Choice")
                yield from self.blocks(chosen if chosen is not None else node)

    def _paragraph(self, node: etree._Element) -> Iterator[Block]:
        boxes: list[etree._Element] = []
        properties = child(node, "pPr")
        words = "".join(_words(node, boxes))
        for box in boxes:
            yield from (replace(block, is_text_box=True) for block in self.blocks(box))
        if words.strip():
            mark = self.numbering.mark_of(properties)
            yield Block(text=mark + words.strip(" \t\n"), is_heading=_is_heading(properties))

    def _table(self, node: etree._Element) -> Iterator[Block]:
        rows = [self._row(row) for row in _rows(node)]
        if all(len(row) <= 1 for row in rows):
            # A frame around text, not a table: its content is the document's own.
            yield from (block for row in rows for cell in row for block in cell)
            return
        texts = tuple(tuple(_cell_text(cell) for cell in row) for row in rows)
        if any(any(row) for row in texts):
            yield Block(rows=texts)

    def _row(self, row: etree._Element) -> list[list[Block]]:
        cells: list[list[Block]] = []
        for cell in _cells(row):
            properties = child(cell, "tcPr")
            merged = child(properties, "vMerge")
            continued = merged is not None and value_of(merged) in (None, "continue")
            cells.append([] if continued else list(self.blocks(cell)))
            cells.extend([] for _ in range(_span(properties) - 1))
        return cells


def _words(node: etree._Element, boxes: list[etree._Element]) -> Iterator[str]:
    """The text of a paragraph; text boxes met on the way are put aside into `boxes`."""
    for part in node:
        name = name_of(part)
        if name == "t":
            yield part.text or ""
        elif name in {"tab", "ptab"}:
            yield "\t"
        elif name in {"br", "cr"}:
            yield "\n"
        elif name == "noBreakHyphen":
            yield "-"
        elif name == "txbxContent":
            boxes.append(part)
        elif name == "AlternateContent":
            chosen = child(part, "Choice")
            yield from _words(chosen if chosen is not None else part, boxes)
        elif name and name not in _DROPPED and not (name == "r" and _is_hidden(part)):
            yield from _words(part, boxes)


def _is_hidden(run: etree._Element) -> bool:
    vanish = child(child(run, "rPr"), "vanish")
    return vanish is not None and value_of(vanish) not in {"0", "false", "off"}


def _is_heading(properties: etree._Element | None) -> bool:
    if properties is None:
        return False
    style = (value_of(child(properties, "pStyle")) or "").lower()
    return child(properties, "outlineLvl") is not None or style.startswith("heading") or style in set("123456")


def _rows(table: etree._Element) -> Iterator[etree._Element]:
    for node in table:
        if name_of(node) == "tr":
            yield node
        elif name_of(node) in _CONTAINERS:
            yield from _rows(node)


def _cells(row: etree._Element) -> Iterator[etree._Element]:
    for node in row:
        if name_of(node) == "tc":
            yield node
        elif name_of(node) in _CONTAINERS:
            yield from _cells(node)


def _span(properties: etree._Element | None) -> int:
    span = value_of(child(properties, "gridSpan")) or "1"
    return min(int(span), 64) if span.isascii() and span.isdigit() and int(span) > 0 else 1


def _cell_text(blocks: list[Block]) -> str:
    lines = []
    for block in blocks:
        lines.append(block.text if not block.is_table else "\n".join(" ".join(filter(None, r)) for r in block.rows))
    return "\n".join(line for line in lines if line.strip())
