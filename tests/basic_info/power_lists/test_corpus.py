"""Every layout of the corpus gives what a person counts in it."""

from pathlib import Path

import pytest

from basic_info.power_lists.parsing import ParsedPowerList, parse_power_list
from tests.basic_info.power_lists.corpus import CASES, Case


def parsed(case: Case, folder: Path) -> ParsedPowerList:
    path = folder / case.file_name
    path.write_bytes(case.content)
    return parse_power_list(path)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_layout_gives_its_items(case: Case, tmp_path: Path) -> None:
    found = parsed(case, tmp_path)

    assert found.as_contract()["by_type"] == case.by_type
    assert tuple(sheet.header_row for sheet in found.sheets) == case.header_rows
    assert [(error.sheet, error.row, error.column) for error in found.errors] == case.places
    assert found.duplicates == case.duplicates
    assert case.main_items in {None, found.main_items}
    assert case.sections in (None, found.handling_sections)
