"""Mutants of drawings and step tables end in a chart or a refusal: no traceback, no hang, no flood of memory."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from tests.basic_info.flowcharts.mutants import end_of, mutants
from tests.capped import ends_of

MUTANTS = 760


def test_row_28_no_mutant_of_a_flowchart_file_ends_badly(tmp_path: Path) -> None:
    path = tmp_path / "mutant"

    def read(content: bytes) -> str:
        path.write_bytes(content)
        return end_of(path)

    ends = Counter(ends_of(read, mutants(MUTANTS, tmp_path)))

    assert ends.total() == MUTANTS
    assert min(ends["chart"], ends["refusal"], ends["not checkable"]) > 20
