"""Row 61 of the security score card: a backup is restored into an empty database and nothing is missing."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import Engine, create_engine, make_url, text
from sqlalchemy.pool import NullPool
from werkzeug.datastructures import FileStorage

from config import Settings
from host.kernel.access import SYSTEM
from host.kernel.db import Model, db
from host.kernel.errors import Refused
from host.kernel.files.kinds import FileKind
from host.kernel.files.operations import store_upload
from host.migrating import migration_engine, status
from host.running.backup import back_up, restore
from tests.factories import a_person, a_post

WORDS = "第一条 为规范履职，制定本办法。"


@pytest.fixture
def elsewhere(settings: Settings, tmp_path: Path) -> Iterator[Settings]:
    """Another machine's settings: an empty database and an empty folder, the same key."""
    assert settings.database_url is not None
    url = make_url(settings.database_url)
    server = create_engine(url, poolclass=NullPool, isolation_level="AUTOCOMMIT")
    with server.connect() as connection:
        connection.execute(text("CREATE DATABASE lvzhi_restored"))
    address = url.set(database="lvzhi_restored").render_as_string(hide_password=False)
    yield replace(settings, database_url=address, var_dir=tmp_path / "elsewhere")
    with server.connect() as connection:
        connection.execute(text("DROP DATABASE lvzhi_restored WITH (FORCE)"))
    server.dispose()


def _prints(settings: Settings) -> dict[str, str | None]:
    """A checksum of every table's rows."""
    engine = migration_engine(settings)
    names = [table.name for table in Model.metadata.sorted_tables]
    parts = [f"SELECT '{n}', md5(string_agg(t::text, '' ORDER BY t::text)) FROM \"{n}\" t" for n in names]
    with engine.connect() as connection:
        found = {name: digest for name, digest in connection.execute(text(" UNION ALL ".join(parts)))}  # noqa: C416 - rows
    engine.dispose()
    return found


@pytest.mark.committed
def test_row_61_what_was_backed_up_is_all_there_after_the_restore(
    app: Flask, settings: Settings, elsewhere: Settings, committed: Engine, tmp_path: Path
) -> None:
    a_person(name="王芳", post=a_post())
    upload = FileStorage(io.BytesIO(WORDS.encode()), filename="办法.txt")
    file = store_upload(upload, subject="article_file:1", allowed={FileKind.TEXT}, actor=SYSTEM)
    db.session.commit()

    back_up(settings, tmp_path / "backup", say=print)
    before = _prints(settings)
    restore(elsewhere, tmp_path / "backup", say=print)

    assert _prints(elsewhere) == before
    assert before["person"] is not None
    assert status(elsewhere) == status(settings)
    kept = elsewhere.var_dir / "files" / file.sha256[:2] / file.sha256[2:4] / file.sha256
    assert kept.read_text(encoding="utf-8") == WORDS
    with pytest.raises(Refused, match="已有"):
        restore(elsewhere, tmp_path / "backup", say=print)


@pytest.fixture(scope="module")
def made(settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("backups") / "one"
    back_up(settings, folder, say=print)
    return folder


def test_a_backup_is_readable_by_its_owner_alone_and_without_the_key(made: Path, settings: Settings) -> None:
    assert made.stat().st_mode & 0o077 == 0
    assert [
        path for path in made.rglob("*") if path.is_file() and settings.secret_key.encode() in path.read_bytes()
    ] == []


def test_a_folder_that_is_there_is_not_written_over(made: Path, settings: Settings) -> None:
    with pytest.raises(Refused, match="已存在"):
        back_up(settings, made, say=print)


def test_a_database_without_an_installation_is_not_backed_up(elsewhere: Settings, tmp_path: Path) -> None:
    with pytest.raises(Refused, match="无可备份"):
        back_up(elsewhere, tmp_path / "backup", say=print)


def test_another_key_is_refused(made: Path, elsewhere: Settings) -> None:
    with pytest.raises(Refused, match="secret-key"):
        restore(replace(elsewhere, secret_key="1" * 64), made, say=print)


def test_a_damaged_backup_is_refused(made: Path, elsewhere: Settings, tmp_path: Path) -> None:
    for name, content in (("manifest.json", (made / "manifest.json").read_bytes()), ("database.dump", b"cut short")):
        (tmp_path / name).write_bytes(content)

    with pytest.raises(Refused, match="已损坏"):
        restore(elsewhere, tmp_path, say=print)


def test_a_folder_that_is_no_backup_is_refused(elsewhere: Settings, tmp_path: Path) -> None:
    with pytest.raises(Refused, match="不是一份完整的备份"):
        restore(elsewhere, tmp_path, say=print)


def test_a_backup_of_a_newer_version_is_refused(made: Path, elsewhere: Settings, tmp_path: Path) -> None:
    manifest = json.loads((made / "manifest.json").read_text(encoding="utf-8"))
    (tmp_path / "manifest.json").write_text(json.dumps({**manifest, "revision": "9999"}), encoding="utf-8")
    (tmp_path / "database.dump").write_bytes((made / "database.dump").read_bytes())

    with pytest.raises(Refused, match="升级程序"):
        restore(elsewhere, tmp_path, say=print)


def test_a_restore_that_has_no_place_for_the_files_leaves_the_database_empty(
    made: Path, elsewhere: Settings, tmp_path: Path
) -> None:
    (tmp_path / "taken").write_text("a file, no folder")
    with pytest.raises((FileExistsError, NotADirectoryError)):
        restore(replace(elsewhere, files_url=f"file://{tmp_path}/taken"), made, say=print)
    assert status(elsewhere)["database"] is None


def test_a_file_that_was_cut_short_while_restoring_is_written_whole_the_next_time(
    made: Path, elsewhere: Settings
) -> None:
    name = "ab" * 32
    kept = made / "files" / "ab" / "ab" / name
    kept.parent.mkdir(parents=True, exist_ok=True)
    kept.write_text(WORDS, encoding="utf-8")
    place = elsewhere.var_dir / "files" / "ab" / "ab"
    place.mkdir(parents=True)
    (place / f".incoming-{name}").write_text("第一", encoding="utf-8")
    restore(elsewhere, made, say=print)
    assert [(one.name, one.read_text(encoding="utf-8")) for one in place.iterdir()] == [(name, WORDS)]
