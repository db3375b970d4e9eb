"""Writes of collection: systems and their keys, sources, and what people do about quarantined rows."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath

from flask import current_app

from basic_info.regions.models import Region
from function_monitor.collection.errors import AlreadyResolved, BadFolder, BadMapping
from function_monitor.collection.ingesting import RawRow, Taken, ingest
from function_monitor.collection.models import BusinessSystem, CollectorSource, QuarantineRow, QuarantineState
from function_monitor.collection.schemas import ALL_FIELDS, FIELDS
from host.kernel.access import Actor
from host.kernel.audit import record_change
from host.kernel.db import db

#: Column headings as most systems write them.
USUAL_MAPPING: dict[str, str] = dict(FIELDS)


def create_system(region: Region, *, code: str, name: str, actor: Actor) -> BusinessSystem:
    """Register an outside system (业务系统) for the units of ``region``; it has no key yet."""
    system = BusinessSystem(code=code, name=name, region_id=region.id)
    db.session.add(system)
    db.session.flush()  # the id is part of the audit row
    record_change(system, action="business_system.created", actor=actor, after={"code": code, "name": name})
    return system


def issue_key(system: BusinessSystem, *, actor: Actor) -> str:
    """Give out a new key (密钥); the old one ends at once. The key itself is returned once and kept nowhere."""
    key = f"lvz_{secrets.token_urlsafe(32)}"
    system.key_hash, system.key_hint = hash_key(key), key[:8]
    db.session.flush()
    record_change(system, action="business_system.key_issued", actor=actor, after={"key_hint": system.key_hint})
    return key


def switch_system(system: BusinessSystem, *, is_on: bool, actor: Actor) -> None:
    """Let the system report, or not: its key and its folders at once."""
    system.is_on = is_on
    db.session.flush()
    record_change(system, action="business_system.switched", actor=actor, after={"is_on": is_on})


def hash_key(key: str) -> bytes:
    """A key has 256 random bits: a plain hash is as good as a slow one."""
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).digest()


def create_source(
    system: BusinessSystem,
    *,
    name: str,
    folder: str,
    actor: Actor,
    pattern: str = "*.csv",
    mapping: Mapping[str, str] | None = None,
) -> CollectorSource:
    """Watch ``folder`` (relative to ``drop_root()``), which is made if need be. Raises BadFolder, BadMapping."""
    chosen = {field: heading for field, heading in (mapping or USUAL_MAPPING).items() if heading}
    missing = [word for field, word in FIELDS.items() if field not in chosen and field != "item_name"]
    if missing or not set(chosen) <= set(ALL_FIELDS):
        raise BadMapping(f"没有对应到列：{'、'.join(missing)}")
    if "/" in pattern or not pattern.strip():
        raise BadFolder("文件名样式只写文件名，如 *.csv")
    folder_of(folder).mkdir(parents=True, exist_ok=True)
    source = CollectorSource(system_id=system.id, name=name, folder=folder, pattern=pattern, mapping=chosen)
    db.session.add(source)
    db.session.flush()  # the id is part of the audit row
    record_change(source, action="collector_source.created", actor=actor, after={"folder": folder, "pattern": pattern})
    return source


def drop_root() -> Path:
    """投放区: the only folder below which sources may look, so that no page can read other files of the server."""
    root: Path = current_app.extensions["settings"].var_dir / "drops"
    return root


def folder_of(folder: str) -> Path:
    """The source's folder on disk. Raises BadFolder for anything that leads out of the drop root."""
    path = PurePosixPath(folder)
    if not folder.strip() or path.is_absolute() or ".." in path.parts or "\x00" in folder:
        raise BadFolder
    root = drop_root().resolve()
    found = (root / path).resolve()
    if not found.is_relative_to(root) or found == root:
        raise BadFolder
    return found


def retry_row(row: QuarantineRow, *, actor: Actor) -> Taken:
    """Take a quarantined row again, after its codes were added (重新采集); the row is locked by the caller."""
    _must_wait(row)
    (taken,) = ingest([RawRow(row.raw, row.line_no)], row.system, file_id=row.file_id)
    if taken.result == "quarantined":
        row.reason = taken.reason
        record_change(row, action="quarantine_row.retried", actor=actor, reason=taken.reason)
    else:
        _resolve(row, QuarantineState.TAKEN, actor)
    db.session.flush()
    return taken


def dismiss_row(row: QuarantineRow, *, actor: Actor) -> None:
    """Leave the row out for good (不予采集)."""
    _must_wait(row)
    _resolve(row, QuarantineState.DISMISSED, actor)
    db.session.flush()


def _must_wait(row: QuarantineRow) -> None:
    if row.quarantine_state is not QuarantineState.WAITING:
        raise AlreadyResolved


def _resolve(row: QuarantineRow, state: QuarantineState, actor: Actor) -> None:
    row.quarantine_state, row.resolved_by, row.resolved_at = state, actor.account_id, datetime.now(UTC)
    record_change(row, action=f"quarantine_row.{state.value}", actor=actor, reason=row.reason)
