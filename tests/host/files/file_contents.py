"""Small files of each kind, made here."""

from __future__ import annotations

import io
from zipfile import ZIP_DEFLATED, ZipFile

import docx
import xlsxwriter
from PIL import Image
from PIL.ExifTags import GPS, IFD, Base
from werkzeug.datastructures import FileStorage

BPMN = b'<?xml version="1.0"?><definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"/>'


def upload(content: bytes, name: str) -> FileStorage:
    return FileStorage(io.BytesIO(content), filename=name)


def a_photo(image_format: str = "JPEG", size: tuple[int, int] = (60, 40)) -> bytes:
    """A picture with place, device, rotation and comment among its metadata."""
    exif = Image.Exif()
    exif[Base.Make] = "GEHEIM-Camera"
    exif[Base.Orientation] = 6
    exif.get_ifd(IFD.GPSInfo)[GPS.GPSLatitudeRef] = "N"
    exif.get_ifd(IFD.GPSInfo)[GPS.GPSLatitude] = (35.0, 3.0, 1.0)
    out = io.BytesIO()
    options = {"comment": b"GEHEIM"} if image_format == "JPEG" else {}
    Image.new("RGB", size, "navy").save(out, image_format, exif=exif, **options)
    return out.getvalue()


def a_workbook() -> bytes:
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out)
    book.add_worksheet().write(0, 0, "姓名")
    book.close()
    return out.getvalue()


def a_document() -> bytes:
    out = io.BytesIO()
    docx.Document().save(out)
    return out.getvalue()


def a_zip(parts: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with ZipFile(out, "w", ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return out.getvalue()


def an_old_workbook() -> bytes:
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600 + "Workbook".encode("utf-16-le") + b"\0" * 600
