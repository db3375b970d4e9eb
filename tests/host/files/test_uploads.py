"""Uploads: typed by content, kept under their SHA-256, photos without metadata; bombs refused (row 28)."""

from __future__ import annotations

import io
import stat
import struct
import time
import zlib
from hashlib import sha256

import pytest
from PIL import Image
from sqlalchemy import Connection, select
from werkzeug.datastructures import FileStorage

from host.kernel.access import SYSTEM
from host.kernel.audit import AuditEntry
from host.kernel.db import db
from host.kernel.errors import DomainError, Refused
from host.kernel.files.errors import BrokenFile, FileTooBig, NoRoom, WrongKind
from host.kernel.files.kinds import EVIDENCE, IMAGES, FileKind
from host.kernel.files.models import StoredFile
from host.kernel.files.operations import store_upload
from host.kernel.files.storage import LocalStore, current_store
from tests.host.files.file_contents import (
    BPMN,
    a_document,
    a_photo,
    a_workbook,
    a_zip,
    an_old_workbook,
    upload,
)

ALL = frozenset(FileKind)
SHEET = b'<worksheet><sheetData><row r="1"><c r="XFD1048576"><v>1</v></c></row></sheetData></worksheet>'


def store(content: bytes, name: str = "佐证.pdf", allowed: frozenset[FileKind] = ALL) -> StoredFile:
    return store_upload(upload(content, name), subject="duty_record:7", allowed=allowed, actor=SYSTEM)


def kept(row: StoredFile) -> bytes:
    with current_store().open(row.sha256) as file:
        return file.read()


@pytest.mark.parametrize(
    ("content", "media_type"),
    [
        (b"%PDF-1.7\n%x", FileKind.PDF.media_type),
        (a_document(), FileKind.DOCX.media_type),
        (a_workbook(), FileKind.XLSX.media_type),
        (an_old_workbook(), FileKind.XLS.media_type),
        ("姓名,科室\n".encode(), FileKind.TEXT.media_type),
        ("姓名,科室\n".encode("gb18030"), FileKind.TEXT.media_type),
        (BPMN, FileKind.BPMN.media_type),
        (a_photo("PNG"), FileKind.PNG.media_type),
        (a_photo("JPEG"), FileKind.JPEG.media_type),
        (a_photo("WEBP"), FileKind.WEBP.media_type),
    ],
)
def test_a_file_is_typed_by_its_content(connection: Connection, content: bytes, media_type: str) -> None:
    assert store(content, "随便.bin").media_type == media_type


def test_the_bytes_lie_under_their_sha256(connection: Connection) -> None:
    content = b"%PDF-1.7\nunder its digest"
    row = store(content)
    assert (row.sha256, kept(row)) == (sha256(content).hexdigest(), content)


def test_equal_bytes_lie_there_once(connection: Connection) -> None:
    first, second = store(b"%PDF-1.7\nsame"), store(b"%PDF-1.7\nsame", "另一份.pdf")
    local = current_store()
    assert isinstance(local, LocalStore)
    folder = local.path_of(first.sha256).parent
    assert (first.sha256 == second.sha256, len(list(folder.iterdir()))) == (True, 1)


def test_only_the_platform_may_read_the_bytes(connection: Connection) -> None:
    local = current_store()
    assert isinstance(local, LocalStore)
    mode = local.path_of(store(b"%PDF-1.7\nprivate").sha256).stat().st_mode
    assert stat.S_IMODE(mode) == 0o600


def test_storing_leaves_an_audit_row(connection: Connection) -> None:
    row = store(b"%PDF-1.7\naudited")
    action = db.session.scalars(select(AuditEntry.action).where(AuditEntry.subject == f"stored_file:{row.id}")).one()
    assert action == "file.stored"


@pytest.mark.parametrize("image_format", ["JPEG", "PNG", "WEBP"])
def test_a_photo_loses_place_and_device(connection: Connection, image_format: str) -> None:
    content = kept(store(a_photo(image_format)))
    with Image.open(io.BytesIO(content)) as picture:
        left = (dict(picture.getexif()), b"GEHEIM" in content)
    assert left == ({}, False)


def test_a_photo_is_turned_upright_before_its_metadata_go(connection: Connection) -> None:
    with Image.open(io.BytesIO(kept(store(a_photo("JPEG", (60, 40)))))) as picture:
        assert picture.size == (40, 60)


def test_choosing_nothing_is_refused(connection: Connection) -> None:
    with pytest.raises(Refused, match="请选择文件"):
        store_upload(FileStorage(), subject="duty_record:7", allowed=ALL, actor=SYSTEM)


@pytest.mark.parametrize("subject", ["../x:1", "duty_record", "duty_record:x", "A:1"])
def test_a_subject_is_a_table_and_an_id(connection: Connection, subject: str) -> None:
    with pytest.raises(ValueError, match="not a subject"):
        store_upload(upload(b"%PDF-1.7", "x.pdf"), subject=subject, allowed=ALL, actor=SYSTEM)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"MZ\x90\x00\x03\x00\x00\x00",
        b"\x7fELF\x02\x01\x01\x00",
        b"<html><script>alert(1)</script>",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"#!/bin/sh\nrm -rf x",
        b"{\\rtf1 x}",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 100,
        a_zip({"x.txt": b"1"}),
        a_zip({"inner.zip": a_zip({"inner.zip": b"PK\x03\x04"})}),
        a_zip({"word/document.xml": b"<x/>", "word/vbaProject.bin": b"x"}),
        b"text with a \x00 in it",
    ],
)
def test_security_row_28_v5_2_2_wrong_magic_is_refused_whatever_the_name(
    connection: Connection, content: bytes
) -> None:
    with pytest.raises(WrongKind):
        store(content, "照片.jpg", EVIDENCE)


