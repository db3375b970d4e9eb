"""What a file is, by its bytes and never by its name (security row 28)."""

from __future__ import annotations

import enum
import zlib
from pathlib import Path
from zipfile import BadZipFile, ZipFile

from host.kernel.files.errors import BrokenFile, FileTooBig, WrongKind
from host.kernel.tables import limits
from host.kernel.tables.archive import check_xlsx
from host.kernel.tables.errors import NotATable
from host.kernel.tables.text import encoding_of

_HEAD = 4096
_PIECE = 1024 * 1024
MIB = limits.MIB


class FileKind(enum.Enum):
    """Kinds of files that the platform keeps: (stored value, 中文, media type, endings, most bytes)."""

    PDF = "pdf", "PDF 文档", "application/pdf", (".pdf",), 64
    DOCX = (
        "docx", "Word 文档", "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        (".docx",), 64,
    )  # fmt: skip
    DOC = "doc", "旧版 Word 文档", "application/msword", (".doc", ".wps"), 64
    XLSX = (
        "xlsx", "Excel 工作簿", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        (".xlsx",), 64,
    )  # fmt: skip
    XLS = "xls", "旧版 Excel 工作簿", "application/vnd.ms-excel", (".xls", ".et"), 64
    TEXT = "text", "文本或 CSV", "text/plain", (".csv", ".txt"), 64
    BPMN = "bpmn", "BPMN 流程图", "application/xml", (".bpmn", ".xml"), 16
    PNG = "png", "PNG 图片", "image/png", (".png",), 20
    JPEG = "jpeg", "JPEG 图片", "image/jpeg", (".jpg", ".jpeg"), 20
    WEBP = "webp", "WebP 图片", "image/webp", (".webp",), 20

    label: str
    media_type: str
    endings: tuple[str, ...]
    most_bytes: int

    def __new__(cls, value: str, label: str, media_type: str, endings: tuple[str, ...], mib: int) -> FileKind:
        member = object.__new__(cls)
        member._value_ = value
        member.label, member.media_type, member.endings = label, media_type, endings
        member.most_bytes = mib * MIB
        return member


#: What an old kind is saved as, and with which program, where only the new one is taken.
SAVED_AS = {
    FileKind.DOC: (FileKind.DOCX, "请在 Word 或 WPS 中另存为 .docx 后上传"),
    FileKind.XLS: (FileKind.XLSX, "请在 Excel 或 WPS 中另存为 .xlsx 后上传"),
}
IMAGES = frozenset({FileKind.PNG, FileKind.JPEG, FileKind.WEBP})
TABLES = frozenset({FileKind.XLSX, FileKind.XLS, FileKind.TEXT})
DOCUMENTS = frozenset({FileKind.PDF, FileKind.DOCX, FileKind.DOC})
EVIDENCE = IMAGES | TABLES | DOCUMENTS

_MAGIC = ((b"%PDF-", FileKind.PDF), (b"\x89PNG\r\n\x1a\n", FileKind.PNG), (b"\xff\xd8\xff", FileKind.JPEG))
_ZIP = b"PK\x03\x04"
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_OLE_STREAMS = (
    ("WordDocument".encode("utf-16-le"), FileKind.DOC),
    ("Workbook".encode("utf-16-le"), FileKind.XLS),
    ("Book".encode("utf-16-le"), FileKind.XLS),
)
_SAVE_AS = "请在 Word 或 WPS 中打开，另存为 .docx（表格另存为 .xlsx）后上传"
#: Begins of texts that are kept under other names: their own programs say what they are.
_TEXTS_IN_DISGUISE = (
    (b"{\\rtf", f"这是 RTF 文件，{_SAVE_AS}"),
    (b"<!doctype html", f"这是网页文件，只是名字像文档，{_SAVE_AS}"),
    (b"<html", f"这是网页文件，只是名字像文档，{_SAVE_AS}"),
)
_BPMN = b"http://www.omg.org/spec/BPMN/20100524/MODEL"


