"""Names of files: as people gave them, made harmless and only ever shown (security row 27), and as they are stored."""

from __future__ import annotations

import re
import unicodedata

from host.kernel.files.kinds import FileKind

LONGEST = 120
NAMELESS = "附件"
_RESERVED = re.compile(r"^(con|prn|aux|nul|com\d|lpt\d)$", re.IGNORECASE)
#: Control, format (right-to-left override, zero width), surrogate and private characters.
_INVISIBLE = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}


def clean_name(raw: str | None, kind: FileKind) -> str:
    """The last part of ``raw`` without what could mislead, at most 120 characters, ending as ``kind`` does."""
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", raw or ""))[-1]
    seen = "".join(" " if char.isspace() else char for char in last if _is_shown(char))
    stem, ending = _split(re.sub(r'[<>:"|?*%;]', "_", seen).strip(" ."), kind)
    stem = stem.strip(" .")[: LONGEST - len(ending)] or NAMELESS
    return f"_{stem}{ending}" if _RESERVED.match(stem) else f"{stem}{ending}"


def _is_shown(char: str) -> bool:
    return char.isspace() or unicodedata.category(char) not in _INVISIBLE


def _split(name: str, kind: FileKind) -> tuple[str, str]:
    """Stem and ending: the name's own ending if it fits the content, else the kind's behind the whole name."""
    for ending in kind.endings:
        if name.lower().endswith(ending):
            return name[: -len(ending)], ending
    return name, kind.endings[-1] if kind is FileKind.TEXT else kind.endings[0]


def name_of(digest: str) -> str:
    """Where bytes lie: ``ab/cd/abcd…``; ``digest`` is 64 hexadecimal digits, so no name from outside gets in."""
    if len(digest) != 64 or not set(digest) <= set("0123456789abcdef"):
        raise ValueError(digest)
    return f"{digest[:2]}/{digest[2:4]}/{digest}"
