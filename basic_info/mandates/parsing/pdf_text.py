"""The child process that takes a PDF apart (读取 PDF 文字): its only input is the file, its only output JSON.

It runs apart from the platform because a damaged PDF can make a reader loop or eat memory: here limits end it.
It imports nothing of the platform. Out: {"pages": [{"width", "height", "chars": [[text, left, right, bottom, top]],
"rules": [[left, bottom, right, top]]}]} with lengths in points, or {"refused": "password" | "broken" | "long"}.
"""

import json
import resource
import sys
from collections.abc import Iterator
from typing import Any

MEMORY_LIMIT = 448 * 1024 * 1024
CPU_SECONDS = 8
PAGE_LIMIT = 400
CHAR_LIMIT = 400_000
RULE_LIMIT = 20_000
_THIN = 2.5


def main() -> None:
    """Read standard input, write standard output."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_LIMIT, MEMORY_LIMIT))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    print(json.dumps(read(sys.stdin.buffer.read())))


def read(data: bytes) -> dict[str, Any]:
    """The signs and the ruled lines of every page."""
    import pypdfium2 as pdfium  # after the limits are set

    try:
        document = pdfium.PdfDocument(data)
    except pdfium.PdfiumError as error:
        return {"refused": "password" if "assword" in str(error) else "broken"}
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
    import ctypes

    import pypdfium2.raw as raw

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
    import pypdfium2.raw as raw

    found = 0
    for thing in page.get_objects(filter=(raw.FPDF_PAGEOBJ_PATH,), max_depth=3):
        left, bottom, right, top = thing.get_bounds()
        if right - left > _THIN and top - bottom > _THIN:
            if raw.FPDFPath_CountSegments(thing) > 6:
                continue
            sides = ((left, bottom, right, bottom), (left, top, right, top), (left, bottom, left, top), (right, bottom, right, top))
        else:
            sides = ((left, bottom, right, top),)
        for side in sides:
            yield [round(value, 2) for value in side]
        found += 1
        if found > RULE_LIMIT:
            return


if __name__ == "__main__":
    main()