def test_security_row_28_v5_2_2_a_kind_that_is_not_taken_here_is_named(connection: Connection) -> None:
    with pytest.raises(WrongKind, match="这是“PDF 文档”"):
        store(b"%PDF-1.7", "照片.jpg", IMAGES)


@pytest.mark.parametrize(
    "content",
    [
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600,
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "WordDocument".encode("utf-16-le"),
        b"{\\rtf1 x}",
        b"\xef\xbb\xbf<!DOCTYPE html><html><body>x</body></html>",
        b"<html xmlns:w='urn:schemas-microsoft-com:office:word'>x</html>",
    ],
)
def test_what_only_calls_itself_a_word_file_is_told_how_to_become_one(connection: Connection, content: bytes) -> None:
    with pytest.raises(WrongKind, match=r"另存为 \.docx"):
        store(content, "规定.doc", frozenset({FileKind.DOCX, FileKind.PDF}))


def test_security_row_28_v5_2_1_a_file_over_the_limit_is_refused(
    connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(FileKind.PDF, "most_bytes", 1024)
    with pytest.raises(FileTooBig):
        store(b"%PDF-1.7" + b"x" * 2048, "x.pdf", frozenset({FileKind.PDF}))


def test_security_row_28_v5_2_1_an_endless_upload_is_cut_off(
    connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(FileKind.PDF, "most_bytes", 3 * 1024 * 1024)

    class Endless(io.RawIOBase):
        given = 0

        def read(self, size: int = -1) -> bytes:
            self.given += size
            return b"%" * size

    source = Endless()
    file = FileStorage(source, filename="x.pdf")  # type: ignore[arg-type]
    with pytest.raises(FileTooBig):
        store_upload(file, subject="duty_record:7", allowed={FileKind.PDF}, actor=SYSTEM)
    assert source.given <= 5 * 1024 * 1024


def _one_gib(name: str) -> bytes:
    """A zip whose one part unpacks to 1 GiB of zeros."""
    press = zlib.compressobj(9, zlib.DEFLATED, -15)
    packed, check, piece = b"", 0, b"\0" * (1 << 20)
    for _ in range(1024):
        packed += press.compress(piece)
        check = zlib.crc32(piece, check)
    packed += press.flush()
    label = name.encode()
    sizes = struct.pack("<III", check, len(packed), 1 << 30)
    common = struct.pack("<HHHHH", 20, 0, 8, 0, 0) + sizes + struct.pack("<HH", len(label), 0)
    local = b"PK\x03\x04" + common + label + packed
    central = b"PK\x01\x02" + struct.pack("<H", 20) + common + struct.pack("<HHHII", 0, 0, 0, 0, 0) + label
    end = b"PK\x05\x06" + struct.pack("<HHHHIIH", 0, 0, 1, 1, len(central), len(local), 0)
    return local + central + end


@pytest.mark.parametrize("name", ["word/document.xml", "xl/workbook.xml"])
def test_security_row_28_v5_2_3_a_zip_bomb_is_refused(connection: Connection, name: str) -> None:
    with pytest.raises(BrokenFile):
        store(_one_gib(name))


def test_security_row_28_v5_2_3_a_workbook_with_a_far_cell_is_refused(connection: Connection) -> None:
    with pytest.raises(BrokenFile):
        store(a_zip({"xl/workbook.xml": b"<x/>", "xl/worksheets/sheet1.xml": SHEET}))


def test_security_row_28_v5_2_3_xml_entities_are_refused(connection: Connection) -> None:
    with pytest.raises(BrokenFile, match="实体"):
        store(BPMN.replace(b"<definitions", b'<!DOCTYPE x [<!ENTITY a "b">]><definitions'))


def _png_claiming(width: int, height: int) -> bytes:
    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0")) + chunk(b"IEND", b"")


@pytest.mark.parametrize("size", [(7000, 7000), (30_000, 30_000), (2_000_000, 2_000_000)])
def test_security_row_28_v5_2_3_a_picture_bomb_is_refused(connection: Connection, size: tuple[int, int]) -> None:
    with pytest.raises(BrokenFile, match="像素"):
        store(_png_claiming(*size))


@pytest.mark.parametrize("content", [a_photo("JPEG")[:200], a_photo("PNG")[:60], a_document()[:-200]])
def test_security_row_28_a_file_cut_short_is_refused(connection: Connection, content: bytes) -> None:
    with pytest.raises(DomainError) as refused:
        store(content)
    assert 400 <= refused.value.status < 500


def test_security_row_28_a_refused_upload_leaves_nothing(connection: Connection) -> None:
    with pytest.raises(WrongKind):
        store(b"MZ\x90\x00")
    assert db.session.scalars(select(StoredFile)).all() == []


def test_a_full_disk_is_told_and_leaves_nothing(connection: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("shutil.copyfileobj", full)
    content = f"%PDF-1.7\n{time.time_ns()}".encode()
    with pytest.raises(NoRoom):
        store(content)
    local = current_store()
    assert isinstance(local, LocalStore)
    assert list(local.path_of(sha256(content).hexdigest()).parent.iterdir()) == []
