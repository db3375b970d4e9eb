"""Files are served as attachments, to those who may see what they belong to."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from config import BadSetting, Settings
from host.kernel.access import SYSTEM, Actor, Role
from host.kernel.db import db
from host.kernel.files import subjects
from host.kernel.files.kinds import FileKind
from host.kernel.files.models import StoredFile
from host.kernel.files.operations import store_upload
from host.kernel.files.storage import LocalStore, current_store, store_of
from host.kernel.files.subjects import register_subject
from tests.factories import an_actor
from tests.host.files.file_contents import a_photo, upload

OPEN_FOR_ALL, SHUT = 7, 8


@pytest.fixture(autouse=True)
def a_subject() -> Iterator[None]:
    register_subject("test_thing", lambda number, actor: number == OPEN_FOR_ALL)
    yield
    del subjects._subjects["test_thing"]


@pytest.fixture
def staff(sign_in_as: Callable[[Actor], FlaskClient]) -> FlaskClient:
    return sign_in_as(an_actor(Role.STAFF))


def stored(subject: str = f"test_thing:{OPEN_FOR_ALL}", name: str = "批复 一.pdf") -> StoredFile:
    row = store_upload(upload(b"%PDF-1.7 served", name), subject=subject, allowed={FileKind.PDF}, actor=SYSTEM)
    db.session.commit()
    return row


def test_a_file_comes_as_an_attachment_under_its_chinese_name(staff: FlaskClient) -> None:
    answer = staff.get(f"/files/{stored().id}")
    disposition = answer.headers["Content-Disposition"]
    assert (answer.data, disposition.startswith("attachment"), "filename*=UTF-8''" in disposition) == (
        b"%PDF-1.7 served",
        True,
        True,
    )


@pytest.mark.parametrize(
    ("header", "value"),
    [
        ("X-Content-Type-Options", "nosniff"),
        ("Content-Security-Policy", "default-src 'none'; sandbox"),
        ("Content-Type", "application/pdf"),
        ("Content-Length", "15"),
        ("Cache-Control", "no-store"),
    ],
)
def test_a_file_carries_headers_that_keep_it_harmless(staff: FlaskClient, header: str, value: str) -> None:
    assert value in staff.get(f"/files/{stored().id}").headers[header]


def test_a_file_of_a_thing_that_is_not_to_be_seen_is_not_found(staff: FlaskClient) -> None:
    assert staff.get(f"/files/{stored(f'test_thing:{SHUT}').id}").status_code == 404


def test_a_file_of_an_unknown_kind_of_thing_is_not_found(staff: FlaskClient) -> None:
    assert staff.get(f"/files/{stored('never_registered:7').id}").status_code == 404


@pytest.mark.parametrize("number", ["0", "999999999", "99999999999999999999999"])
def test_a_file_that_is_not_there_is_not_found(staff: FlaskClient, number: str) -> None:
    assert staff.get(f"/files/{number}").status_code == 404


def test_a_visitor_is_led_to_the_sign_in_form(client: FlaskClient) -> None:
    assert client.get(f"/files/{stored().id}").status_code == 302


def test_bytes_that_are_gone_are_not_found(staff: FlaskClient) -> None:
    row = stored(name="丢失.pdf")
    row.sha256 = "0" * 64
    db.session.commit()
    assert staff.get(f"/files/{row.id}").status_code == 404


def test_a_kind_of_thing_is_registered_once() -> None:
    with pytest.raises(ValueError, match="twice"):
        register_subject("test_thing", lambda number, actor: True)


def test_a_digest_that_is_none_never_becomes_a_path(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="passwd"):
        LocalStore(tmp_path).path_of("../../etc/passwd")


def test_a_shared_folder_is_named_by_settings(settings: Settings, tmp_path: Path) -> None:
    store = store_of(replace(settings, files_url=f"file://{tmp_path}"))
    assert isinstance(store, LocalStore)
    assert store.folder == tmp_path


@pytest.mark.parametrize("url", ["s3://bucket/x", "s3+ftp://h/b", "ftp://h/x", "file://host/x", "nonsense"])
def test_a_store_that_is_not_supported_is_refused_at_once(settings: Settings, url: str) -> None:
    with pytest.raises(BadSetting, match="LVZHI_FILES_URL"):
        store_of(replace(settings, files_url=url))


def test_the_store_lies_under_the_var_folder(settings: Settings, connection: object) -> None:
    store = current_store()
    assert isinstance(store, LocalStore)
    assert store.folder == settings.var_dir / "files"


def a_picture() -> StoredFile:
    file = upload(a_photo(), "现场.jpg")
    row = store_upload(file, subject=f"test_thing:{OPEN_FOR_ALL}", allowed={FileKind.JPEG}, actor=SYSTEM)
    db.session.commit()
    return row


def test_a_picture_shows_within_a_page_where_it_can_do_nothing(staff: FlaskClient) -> None:
    answer = staff.get(f"/files/{a_picture().id}/view")
    headers = answer.headers
    assert (headers["Content-Disposition"].partition(";")[0], headers["Content-Security-Policy"], answer.mimetype) == (
        "inline",
        "default-src 'none'; sandbox",
        "image/jpeg",
    )


def test_what_is_shown_has_lost_its_metadata(staff: FlaskClient) -> None:
    assert b"GEHEIM" not in staff.get(f"/files/{a_picture().id}/view").data


def test_anything_but_a_picture_comes_as_an_attachment_there_too(staff: FlaskClient) -> None:
    disposition = staff.get(f"/files/{stored().id}/view").headers["Content-Disposition"]
    assert disposition.startswith("attachment")


def test_a_view_of_a_thing_that_is_not_to_be_seen_is_not_found(staff: FlaskClient) -> None:
    assert staff.get(f"/files/{stored(f'test_thing:{SHUT}').id}/view").status_code == 404
