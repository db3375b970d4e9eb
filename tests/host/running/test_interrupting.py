"""Ctrl-C while a city is loaded."""

from __future__ import annotations

import os
import signal
import time
from contextlib import suppress

import pytest

from host.commands.running import _stops_at_a_signal


def _interrupted(number: signal.Signals, *, loses_first: bool = False) -> None:
    """Work that is signalled; it may lose the first interrupt as a weak reference's callback does."""
    with _stops_at_a_signal():
        with suppress(*([KeyboardInterrupt] if loses_first else [])):
            os.kill(os.getpid(), number)
            time.sleep(5)
        time.sleep(5)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_the_work(number: signal.Signals) -> None:
    with pytest.raises(KeyboardInterrupt):
        _interrupted(number)


def test_an_interrupt_that_got_lost_comes_again() -> None:
    with pytest.raises(KeyboardInterrupt):
        _interrupted(signal.SIGINT, loses_first=True)


def test_afterwards_signals_are_what_they_were() -> None:
    before = signal.getsignal(signal.SIGINT)

    with _stops_at_a_signal():
        pass

    assert signal.getsignal(signal.SIGINT) is before
    assert signal.getitimer(signal.ITIMER_REAL)[0] == 0
