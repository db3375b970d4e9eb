"""Every layout of the corpus gives what a person counts in it."""

from pathlib import Path

import pytest

from basic_info.power_lists.models import LimitKind
from basic_info.power_lists.parsing import ParsedPowerList, PowerListItem, parse_power_list
from basic_info.power_lists.parsing.columns import Field
from tests.basic_info.power_lists.corpus import CASES, Case
from tests.basic_info.power_lists.grids import case_of
from tests.basic_info.power_lists.published import every

PUBLISHED = [case_of(made) for made in every()]


def parsed(case: Case, folder: Path) -> ParsedPowerList:
    path = folder / case.file_name
    path.write_bytes(case.content)
    return parse_power_list(path)


@pytest.mark.parametrize("case", [*CASES, *PUBLISHED], ids=lambda case: case.name)
def test_a_layout_gives_its_items(case: Case, tmp_path: Path) -> None:
    found = parsed(case, tmp_path)

    assert found.as_contract()["by_type"] == case.by_type
    assert tuple(sheet.header_row for sheet in found.sheets) == case.header_rows
    assert [(error.sheet, error.row, error.column) for error in found.errors] == case.places
    assert found.duplicates == case.duplicates
    assert case.main_items in {None, found.main_items}
    assert case.sections in (None, found.handling_sections)


@pytest.mark.parametrize("case", PUBLISHED, ids=lambda case: case.name)
def test_a_published_list_gives_each_item_as_written(case: Case, tmp_path: Path) -> None:
    found = parsed(case, tmp_path)

    leaves = [(item.sheet, item.name, item.subitem_name, item.kind_label, _code(item, case)) for item in found.items]
    assert leaves == case.leaves
    assert {item.name: _limits(item) for item in found.items if item.name in case.limits} == case.limits
    assert {item.name: _bases(item) for item in found.items if item.name in case.bases} == case.bases
    assert {item.name: _levels(item) for item in found.items if item.name in case.levels} == case.levels


def _code(item: PowerListItem, case: Case) -> str:
    if not any(leaf[-1] for leaf in case.leaves or ()):
        return ""
    return item.text(Field.ITEM_CODE) or item.text(Field.BASIC_CODE)


def _bases(item: PowerListItem) -> list[str]:
    return [f"{basis.title} {basis.article}" for basis in item.legal_bases]


def _levels(item: PowerListItem) -> list[str]:
    return [level.tier.removesuffix("级") for level in item.levels]


def _limits(item: PowerListItem) -> tuple[list[str], list[str]]:
    legal, promised = (
        [f"{limit.value} {limit.limit_unit.label}" for limit in item.time_limits if limit.limit_kind is kind]
        for kind in (LimitKind.STATUTORY, LimitKind.PROMISED)
    )
    return legal, promised
