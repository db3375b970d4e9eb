# ruff: noqa: S608, E501  # statements of fixed words, laid out as SQL
"""The crash test (security row 53): records are posted while PostgreSQL and the web server are killed in turn.

Clients give each record a key, repeat it on any error and remember only what was acknowledged. Afterwards every
acknowledged key must be in the table exactly once, and the sums must be what a recount gives. This shows crashes of
processes, not loss of power.

python -m bench.crash [--faults 4] [--between 400]     prints what was found as one line of JSON
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from pathlib import Path
from threading import Event, Lock

import psycopg

from bench import city
from bench.client import Connection, Login, side_by_side
from config import Settings
from host import migrating
from host.app import create_app
from host.kernel.db import db
from host.kernel.pages import today_in_china
from host.running.children import free_port
from host.running.embedded import EmbeddedPostgres
from host.seeding import seed

ROOT = Path(__file__).parents[1]
CLIENTS = 6
#: Records acknowledged between one fault and the next, if nothing else is said.
BETWEEN = 400
#: An answer that takes longer than this is none at all: the request hung.
HANGS_AFTER = 25.0


@dataclass
class Posted:
    """What the clients saw."""

    acknowledged: set[str] = field(default_factory=set)
    statuses: Counter[int] = field(default_factory=Counter)
    hung: int = 0
    lock: Lock = field(default_factory=Lock)


@dataclass(frozen=True)
class Found:
    """Acknowledged records that are not there, records that are there twice, sums that a recount does not give."""

    acknowledged: int
    faults: int
    lost: int
    twice: int
    sums_differ: int
    #: Answers that no crash explains: anything but 200, 201, 503 and none.
    refused: int
    hung: int
    #: Workers that outlived a killed web server: they would go on answering from its port.
    left_over: int
    #: Seconds from each fault to the next record taken.
    seconds_to_answer: tuple[float, ...]


def crash_test(folder: Path, *, faults: int, between: int = BETWEEN, people: int = 200) -> Found:
    """A platform under ``folder`` of its own is started, loaded, killed ``faults`` times, and looked at.

    ``between`` records are acknowledged before each fault and after the last.
    """
    server = EmbeddedPostgres(folder / "postgres")
    server.enter()
    try:
        settings = replace(Settings.from_env({"LVZHI_VAR_DIR": str(folder)}), database_url=server.url)
        migrating.upgrade(settings)
        seed(settings)
        app = create_app(settings, process="bench")
        with app.app_context():
            city.make_city(people)
            logins = city.logins(people // 2)
            db.session.remove()
            db.engine.dispose()
        posted = Posted()
        workers: list[int] = []
        with _running(folder) as (port, supervisor):
            killing = _faults(server, supervisor, faults, workers)
            waits = _post_through_faults(port, logins, posted, killing, between)
        server.revive()
        return Found(
            acknowledged=len(posted.acknowledged),
            faults=len(waits),
            refused=sum(count for status, count in posted.statuses.items() if status not in {0, 200, 201, 503}),
            hung=posted.hung,
            left_over=sum(_is_web(pid) for pid in workers),
            seconds_to_answer=tuple(waits),
            **look(server.url, posted.acknowledged),
        )
    finally:
        server.leave()


def look(url: str, acknowledged: set[str]) -> dict[str, int]:
    """``lost``, ``twice`` and ``sums_differ`` of a database whose records carry their key as their content."""
    with psycopg.connect(url.replace("+psycopg", ""), options="-c search_path=lvzhi,public") as connection:
        there: dict[str, int] = dict(
            connection.execute("SELECT content, count(*) FROM duty_record GROUP BY 1").fetchall()
        )
        (differ,) = connection.execute(_DIFFER).fetchone() or (None,)
    return {
        "lost": sum(key not in there for key in acknowledged),
        "twice": sum(count > 1 for key, count in there.items() if len(key) == 36),
        "sums_differ": int(differ),
    }


_SUMS = "person_id, month, section_id, post_duty_id, record_count, approved_count, quantity, pieces, minutes"
_RECOUNT = (
    "SELECT person_id, CAST(date_trunc('month', worked_on) AS date) AS month, section_id, post_duty_id,"
    " CAST(count(*) AS int) AS record_count,"
    " CAST(count(*) FILTER (WHERE record_state IN ('approved', 'locked')) AS int) AS approved_count,"
    " coalesce(sum(quantity), 0) AS quantity, sum(coalesce(quantity, 1)) AS pieces, CAST(coalesce(sum(minutes), 0) AS int) AS minutes"
    " FROM duty_record WHERE record_state IN ('submitted', 'approved', 'locked') GROUP BY 1, 2, 3, 4"
)
_DIFFER = (
    f"WITH kept AS (SELECT {_SUMS} FROM record_rollup WHERE record_count > 0), counted AS ({_RECOUNT})"
    " SELECT (SELECT count(*) FROM (TABLE kept EXCEPT TABLE counted) a)"
    " + (SELECT count(*) FROM (TABLE counted EXCEPT TABLE kept) b)"
)


def _post_through_faults(
    port: int, logins: Sequence[Login], posted: Posted, faults: Iterator[Callable[[], None]], between: int
) -> list[float]:
    today = today_in_china()
    over = Event()
    waits: list[float] = []

    def work(number: int) -> None:
        if number < CLIENTS:
            _post(Connection(port, timeout=HANGS_AFTER), logins[number::CLIENTS], today, posted, over)
            return
        try:
            for fault in faults:
                _more_of(posted, between)
                fault()
                started = time.perf_counter()
                _more_of(posted, CLIENTS + 1)  # one answer each may still have been on its way
                waits.append(round(time.perf_counter() - started, 2))
            _more_of(posted, between)
        finally:
            over.set()

    side_by_side(CLIENTS + 1, work)
    return waits


def _post(connection: Connection, logins: Sequence[Login], day: date, posted: Posted, over: Event) -> None:
    """One record after the other, each repeated under its key until it is acknowledged."""
    turn = 0
    while not over.is_set():
        key, turn = str(uuid.uuid4()), turn + 1
        while not over.is_set():
            answer = connection.log(logins[turn % len(logins)], day=day, key=key, content=key)
            with posted.lock:
                posted.hung += answer.seconds >= HANGS_AFTER
                posted.statuses[answer.status] += 1
                if answer.status in {200, 201}:
                    posted.acknowledged.add(key)
                    break
            time.sleep(0.05)


def _more_of(posted: Posted, count: int, *, seconds: float = 60) -> None:
    """Wait until so many more records are acknowledged."""
    wanted, deadline = len(posted.acknowledged) + count, time.monotonic() + seconds
    while len(posted.acknowledged) < wanted:
        if time.monotonic() > deadline:
            raise TimeoutError("the platform did not come back")
        time.sleep(0.02)


def _faults(server: EmbeddedPostgres, supervisor: int, count: int, workers: list[int]) -> Iterator[Callable[[], None]]:
    """PostgreSQL, one web worker, PostgreSQL, the whole web server, and so on; ``workers``: those of killed servers."""

    def web_server() -> int:
        found = _web_server(supervisor)
        workers.extend(children_of(found))
        return found

    turns: tuple[Callable[[], int], ...] = (
        lambda: int((server.data / "postmaster.pid").read_text().splitlines()[0]),
        lambda: children_of(_web_server(supervisor))[0],
        lambda: int((server.data / "postmaster.pid").read_text().splitlines()[0]),
        web_server,
    )
    for number in range(count):
        find = turns[number % len(turns)]
        yield lambda find=find: os.kill(find(), signal.SIGKILL)  # type: ignore[misc]


def _web_server(supervisor: int) -> int:
    for child in children_of(supervisor):
        if _is_web(child):
            return child
    raise LookupError("no web server")


def _is_web(pid: int) -> bool:
    try:
        return b"lvzhi-web" in Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return False


def children_of(pid: int) -> list[int]:
    """The processes that ``pid`` started (Linux)."""
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


@contextmanager
def _running(folder: Path) -> Iterator[tuple[int, int]]:
    """``lvzhi up`` on a free port; its port and process id."""
    port = free_port("127.0.0.1", 10_000 + os.getpid() % 10_000)  # no two runs begin to look at the same place
    env = {**os.environ, "LVZHI_VAR_DIR": str(folder), "LVZHI_PORT": str(port), "LVZHI_LOG_LEVEL": "WARNING",
           "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'platform'}"}  # fmt: skip
    env.pop("LVZHI_DATABASE_URL", None)
    with (folder / "up.log").open("wb") as log:
        up = subprocess.Popen([sys.executable, "-m", "host.cli", "up"], env=env, stdout=log, stderr=log)
    try:
        wait_for_web(port)
        yield port, up.pid
    finally:
        up.terminate()
        with suppress(subprocess.TimeoutExpired):
            up.wait(30)
        up.kill()


def wait_for_web(port: int, *, seconds: float = 60) -> None:
    """Until the server answers; raises TimeoutError."""
    connection, nobody = Connection(port, timeout=2), Login("", "", 0)
    deadline = time.monotonic() + seconds
    while connection.ask("GET", "/healthz", nobody).status != 200:
        if time.monotonic() > deadline:
            raise TimeoutError("the web server did not start")
        time.sleep(0.1)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--faults", type=int, default=4)
    parser.add_argument("--between", type=int, default=BETWEEN)
    arguments = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # what was started is stopped, whoever ends the test
    with tempfile.TemporaryDirectory(prefix="lvzhi-crash-", dir=os.environ.get("LVZHI_BENCH_DIR")) as folder:
        print(json.dumps(asdict(crash_test(Path(folder), faults=arguments.faults, between=arguments.between))))


if __name__ == "__main__":
    main()
