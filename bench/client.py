"""A signed-in client as small as can be: keep-alive HTTP, so that it costs little beside the server."""

from __future__ import annotations

import http.client
import time
import uuid
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from threading import Lock
from urllib.parse import urlencode


@dataclass(frozen=True)
class Login:
    """A session made before: its cookie, its CSRF token, and a duty that the person may log."""

    cookie: str
    csrf: str
    duty_id: int


@dataclass(frozen=True)
class Answer:
    """``status`` 0: there was none, the connection broke or nobody listened."""

    status: int
    seconds: float


class Connection:
    """One keep-alive connection that is opened again after it broke."""

    def __init__(self, port: int, *, timeout: float = 30) -> None:
        self._http = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout)

    def log(self, login: Login, *, day: date, key: str, content: str = "审核申报材料并提出意见") -> Answer:
        """Send one record under ``key``."""
        body = urlencode(
            {
                "csrf_token": login.csrf, "client_key": key, "worked_on": day.isoformat(),
                "post_duty_id": login.duty_id, "content": content, "minutes": 1, "quantity": 2,
            }
        )  # fmt: skip
        return self.ask("POST", "/duty-eval/records", login, body)

    def ask(self, method: str, path: str, login: Login, body: str | None = None) -> Answer:
        started = time.perf_counter()
        try:
            self._http.request(method, path, body, _headers(login))
            answer = self._http.getresponse()
            answer.read()
            status = answer.status
        except (OSError, http.client.HTTPException):
            self._http.close()
            status = 0
        return Answer(status, time.perf_counter() - started)


def log_for(
    port: int, logins: list[Login], *, seconds: float, concurrency: int, day: date
) -> tuple[list[float], float, int]:
    """Log records for so long; (seconds of each answer, seconds in all, answers that were no 201)."""
    answers: list[Answer] = []
    end = time.perf_counter() + seconds

    def one(number: int) -> None:
        connection, turn = Connection(port), number
        while time.perf_counter() < end:
            answers.append(connection.log(logins[turn % len(logins)], day=day, key=str(uuid.uuid4())))
            turn += concurrency

    spent = side_by_side(concurrency, one)
    return [answer.seconds for answer in answers], spent, sum(answer.status != 201 for answer in answers)


@dataclass(frozen=True)
class Arrival:
    """A record that somebody wants to log ``at`` so many seconds after the start."""

    at: float
    login: Login
    key: str


def log_arrivals(port: int, arrivals: Sequence[Arrival], *, connections: int, day: date) -> dict[str, float]:
    """Log each record at its time, whatever became of those before; seconds from that time to its acknowledgement.

    Whoever gets none tries again under the same key, three times. The key is the record's content.
    """
    waiting, taken = iter(arrivals), Lock()
    acknowledged: dict[str, float] = {}
    started = time.perf_counter()

    def work(_number: int) -> None:
        connection = Connection(port)
        while True:
            with taken:
                arrival = next(waiting, None)
            if arrival is None:
                return
            time.sleep(max(0.0, started + arrival.at - time.perf_counter()))
            for _attempt in range(4):
                if connection.log(arrival.login, day=day, key=arrival.key, content=arrival.key).status in {200, 201}:
                    acknowledged[arrival.key] = time.perf_counter() - started - arrival.at
                    break
                time.sleep(0.2)

    side_by_side(connections, work)
    return acknowledged


def side_by_side(count: int, work: Callable[[int], None]) -> float:
    """Run ``work(0)`` … ``work(count - 1)`` in threads until all are done; seconds."""
    started = time.perf_counter()
    with ThreadPoolExecutor(count) as pool:
        list(pool.map(work, range(count)))
    return time.perf_counter() - started


def get_times(port: int, login: Login, path: str, *, count: int) -> list[float]:
    """Seconds of ``count`` answers to one page; raises when one is no 200."""
    connection = Connection(port, timeout=120)
    answers = [connection.ask("GET", path, login) for _ in range(count)]
    if any(answer.status != 200 for answer in answers):
        raise RuntimeError(f"{path}: {answers[-1].status}")
    return [answer.seconds for answer in answers]


def _headers(login: Login) -> dict[str, str]:
    return {
        "Content-Type": "application/x-www-form-urlencoded",
        "Accept": "application/json",
        "Cookie": f"__Host-lvzhi={login.cookie}",
    }
