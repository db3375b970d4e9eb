"""``lvzhi import … --dry-run --json``: the contract's keys without a database, refusals in one line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from basic_info.commands import commands
from host.kernel.errors import DomainError
from tests.basic_info.library.papers import CHART, mandate_file, power_list_file

_BY_NAME = {command.name: command for command in commands}


def dry_run(name: str, path: Path) -> dict[str, object]:
    result = CliRunner().invoke(
        _BY_NAME[name], [str(path), "--dry-run", "--json"], standalone_mode=False, catch_exceptions=False
    )
    found: dict[str, object] = json.loads(result.output)
    return found


def test_a_mandate_prints_the_contract(tmp_path: Path) -> None:
    path = tmp_path / "mandate.docx"
    path.write_bytes(mandate_file())
    found = dry_run("mandate", path)
    assert set(found) == {
        "title", "doc_no", "unit_name", "style", "rank", "plates", "duties", "sections", "quotas", "leaders",
        "effective_on",
    }  # fmt: skip


def test_a_power_list_prints_its_counts(tmp_path: Path) -> None:
    found = dry_run("power-list", power_list_file(tmp_path))
    assert (found["items"], found["by_type"]) == (2, {"行政许可": 1, "行政处罚": 1})


def test_a_flowchart_prints_its_parts(tmp_path: Path) -> None:
    path = tmp_path / "chart.bpmn"
    path.write_text(CHART, encoding="utf-8")
    found = dry_run("flowchart", path)
    assert [found[key] for key in ("tasks", "sequence_flows", "lanes", "boundary_events")] == [2, 3, 2, 0]


@pytest.mark.parametrize("name", ["mandate", "power-list", "flowchart"])
def test_a_broken_file_is_refused(name: str, tmp_path: Path) -> None:
    path = tmp_path / "broken.docx"
    path.write_bytes(b"PK\x03\x04 nothing more")
    with pytest.raises(DomainError):
        dry_run(name, path)


def test_taking_in_needs_a_unit(tmp_path: Path) -> None:
    path = tmp_path / "mandate.docx"
    path.write_bytes(mandate_file())
    with pytest.raises(DomainError, match="--unit"):
        CliRunner().invoke(_BY_NAME["mandate"], [str(path)], standalone_mode=False, catch_exceptions=False)
