"""Photos: drawn anew, so that place, time and device stay with who took them (R164)."""

from __future__ import annotations

from pathlib import Path
from typing import IO

from PIL import Image, ImageOps, UnidentifiedImageError

from host.kernel.files.errors import BrokenFile
from host.kernel.files.kinds import FileKind

MOST_PIXELS = 40_000_000
# Pillow refuses twice this figure by itself, before anything is decoded.
Image.MAX_IMAGE_PIXELS = MOST_PIXELS

_FORMATS = {FileKind.PNG: "PNG", FileKind.JPEG: "JPEG", FileKind.WEBP: "WEBP"}
TOO_LARGE = "图片超过 4000 万像素，请缩小后上传"


def redraw(path: Path, kind: FileKind, out: IO[bytes]) -> None:
    """Write the picture at ``path`` to ``out`` in its own format: the pixels upright, no metadata, first frame.

    Raises BrokenFile for a picture that cannot be decoded or is too large.
    """
    try:
        with Image.open(path, formats=[_FORMATS[kind]]) as picture:
            if picture.width * picture.height > MOST_PIXELS:
                raise BrokenFile(TOO_LARGE)
            _save(_upright(picture), kind, out)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as bomb:
        raise BrokenFile(TOO_LARGE) from bomb
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, EOFError, MemoryError) as broken:
        raise BrokenFile("图片已损坏，请重新拍摄或另存后上传") from broken


def _upright(picture: Image.Image) -> Image.Image:
    """Turned as its metadata say; a palette becomes colours, since its meaning lies in the metadata too."""
    turned = ImageOps.exif_transpose(picture)
    if turned.mode not in {"1", "L", "RGB", "RGBA"}:
        turned = turned.convert("RGBA" if turned.has_transparency_data else "RGB")
    turned.info = {}  # comments, text chunks, profiles, XMP: savers copy some of them from here
    return turned


def _save(picture: Image.Image, kind: FileKind, out: IO[bytes]) -> None:
    if kind is FileKind.JPEG:
        picture.convert("RGB").save(out, "JPEG", quality=88, exif=b"")
    elif kind is FileKind.WEBP:
        picture.save(out, "WEBP", quality=88, exif=b"", xmp=b"")
    else:
        picture.save(out, "PNG")
