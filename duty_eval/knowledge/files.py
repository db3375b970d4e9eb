"""Files of articles: kept with their version, handed on to the next, opened by who may read the words."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sqlalchemy import select
from sqlalchemy.orm import aliased
from werkzeug.datastructures import FileStorage

from duty_eval.evidence.operations import chosen_files
from duty_eval.knowledge.models import Article, ArticleFile, ArticleVersion
from duty_eval.knowledge.queries import visible
from duty_eval.permissions import Permission
from host.kernel.access import Actor
from host.kernel.audit import subject_of
from host.kernel.db import db
from host.kernel.files.kinds import EVIDENCE
from host.kernel.files.models import StoredFile
from host.kernel.files.operations import store_upload
from host.kernel.files.subjects import register_subject


def keep_files(
    version: ArticleVersion, uploads: Sequence[FileStorage], *, kept: Sequence[int] = (), actor: Actor
) -> list[str]:
    """Keep what came with a version, in its transaction: all of it or none. Returns the names of all that it carries.

    ``kept``: ids of files that the article's other versions carry; ids of other files are passed over.
    Raises Refused (too many), WrongKind, BrokenFile (422), FileTooBig (413), StoreUnreachable (503), NoRoom (507).
    """
    stay = _carried(version.article_id, kept)
    chosen = chosen_files(uploads, of="一个条目", besides=len(stay))
    db.session.add_all([ArticleFile(version_id=version.id, file_id=file.id) for file in stay])
    names = [file.name for file in stay]
    for upload in chosen:
        row = ArticleFile(version_id=version.id)
        db.session.add(row)
        db.session.flush()  # the file belongs to it by its id
        stored = store_upload(upload, subject=subject_of(row), allowed=EVIDENCE, actor=actor)
        row.file_id = stored.id
        names.append(stored.name)
    db.session.flush()
    return names


def _carried(article_id: int, file_ids: Collection[int]) -> Sequence[StoredFile]:
    """Those of the files that some version of the article carries, in the order in which they came."""
    if not file_ids:
        return []
    own = (
        select(ArticleFile.file_id)
        .join(ArticleVersion, ArticleVersion.id == ArticleFile.version_id)
        .where(ArticleVersion.article_id == article_id)
    )
    return db.session.scalars(
        select(StoredFile).where(StoredFile.id.in_(file_ids), StoredFile.id.in_(own)).order_by(StoredFile.id)
    ).all()


def _may_open(article_file_id: int, actor: Actor) -> bool:
    """Those who may read some version that carries the file: the one with which it came, or a later one."""
    came = aliased(ArticleFile)
    known = (
        select(ArticleFile.id)
        .join(ArticleVersion, ArticleVersion.id == ArticleFile.version_id)
        .join(Article, Article.id == ArticleVersion.article_id)
        .where(
            ArticleFile.file_id == select(came.file_id).where(came.id == article_file_id).scalar_subquery(),
            visible(actor),
        )
        .limit(1)
    )
    return actor.may(Permission.DUTY_RECORD_READ) and db.session.scalar(known) is not None


register_subject("article_file", _may_open)