def kind_of(path: Path) -> FileKind:
    """The kind of the file at ``path``. Raises WrongKind for any other, BrokenFile for a broken zip."""
    with path.open("rb") as file:
        head = file.read(_HEAD)
    for magic, kind in _MAGIC:
        if head.startswith(magic):
            return kind
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return FileKind.WEBP
    # By the first bytes: an old workbook may carry a zip behind it (R52).
    if head.startswith(_OLE):
        return _kind_of_ole(path)
    if head.startswith(_ZIP):
        return _kind_of_zip(path)
    return _kind_of_text(path, head)


def check_content(path: Path, kind: FileKind) -> None:
    """Refuse a bomb, a macro, an entity: what is kept can be opened by whoever gets it (images are redrawn)."""
    if path.stat().st_size > kind.most_bytes:
        raise FileTooBig(f"{kind.label}不能超过 {kind.most_bytes // MIB} MiB，请压缩或拆分后上传")
    if kind is FileKind.XLSX:
        try:
            check_xlsx(path)
        except NotATable as broken:
            raise BrokenFile(str(broken)) from broken
    elif kind is FileKind.DOCX:
        _check_archive(path)
    elif kind is FileKind.BPMN:
        _check_xml(path)


def _kind_of_zip(path: Path) -> FileKind:
    try:
        with ZipFile(path) as archive:
            names = {part.filename for part in archive.infolist()[: limits.ARCHIVE_PARTS]}
    except (BadZipFile, OSError, ValueError, NotImplementedError) as broken:
        raise BrokenFile from broken
    if any(name.endswith("vbaProject.bin") for name in names):
        raise WrongKind("文件含有宏，请另存为不含宏的 .docx 或 .xlsx 后上传")
    if "word/document.xml" in names:
        return FileKind.DOCX
    if "xl/workbook.xml" in names:
        return FileKind.XLSX
    raise WrongKind("不支持压缩包，请解压后逐个上传")


def _kind_of_ole(path: Path) -> FileKind:
    with path.open("rb") as file:
        tail = b""
        while piece := file.read(_PIECE):
            for name, kind in _OLE_STREAMS:
                if name in tail + piece:
                    return kind
            tail = piece[-64:]
    raise WrongKind(f"这是旧版或已损坏的 Office 文件，{_SAVE_AS}")


def _kind_of_text(path: Path, head: bytes) -> FileKind:
    if _BPMN in head:
        return FileKind.BPMN
    begin = head.lstrip(b"\xef\xbb\xbf \t\r\n")
    for mark, sentence in _TEXTS_IN_DISGUISE:
        if begin[: len(mark)].lower() == mark:
            raise WrongKind(sentence)
    if not head or begin.startswith((b"<", b"#!")):
        raise WrongKind("文件是空的" if not head else None)
    try:
        encoding_of(path)
    except NotATable as not_text:
        raise WrongKind from not_text
    return FileKind.TEXT


def _check_archive(path: Path) -> None:
    """The unpacked size as the directory gives it, then each part really unpacked: it may not be larger."""
    try:
        with ZipFile(path) as archive:
            parts = archive.infolist()
            total = sum(part.file_size for part in parts)
            packed = sum(part.compress_size for part in parts) or 1
            if len(parts) > limits.ARCHIVE_PARTS or total > limits.UNPACKED_BYTES:
                raise BrokenFile("文件解开后过大，不予接收")
            if total > limits.RATIO_FREE_BYTES and total / packed > limits.UNPACKED_RATIO:
                raise BrokenFile("文件的压缩比异常，不予接收")
            for part in parts:
                with archive.open(part) as content:
                    while content.read(_PIECE):
                        pass
    except (BadZipFile, OSError, ValueError, RuntimeError, NotImplementedError, zlib.error) as broken:
        raise BrokenFile from broken


def _check_xml(path: Path) -> None:
    content = path.read_bytes()
    if b"<!DOCTYPE" in content or b"<!ENTITY" in content:
        raise BrokenFile("文件中含有 XML 实体声明，出于安全不予接收")
