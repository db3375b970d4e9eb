"""The most memory that this process has held (Linux).

``getrusage`` won't do: a program that was just started counts the memory of the process that it was forked from.
"""

from __future__ import annotations

import re
from pathlib import Path


def peak_mib() -> int:
    """Since the start of the program, or since ``forget_peak``."""
    found = re.search(r"VmHWM:\s*(\d+) kB", Path("/proc/self/status").read_text(encoding="ascii"))
    assert found is not None
    return int(found[1]) // 1024


def forget_peak() -> None:
    """Count anew from what is held now."""
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
