"""Files that the platform made: opened by who asked for them, kept 30 days, then cleaned up."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Connection, select

from host.kernel.access import SYSTEM, Actor, Role
from host.kernel.audit import AuditEntry
from host.kernel.db import db
from host.kernel.files.kinds import FileKind
from host.kernel.files.models import StoredFile
from host.kernel.files.operations import store_produced, store_upload
from host.kernel.files.storage import current_store
from host.kernel.files.tasks import drop_expired_files
from host.kernel.jobs.models import JobRun, JobState
from host.kernel.jobs.operations import enqueue
from host.kernel.jobs.progress import Progress
from tests.factories import an_actor
from tests.host.files.file_contents import upload

SignIn = Callable[[Actor], FlaskClient]


def produced(tmp_path: Path, *, subject: str = "job_run:7", content: bytes = b"a,b\r\n") -> StoredFile:
    path = tmp_path / "made"
    path.write_bytes(content)
    return store_produced(path, name="名单.csv", kind=FileKind.TEXT, subject=subject, actor=SYSTEM)


def made_for(actor: Actor, tmp_path: Path) -> tuple[JobRun, StoredFile]:
    run = enqueue("host.export_table", title="导出名单", actor=actor)
    file = produced(tmp_path, subject=f"job_run:{run.id}")
    run.state, run.result = JobState.DONE, {"rows": 1, "file_id": file.id}
    run.started_at = run.finished_at = datetime.now(UTC)
    db.session.commit()
    return run, file


def is_kept(file: StoredFile) -> bool:
    try:
        current_store().open(file.sha256).close()
    except FileNotFoundError:
        return False
    return True


def test_security_row_16_what_a_run_made_opens_for_who_asked_for_it_alone(
    connection: Connection, sign_in_as: SignIn, tmp_path: Path
) -> None:
    owner = an_actor()
    _, file = made_for(owner, tmp_path)
    answers = [
        sign_in_as(actor).get(f"/files/{file.id}").status_code
        for actor in (owner, an_actor(), an_actor(Role.SYSTEM_ADMIN, region="371300"))
    ]
    assert answers == [200, 404, 404]


def test_the_page_of_a_run_gives_the_file_with_name_and_size(
    connection: Connection, sign_in_as: SignIn, tmp_path: Path
) -> None:
    owner = an_actor()
    run, file = made_for(owner, tmp_path)
    page = sign_in_as(owner).get(f"/jobs/{run.id}").text
    assert (f"/files/{file.id}" in page, "名单.csv" in page, "5 B" in page) == (True, True, True)


def test_an_administrator_sees_the_run_without_its_file(
    connection: Connection, sign_in_as: SignIn, tmp_path: Path
) -> None:
    run, file = made_for(an_actor(), tmp_path)
    assert f"/files/{file.id}" not in sign_in_as(an_actor(Role.SYSTEM_ADMIN)).get(f"/jobs/{run.id}").text


def test_a_file_that_was_made_has_thirty_days(connection: Connection, tmp_path: Path) -> None:
    expires = produced(tmp_path).expires_at
    assert expires is not None
    assert timedelta(days=29) < expires - datetime.now(UTC) <= timedelta(days=30)


def test_an_upload_has_no_end(connection: Connection) -> None:
    row = store_upload(upload(b"%PDF-1.7", "a.pdf"), subject="duty_record:7", allowed={FileKind.PDF}, actor=SYSTEM)
    assert row.expires_at is None


def over(file: StoredFile) -> StoredFile:
    file.expires_at = datetime.now(UTC) - timedelta(minutes=1)
    db.session.commit()
    return file


def test_a_file_whose_time_is_over_goes_with_its_bytes(connection: Connection, tmp_path: Path) -> None:
    file = over(produced(tmp_path, content=b"over,1\r\n"))
    result = drop_expired_files(Progress())
    assert (result, db.session.get(StoredFile, file.id), is_kept(file)) == ({"files": 1}, None, False)


def test_its_audit_row_stays(connection: Connection, tmp_path: Path) -> None:
    file = over(produced(tmp_path))
    drop_expired_files(Progress())
    found = db.session.scalars(select(AuditEntry.action).where(AuditEntry.subject == f"stored_file:{file.id}"))
    assert set(found) == {"file.stored", "file.expired"}


def test_bytes_that_another_file_names_stay(connection: Connection, tmp_path: Path) -> None:
    file = over(produced(tmp_path, content=b"shared,1\r\n"))
    produced(tmp_path, content=b"shared,1\r\n")
    drop_expired_files(Progress())
    assert is_kept(file)


def test_a_file_whose_time_is_not_over_stays(connection: Connection, tmp_path: Path) -> None:
    file = produced(tmp_path)
    assert (drop_expired_files(Progress()), is_kept(file)) == ({"files": 0}, True)


def test_the_page_of_a_run_says_that_its_file_is_gone(
    connection: Connection, sign_in_as: SignIn, tmp_path: Path
) -> None:
    owner = an_actor()
    run, file = made_for(owner, tmp_path)
    over(file)
    drop_expired_files(Progress())
    page = sign_in_as(owner).get(f"/jobs/{run.id}")
    assert (page.status_code, "已过保存期限" in page.text, f"/files/{file.id}" in page.text) == (200, True, False)


@pytest.mark.parametrize("path", ["", "/view"])
def test_a_file_that_was_cleaned_up_is_not_found(
    connection: Connection, sign_in_as: SignIn, tmp_path: Path, path: str
) -> None:
    owner = an_actor()
    _, file = made_for(owner, tmp_path)
    over(file)
    drop_expired_files(Progress())
    assert sign_in_as(owner).get(f"/files/{file.id}{path}").status_code == 404
