"""Looking through watched folders: each file in one transaction, remembered by its content."""

from __future__ import annotations

import hashlib
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from function_monitor.collection.ingesting import RawRow, ingest
from function_monitor.collection.models import BusinessSystem, CollectedFile, CollectorSource
from function_monitor.collection.operations import folder_of
from host.kernel.db import db
from host.kernel.errors import Refused
from host.kernel.jobs.progress import Progress
from host.kernel.tables.reading import NotATable, Row, cell_text, filled_rows, read_workbook

BATCH = 500
#: A file that changed less than so many seconds ago may still be being written.
SETTLE_SECONDS = 5
#: Files of a folder looked at in one run; the rest comes in the next one.
MOST_FILES = 2000


def sources_on() -> Sequence[CollectorSource]:
    """The sources that are to be looked through, with their systems."""
    return db.session.scalars(
        select(CollectorSource)
        .join(BusinessSystem)
        .where(CollectorSource.is_on, BusinessSystem.is_on)
        .options(joinedload(CollectorSource.system))
        .order_by(CollectorSource.id)
    ).all()


def collect_source(
    source: CollectorSource, run: Progress | None = None, *, settle_seconds: int = SETTLE_SECONDS
) -> Counter[str]:
    """Read every new file of the source, oldest name first, committing after each.

    Counts: ``files``, ``rows``, ``accepted``, ``duplicate``, ``quarantined``, ``unreadable``.
    """
    run = run or Progress()
    counts: Counter[str] = Counter()
    source_id = source.id
    source = _with_system(source_id)
    for path in _files(source, settle_seconds):
        run.checkpoint()
        try:
            kept = _collect_file(path, source)
        except OSError as closed:  # moved away meanwhile, or not ours to read: the next run looks again
            db.session.rollback()
            source = _with_system(source_id)
            counts["unreadable"] += 1
            run.log(f"{path.name}：无法打开（{closed.strerror or '读取失败'}），请检查文件权限")
            continue
        db.session.commit()
        if kept is None:
            continue
        counts += _counts_of(kept)
        run.step(run.done + kept.row_count)
        run.log(kept.error and f"{kept.name}：{kept.error}" or _words(kept))
        source = _with_system(source_id)
    source.last_run_at = datetime.now(UTC)
    db.session.commit()
    return counts


def _with_system(source_id: int) -> CollectorSource:
    return db.session.scalars(
        select(CollectorSource)
        .where(CollectorSource.id == source_id)
        .options(joinedload(CollectorSource.system))
        .execution_options(populate_existing=True)
    ).one()


def _files(source: CollectorSource, settle_seconds: int) -> list[Path]:
    """Plain files that match, that have settled, and that were not seen as they are; links are not followed."""
    settled = time.time() - settle_seconds
    known = db.session.execute(
        select(CollectedFile.name, CollectedFile.size_bytes, CollectedFile.modified_ns).where(
            CollectedFile.source_id == source.id
        )
    )
    seen = {tuple(row) for row in known}
    found = []
    for path in sorted(folder_of(source.folder).glob(source.pattern)):
        facts = path.lstat()
        is_new = (path.name, facts.st_size, facts.st_mtime_ns) not in seen
        if is_new and path.is_file() and not path.is_symlink() and facts.st_mtime <= settled:
            found.append(path)
    return found[:MOST_FILES]


def _collect_file(path: Path, source: CollectorSource) -> CollectedFile | None:
    """Read one file; None when the same content was read before. The caller commits."""
    # Two collectors at a time: the second waits for the first one's file, then finds it there.
    db.session.execute(select(CollectorSource.id).where(CollectorSource.id == source.id).with_for_update())
    digest = _digest(path)
    if db.session.scalar(
        select(CollectedFile.id).where(CollectedFile.source_id == source.id, CollectedFile.sha256 == digest)
    ):
        return None
    facts = path.stat()
    kept = CollectedFile(
        source_id=source.id,
        name=path.name,
        sha256=digest,
        size_bytes=facts.st_size,
        modified_ns=facts.st_mtime_ns,
        row_count=0,
        accepted_count=0,
        duplicate_count=0,
        quarantined_count=0,
    )
    db.session.add(kept)
    db.session.flush()  # rows and events name the file
    try:
        with db.session.begin_nested():  # a file that breaks off in the middle leaves nothing but its error
            _ingest_file(path, source, kept)
    except (NotATable, Refused) as unreadable:
        kept.error = str(unreadable)
    db.session.flush()
    return kept


def _ingest_file(path: Path, source: CollectorSource, kept: CollectedFile) -> None:
    counts: Counter[str] = Counter()
    rows = _mapped(path, source)
    while batch := list(islice(rows, BATCH)):
        counts.update(one.result for one in ingest(batch, source.system, file_id=kept.id))
    kept.row_count = counts.total()
    kept.accepted_count = counts["accepted"]
    kept.duplicate_count = counts["duplicate"]
    kept.quarantined_count = counts["quarantined"]


def _mapped(path: Path, source: CollectorSource) -> Iterator[RawRow]:
    """The rows of the first sheet by the source's mapping. Raises Refused when a mapped column is missing."""
    numbered = ((number, row) for number, row in enumerate(filled_rows(read_workbook(path).sheets[0]), start=1))
    _, heading = next(((number, row) for number, row in numbered if any(row)), (0, []))
    places = _places(heading, source)
    for number, row in numbered:
        raw = {field: cell_text(row[place]) for field, place in places.items() if place < len(row)}
        filled = {field: text for field, text in raw.items() if text.strip()}
        if filled:
            yield RawRow(filled, number)


def _places(heading: Row, source: CollectorSource) -> dict[str, int]:
    titles = [cell_text(cell).strip() for cell in heading]
    missing = [column for column in source.mapping.values() if column not in titles]
    if missing:
        raise Refused(f"文件缺少列：{'、'.join(missing)}")
    return {field: titles.index(column) for field, column in source.mapping.items()}


def _digest(path: Path) -> bytes:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").digest()


def _counts_of(kept: CollectedFile) -> Counter[str]:
    return Counter(
        files=1,
        rows=kept.row_count,
        accepted=kept.accepted_count,
        duplicate=kept.duplicate_count,
        quarantined=kept.quarantined_count,
        unreadable=int(kept.error is not None),
    )


def _words(kept: CollectedFile) -> str:
    return (
        f"{kept.name}：{kept.row_count} 行，采集 {kept.accepted_count}，"
        f"重复 {kept.duplicate_count}，隔离 {kept.quarantined_count}"
    )


def total(counts: Iterable[Counter[str]]) -> dict[str, int]:
    """The sums of several sources, with a 0 where nothing happened."""
    summed = sum(counts, Counter[str]())
    return {name: summed[name] for name in ("files", "rows", "accepted", "duplicate", "quarantined", "unreadable")}
