"""Files in an S3-compatible store: put as a whole, streamed back, and a sentence when it is away."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Iterator
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Connection, func, select

from config import BadSetting, Settings
from host.commands import doctor
from host.kernel.access import SYSTEM, Actor, Role
from host.kernel.db import db
from host.kernel.files import objects, subjects
from host.kernel.files.errors import StoreUnreachable
from host.kernel.files.kinds import FileKind
from host.kernel.files.models import StoredFile
from host.kernel.files.objects import ObjectStore
from host.kernel.files.operations import store_upload
from host.kernel.files.storage import FileStore, store_of
from host.kernel.files.subjects import register_subject
from tests.factories import an_actor
from tests.host.files.file_contents import upload
from tests.host.files.object_server import ObjectServer, serving

CONTENT = b"%PDF-1.7 in the store"
DIGEST = sha256(CONTENT).hexdigest()
KEY = f"{DIGEST[:2]}/{DIGEST[2:4]}/{DIGEST}"


@pytest.fixture
def server() -> Iterator[ObjectServer]:
    with serving() as started:
        yield started


def of(url: str, settings: Settings) -> FileStore:
    return store_of(replace(settings, files_url=url, files_access_key="key", files_secret_key="secret"))


@pytest.fixture
def store(server: ObjectServer, settings: Settings) -> FileStore:
    return of(server.url, settings)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "content"
    path.write_bytes(CONTENT)
    return path


def test_what_is_kept_is_there_under_its_digest(store: FileStore, server: ObjectServer, file: Path) -> None:
    store.keep(file, DIGEST)
    assert server.objects == {KEY: CONTENT}


def test_it_comes_back_as_it_was(store: FileStore, file: Path) -> None:
    store.keep(file, DIGEST)
    with store.open(DIGEST) as content:
        assert content.read() == CONTENT


def test_equal_bytes_are_put_once(store: FileStore, server: ObjectServer, file: Path) -> None:
    store.keep(file, DIGEST)
    store.keep(file, DIGEST)
    assert [seen.split()[0] for seen in server.seen] == ["HEAD", "PUT", "HEAD"]


def test_a_large_file_goes_in_parts_and_is_whole(
    store: FileStore, server: ObjectServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(objects, "PART_BYTES", 5 * 1024 * 1024)
    path = tmp_path / "large"
    path.write_bytes(content := os.urandom(11 * 1024 * 1024))
    store.keep(path, DIGEST)
    assert (server.objects[KEY] == content, server.uploads) == (True, {})


def test_a_prefix_stands_before_every_key(server: ObjectServer, settings: Settings, file: Path) -> None:
    of(f"{server.url}/city/a?region=cn-east-1", settings).keep(file, DIGEST)
    assert list(server.objects) == [f"city/a/{KEY}"]


def test_bytes_that_are_not_there_are_told_apart(store: FileStore) -> None:
    with pytest.raises(FileNotFoundError):
        store.open(DIGEST)


def test_what_is_removed_is_gone(store: FileStore, server: ObjectServer, file: Path) -> None:
    store.keep(file, DIGEST)
    store.remove(DIGEST)
    assert server.objects == {}


@pytest.mark.parametrize("status", [403, 500, 503])
def test_a_store_that_refuses_is_unreachable(store: FileStore, server: ObjectServer, file: Path, status: int) -> None:
    server.fails_with = status
    with pytest.raises(StoreUnreachable, match="暂时无法访问"):
        store.keep(file, DIGEST)
    assert server.objects == {}


@pytest.fixture
def away(app: Flask, settings: Settings) -> Iterator[None]:
    """The application's store is on a port that nobody listens on."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"s3+http://127.0.0.1:{free.getsockname()[1]}/lvzhi"
    before = app.extensions.pop("file_store", None)
    app.extensions["file_store"] = of(url, settings)
    yield
    app.extensions.pop("file_store")
    if before is not None:
        app.extensions["file_store"] = before


@pytest.mark.usefixtures("away")
def test_an_upload_while_it_is_away_leaves_nothing_behind(connection: Connection) -> None:
    with pytest.raises(StoreUnreachable):
        store_upload(upload(CONTENT, "批复.pdf"), subject="test_thing:7", allowed={FileKind.PDF}, actor=SYSTEM)
    assert db.session.scalar(select(func.count()).select_from(StoredFile)) == 0


@pytest.mark.usefixtures("away")
def test_opening_a_file_while_it_is_away_says_so(sign_in_as: Callable[[Actor], FlaskClient]) -> None:
    client = sign_in_as(an_actor(Role.STAFF))
    row = StoredFile(sha256=DIGEST, name="批复.pdf", media_type="application/pdf", size=1, subject="store_away:7")
    db.session.add(row)
    db.session.commit()
    register_subject("store_away", lambda number, actor: True)
    answer = client.get(f"/files/{row.id}")
    del subjects._subjects["store_away"]
    assert (answer.status_code, "附件存储暂时无法访问" in answer.text) == (503, True)


@pytest.mark.parametrize(
    "url", ["s3+https://host", "s3+https:///bucket", "s3+https://user:word@host/bucket", "s3+https://host:99999/bucket"]
)
def test_an_address_that_is_none_is_refused_at_once(settings: Settings, url: str) -> None:
    with pytest.raises(BadSetting, match="LVZHI_FILES_URL"):
        of(url, settings)


def test_credentials_must_be_set(settings: Settings) -> None:
    with pytest.raises(BadSetting, match="LVZHI_FILES_ACCESS_KEY"):
        store_of(replace(settings, files_url="s3+https://host/bucket"))


def test_credentials_are_not_shown(settings: Settings) -> None:
    assert "geheim" not in repr(replace(settings, files_access_key="geheim-1", files_secret_key="geheim-2"))


def test_the_host_carries_the_bucket_where_that_is_asked_for(settings: Settings) -> None:
    store = of("s3+https://oss.city.example/lvzhi?style=virtual", settings)
    assert isinstance(store, ObjectStore)
    assert store._client._base_url.virtual_style_flag


def finding(monkeypatch: pytest.MonkeyPatch, settings: Settings) -> doctor.Finding:
    monkeypatch.setattr(Settings, "from_env", classmethod(lambda cls, env=None: settings))
    return doctor.file_store()


def test_the_doctor_finds_the_bucket(monkeypatch: pytest.MonkeyPatch, server: ObjectServer, settings: Settings) -> None:
    there = replace(settings, files_url=server.url, files_access_key="key", files_secret_key="secret")
    assert finding(monkeypatch, there).is_well


@pytest.mark.parametrize(
    ("url", "say"), [("{url}/", "可以访问"), ("{host}/other", "没有桶 other"), ("s3://x", "只支持")]
)
def test_the_doctor_says_what_to_mend(
    monkeypatch: pytest.MonkeyPatch, server: ObjectServer, settings: Settings, url: str, say: str
) -> None:
    address = url.format(url=server.url, host=server.url.rpartition("/")[0])
    there = replace(settings, files_url=address, files_access_key="key", files_secret_key="secret")
    assert say in finding(monkeypatch, there).say


def test_the_doctor_finds_a_folder_that_cannot_be_written(
    monkeypatch: pytest.MonkeyPatch, settings: Settings, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("x")
    found = finding(monkeypatch, replace(settings, files_url=f"file://{tmp_path}/file/files"))
    assert (found.is_well, "不能写入" in found.say) == (False, True)
