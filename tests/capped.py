"""Damaged files read in a child of this process, each within ten seconds and 500 MiB: what exceeds them fails by name.

A signal would not do: a reader written in C or Rust may hang without ever looking at one.
"""

from __future__ import annotations

import json
import os
import re
import resource
import select
import signal
import traceback
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, NoReturn

from tests.memory import forget_peak, peak_mib

SECONDS = 10
MOST_MIB = 500
#: So much above what is measured, that what takes too much is said to and doesn't take the machine.
_SPARE_MIB = 200


def ends_of(
    read: Callable[[bytes], str], mutants: Iterable[tuple[str, bytes]], *, seconds: float = SECONDS
) -> list[str]:
    """What ``read`` says of each mutant; AssertionError names the one that hangs, takes too much or ends badly."""
    output, entry = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(output)
        _read_all(entry, read, mutants)
    os.close(entry)
    try:
        return list(_ends(output, seconds))
    finally:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        os.close(output)


def _read_all(entry: int, read: Callable[[bytes], str], mutants: Iterable[tuple[str, bytes]]) -> NoReturn:
    """In the child: a line before each mutant and one behind it; it never returns to the tests."""
    most = (_size_mib() + MOST_MIB + _SPARE_MIB) * 1024 * 1024
    resource.setrlimit(resource.RLIMIT_AS, (most, most))
    try:
        for name, data in mutants:
            _tell(entry, begins=name)
            forget_peak()
            before = peak_mib()
            end = read(data)
            _tell(entry, end=end, mib=peak_mib() - before)
        _tell(entry, done=True)
    except BaseException:
        _tell(entry, error=traceback.format_exc()[-2000:])
    finally:
        os._exit(0)


def _size_mib() -> int:
    found = re.search(r"VmSize:\s*(\d+) kB", Path("/proc/self/status").read_text(encoding="ascii"))
    assert found is not None
    return int(found[1]) // 1024


def _tell(entry: int, **said: Any) -> None:
    data = json.dumps(said).encode() + b"\n"
    while data:
        data = data[os.write(entry, data) :]


def _ends(output: int, seconds: float) -> Iterator[str]:
    name = "before the first"
    for said in _lines(output, seconds):
        assert said is not None, f"{name}: longer than {seconds} seconds"
        name = said.get("begins", name)
        assert "error" not in said, f"{name}: {said['error']}"
        if "end" in said:
            assert said["mib"] < MOST_MIB, f"{name}: {said['mib']} MiB, at most {MOST_MIB}"
            yield said["end"]
        if said.get("done"):
            return
    raise AssertionError(f"{name}: the reader died")


def _lines(output: int, seconds: float) -> Iterator[dict[str, Any] | None]:
    """What the child says; None where it is silent for too long."""
    waiting = b""
    while True:
        ready, _, _ = select.select([output], [], [], seconds)
        data = os.read(output, 65536) if ready else b""
        if not data:
            yield from () if ready else (None,)
            return
        *lines, waiting = (waiting + data).split(b"\n")
        yield from map(json.loads, lines)
