"""Files in (读入文件): the kind is told by the first bytes, never by the name alone."""

import re

from basic_info.mandates.errors import UnreadableDocument
from basic_info.mandates.parsing.blocks import Block
from basic_info.mandates.parsing.docx import read_docx
from basic_info.mandates.parsing.pdf import read_pdf
from basic_info.mandates.parsing.wrapping import unwrapped

FILE_LIMIT = 64 * 1024 * 1024
TEXT_LIMIT = 16 * 1024 * 1024
# No mandate comes near these; they keep reading within seconds whatever the file holds.
SIGN_LIMIT = 200_000
PARAGRAPH_LIMIT = 10_000
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_REFUSED = (
    (_OLE, "这是旧版 .doc 文件，请在 Word 中另存为 .docx 后再导入。"),
    (b"{\\rtf", "这是 RTF 文件，请在 Word 中另存为 .docx 后再导入。"),
)


def read_document(data: bytes, file_name: str) -> list[Block]:
    """The blocks of a .docx, .pdf or .txt file in document order; UnreadableDocument for any other file."""
    if not data:
        raise UnreadableDocument("文件是空的，请检查后再导入。")
    if len(data) > FILE_LIMIT:
        raise UnreadableDocument("文件超过 64 MB，请去掉图片等附件后再导入。")
    for magic, sentence in _REFUSED:
        if data.startswith(magic):
            raise UnreadableDocument(sentence)
    blocks = _blocks(data, file_name)
    _check_length(blocks)
    return blocks


def _blocks(data: bytes, file_name: str) -> list[Block]:
    if b"%PDF-" in data[:1024]:
        return read_pdf(data)
    if data.startswith(b"PK"):
        try:
            return read_docx(data)
        except (RecursionError, MemoryError) as error:
            raise UnreadableDocument("文件结构过于复杂，无法读取，请重新保存后再导入。") from error
    if file_name.lower().endswith((".docx", ".doc", ".pdf", ".wps", ".xlsx", ".xls")):
        raise UnreadableDocument("文件已损坏或格式与扩展名不符，请用 Word 另存为 .docx 后再导入。")
    return read_text(data)


def _check_length(blocks: list[Block]) -> None:
    texts = [text for block in blocks for text in (block.text, *(cell for row in block.rows for cell in row))]
    if sum(map(len, texts)) > SIGN_LIMIT:
        raise UnreadableDocument("文件超过 20 万字，请只导入一个单位的“三定”规定。")
    if any(len(text) > PARAGRAPH_LIMIT for text in texts):
        raise UnreadableDocument("文件中有超过 1 万字的段落，请检查换行后再导入。")


def read_text(data: bytes) -> list[Block]:
    """The paragraphs of a plain text file in UTF-8, UTF-16 or GB18030, hard-wrapped lines joined again."""
    if len(data) > TEXT_LIMIT:
        raise UnreadableDocument("文本文件超过 16 MB，请确认是“三定”规定文件。")
    lines = [line.rstrip() for line in re.split(r"\r\n|\r|\n|\f|\v", _decode(data))]
    return [Block(text=line) for line in unwrapped([line for line in lines if line.strip()])]


def _decode(data: bytes) -> str:
    encodings = ["utf-16"] if data[:2] in (b"\xff\xfe", b"\xfe\xff") else ["utf-8-sig", "gb18030"]
    for encoding in encodings:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\x00" not in text:
            return text
    raise UnreadableDocument("文件不是文本，无法读取，请在 Word 中另存为 .docx 后再导入。")
