"""The child process that takes a PDF apart (读取 PDF 文字): its only input is the file, its only output JSON.

It runs apart from the platform because a damaged PDF can make a reader loop or eat memory: here limits end it.
It imports nothing of the platform. Out: {"pages": [{"width", "height", "chars": [[text, left, right, bottom, top]],
"rules": [[left, bottom, right, top]]}]} with lengths in points, or {"refused": "password" | "broken" | "long"}.
"""

import ctypes
import json
import resource
import sys
from collections.abc import Iterator
from typing import Any

import pypdfium2 as pdfium
import pypdfium2.raw as raw

MEMORY_LIMIT = 448 * 1024 * 1024
CPU_SECONDS = 8
PAGE_LIMIT = 400
CHAR_LIMIT = 400_000
RULE_LIMIT = 20_000
_THIN = 2.5
_SEGMENTS_OF_A_FRAME = 6


def main() -> None:
    """Read standard input, write standard output."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_LIMIT, MEMORY_LIMIT))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    print(json.dumps(read(sys.stdin.buffer.read())))


def read(data: bytes) -> dict[str, Any]:
    """The signs and the ruled lines of every page."""
    try:
        return _pages(pdfium.PdfDocument(data))
    except pdfium.PdfiumError as error:
        return {"refused": "password" if "assword" in str(error) else "broken"}


def _pages(document: pdfium.PdfDocument) -> dict[str, Any]:
    if len(document) > PAGE_LIMIT:
        return {"refused": "long"}
    pages, total = [], 0
    for number in range(len(document)):
        page = document[number]
        chars = list(_chars(page, CHAR_LIMIT - total))
        total += len(chars)
        if total >= CHAR_LIMIT:
            return {"refused": "long"}
        width, height = page.get_size()
        pages.append({"width": width, "height": height, "chars": chars, "rules": list(_rules(page))})
        page.close()
    return {"pages": pages}


def _chars(page: Any, most: int) -> Iterator[list[Any]]:
    text = page.get_textpage()
    box = raw.FS_RECTF()
    for place in range(min(raw.FPDFText_CountChars(text), most)):
        code = raw.FPDFText_GetUnicode(text, place)
        if code < 32 or 0xD800 <= code < 0xE000 or raw.FPDFText_IsGenerated(text, place) == 1:
            continue
        if raw.FPDFText_GetLooseCharBox(text, place, ctypes.byref(box)):
            yield [chr(code), *(round(side, 2) for side in (box.left, box.right, box.bottom, box.top))]
    text.close()


def _rules(page: Any) -> Iterator[list[float]]:
    """The thin lines and frames of tables."""
    things = page.get_objects(filter=(raw.FPDF_PAGEOBJ_PATH,), max_depth=3)
    for number, thing in enumerate(things):
        if number >= RULE_LIMIT:
            return
        left, bottom, right, top = (round(side, 2) for side in thing.get_bounds())
        if right - left <= _THIN or top - bottom <= _THIN:
            yield [left, bottom, right, top]
        elif raw.FPDFPath_CountSegments(thing) <= _SEGMENTS_OF_A_FRAME:
            yield [left, bottom, right, bottom]
            yield [left, top, right, top]
            yield [left, bottom, left, top]
            yield [right, bottom, right, top]


if __name__ == "__main__":
    main()
