"""Mutants of drawings and step tables end in a chart or a refusal: no traceback, no hang, no flood of memory."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]
MUTANTS = 760
MOST_MIB = 500


def test_row_28_no_mutant_of_a_flowchart_file_ends_badly() -> None:
    env = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "platform")])}
    done = subprocess.run(
        [sys.executable, "-m", "tests.basic_info.flowcharts.mutants", str(MUTANTS)],
        env=env, cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert done.returncode == 0, done.stderr[-2000:]
    charts, refusals, unchecked, peak = map(int, done.stdout.split())
    assert charts + refusals + unchecked == MUTANTS
    assert min(charts, refusals, unchecked) > 20
    assert peak < MOST_MIB
