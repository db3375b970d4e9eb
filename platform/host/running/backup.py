"""Backup and restore (备份与恢复): what an installation holds, as one folder, and an installation out of it.

The folder has the database (``database.dump``, PostgreSQL's custom format), the files where they lie in a folder, and
``manifest.json``. The installation's key is not in it: whoever finds the backup can read no ID number. The programs
are those of the embedded server's wheel, which speak to any server from 15 to their own version.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from alembic.script import ScriptDirectory
from alembic.util import CommandError
from psycopg.errors import DependentObjectsStillExist
from sqlalchemy import create_engine, make_url, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from config import Settings
from host import migrating
from host.kernel.errors import Refused
from host.kernel.files.storage import INCOMING, LocalStore, digest_of, store_of
from host.running.embedded import binaries

Say = Callable[[str], None]
DUMP, FILES, MANIFEST = "database.dump", "files", "manifest.json"


@dataclass(frozen=True, kw_only=True)
class Manifest:
    """What a backup says of itself. ``made_at`` is an instant in UTC, ``key_mark`` tells two keys apart."""

    made_at: str
    schema: str
    revision: str
    dump_sha256: str
    key_mark: str
    #: False: the files lie in an object store, which is backed up by its own means.
    has_files: bool

    @classmethod
    def read(cls, folder: Path) -> Manifest:
        """Raises Refused for a folder that is no backup, or one whose database is not as it was written."""
        try:
            found = cls(**json.loads((folder / MANIFEST).read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError) as missing:
            raise Refused(f"{folder} 不是一份完整的备份（缺少或读不出 {MANIFEST}）") from missing
        if not (folder / DUMP).is_file() or digest_of(folder / DUMP) != found.dump_sha256:
            raise Refused(f"{folder / DUMP} 缺失或已损坏，请换一份备份")
        return found


def back_up(settings: Settings, folder: Path, *, say: Say) -> Manifest:
    """Write a backup into ``folder``, which must not be there yet; the platform may go on meanwhile.

    The database is as of one moment. Files only ever come, so those copied after it hold all that it names. The folder
    gets its name last: a backup that was interrupted is never taken for a whole one. Raises Refused.
    """
    if folder.exists():
        raise Refused(f"{folder} 已存在，请另选一个文件夹")
    revision = migrating.status(settings)["database"]
    if revision is None:
        raise Refused("数据库中还没有数据，无可备份")
    draft = folder.with_name(f"{folder.name}.unfinished")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(parents=True, mode=0o700)
    say("备份数据库 …")
    schemas = [f"--schema={name}" for name in (settings.schema, settings.queue_schema)]
    _run(settings, "pg_dump", "--format=custom", "--no-owner", "--no-privileges", *schemas, f"--file={draft / DUMP}")
    store = store_of(settings)
    if isinstance(store, LocalStore):
        say("备份附件 …")
        _copy_files(store.folder, draft / FILES)
    else:
        say("附件在对象存储中，请用对象存储自己的办法备份")
    manifest = Manifest(
        made_at=datetime.now(UTC).isoformat(timespec="seconds"),
        schema=settings.schema,
        revision=revision,
        dump_sha256=digest_of(draft / DUMP),
        key_mark=_key_mark(settings),
        has_files=isinstance(store, LocalStore),
    )
    (draft / MANIFEST).write_text(json.dumps(asdict(manifest), indent=1) + "\n", encoding="utf-8")
    draft.rename(folder)
    return manifest


def restore(settings: Settings, folder: Path, *, say: Say) -> Manifest:
    """Make an installation out of the backup in ``folder``, brought up to the structure of this version.

    Nothing is overwritten: raises Refused where the schema holds anything, for another key than that of the backup,
    a damaged backup, or one that a newer version made. The database is restored as a whole or not at all.
    """
    manifest = Manifest.read(folder)
    if manifest.key_mark != _key_mark(settings):
        raise Refused("密钥不是备份时的那一把：请先放回原来的 secret-key 文件（或设置 LVZHI_SECRET_KEY）再恢复")
    if manifest.schema != settings.schema:
        raise Refused(f"备份的是 LVZHI_SCHEMA={manifest.schema}，现在是 {settings.schema}，请改为一致")
    if not _is_known(manifest.revision):
        raise Refused(f"备份的结构版本 {manifest.revision} 比本程序新，请先升级程序")
    _make_room(settings)
    store = store_of(settings)
    if manifest.has_files and isinstance(store, LocalStore):
        # Before the database: where there is no room for them, it is still empty and the restore may be tried again.
        say("恢复附件 …")
        _copy_files(folder / FILES, store.folder)
    say("恢复数据库 …")
    options = ("--no-owner", "--no-privileges", "--exit-on-error", "--single-transaction")
    _run(settings, "pg_restore", *options, str(folder / DUMP))
    migrating.upgrade(settings)
    return manifest


def _make_room(settings: Settings) -> None:
    """The extensions are there and the schemas are not: the dump brings them. Raises Refused for one with content."""
    assert settings.database_url is not None
    engine = create_engine(settings.database_url, poolclass=NullPool)
    try:
        with engine.begin() as connection:
            for name in (settings.schema, settings.queue_schema):
                connection.execute(text(f'DROP SCHEMA IF EXISTS "{name}"'))  # without CASCADE: an empty one only
            migrating.prepare_extensions(connection)
    except DBAPIError as error:
        if not isinstance(error.orig, DependentObjectsStillExist):
            raise
        raise Refused(f"数据库中已有 {settings.schema} 的数据，不会覆盖；请恢复到空的数据库") from error
    finally:
        engine.dispose()


def _is_known(revision: str) -> bool:
    try:
        return ScriptDirectory.from_config(migrating.migration_config()).get_revision(revision) is not None
    except CommandError:
        return False


def _key_mark(settings: Settings) -> str:
    """Tells one key from another and gives neither away: a digest of the key under a name of its own."""
    return hashlib.sha256(f"lvzhi backup {settings.secret_key}".encode()).hexdigest()[:16]


def _copy_files(source: Path, target: Path) -> None:
    """Whatever is not there yet: bytes lie under their digest and never change. A file gets its name last."""
    target.mkdir(parents=True, exist_ok=True, mode=0o700)
    for path in source.rglob("*") if source.is_dir() else ():
        place = target / path.relative_to(source)
        if path.name.startswith(INCOMING) or not path.is_file() or place.exists():
            continue
        place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        coming = place.with_name(f"{INCOMING}{place.name}")
        try:
            shutil.copy2(path, coming)
        except FileNotFoundError:
            continue  # an export that ran out meanwhile was removed
        coming.replace(place)


def _address(settings: Settings) -> str:
    """The database as libpq takes it, without the password: what stands on a command line everybody can read."""
    assert settings.database_url is not None
    url = make_url(settings.database_url)
    return url.set(drivername="postgresql", password=None).render_as_string(hide_password=False)


def _run(settings: Settings, program: str, *arguments: str) -> None:
    """Raises Refused with the last line of what the program said."""
    assert settings.database_url is not None
    password = make_url(settings.database_url).password
    environment = os.environ | ({"PGPASSWORD": password} if password else {})
    done = subprocess.run(
        [str(binaries() / program), f"--dbname={_address(settings)}", *arguments],
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        said = done.stderr.strip().splitlines() or [f"退出码 {done.returncode}"]
        raise Refused(f"{program} 没有完成：{said[-1]}")
