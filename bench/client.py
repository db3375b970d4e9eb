"""A signed-in client as small as can be: keep-alive HTTP, so that it costs little beside the server."""

from __future__ import annotations

import http.client
import time
import uuid
from dataclasses import dataclass
from datetime import date
from threading import Thread
from urllib.parse import urlencode


@dataclass(frozen=True)
class Login:
    """A session made before: its cookie, its CSRF token, and a duty that the person may log."""

    cookie: str
    csrf: str
    duty_id: int


def log_for(
    port: int, logins: list[Login], *, seconds: float, concurrency: int, day: date
) -> tuple[list[float], float, int]:
    """Log records for so long; (seconds of each answer, seconds in all, answers that were no 201)."""
    times: list[float] = []
    failed = [0]
    end = time.perf_counter() + seconds

    def one(number: int) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        turn = number
        while time.perf_counter() < end:
            login = logins[turn % len(logins)]
            turn += concurrency
            body = urlencode(
                {
                    "csrf_token": login.csrf, "client_key": str(uuid.uuid4()), "worked_on": day.isoformat(),
                    "post_duty_id": login.duty_id, "content": "审核申报材料并提出意见", "minutes": 1, "quantity": 2,
                }
            )  # fmt: skip
            started = time.perf_counter()
            connection.request("POST", "/duty-eval/records", body, _headers(login))
            answer = connection.getresponse()
            answer.read()
            times.append(time.perf_counter() - started)
            failed[0] += answer.status != 201

    started = time.perf_counter()
    threads = [Thread(target=one, args=(number,)) for number in range(concurrency)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return times, time.perf_counter() - started, failed[0]


def get_times(port: int, login: Login, path: str, *, count: int) -> list[float]:
    """Seconds of ``count`` answers to one page; raises when one is no 200."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
    times = []
    for _ in range(count):
        started = time.perf_counter()
        connection.request("GET", path, headers=_headers(login))
        answer = connection.getresponse()
        answer.read()
        times.append(time.perf_counter() - started)
        if answer.status != 200:
            raise RuntimeError(f"{path}: {answer.status}")
    return times


def _headers(login: Login) -> dict[str, str]:
    return {
        "Content-Type": "application/x-www-form-urlencoded",
        "Accept": "application/json",
        "Cookie": f"__Host-lvzhi={login.cookie}",
    }
