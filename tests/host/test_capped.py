"""The cap on damaged files names the one that goes over it."""

from __future__ import annotations

import os
import time
from collections.abc import Callable

import pytest

from tests.capped import ends_of

GOOD = [("first", b"1"), ("second", b"2")]


def test_what_is_read_of_each_is_given_back() -> None:
    assert ends_of(bytes.decode, GOOD) == ["1", "2"]


def hanging(data: bytes) -> str:
    if data == b"2":
        time.sleep(60)
    return ""


def flooding(data: bytes) -> str:
    return str(len(b"x" * (600 * 1024 * 1024))) if data == b"2" else ""


def failing(data: bytes) -> str:
    return {b"1": ""}[data]


def dying(data: bytes) -> str:
    if data == b"2":
        os._exit(3)
    return ""


@pytest.mark.parametrize(
    ("read", "words"),
    [
        (flooding, r"second: [5-9]\d\d MiB, at most 500"),
        (failing, "(?s)second: .*KeyError"),
        (dying, "second: the reader died"),
    ],
)
def test_the_one_that_goes_over_the_cap_is_named(read: Callable[[bytes], str], words: str) -> None:
    with pytest.raises(AssertionError, match=words):
        ends_of(read, GOOD)


def test_the_one_that_hangs_is_named() -> None:
    with pytest.raises(AssertionError, match="second: longer than 1 seconds"):
        ends_of(hanging, GOOD, seconds=1)
