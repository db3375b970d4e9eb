from pathlib import Path

import docx
import pytest

from basic_info.duties.similarity import likeness
from basic_info.mandates.parsing import parse_mandate, read_document
from host.demo.city import CityPlan, plan_city
from host.demo.content import in_place, kind_of
from host.demo.mandates import UnitFile, departments_of, write_mandates
from host.demo.quotas import leader_places, unit_quotas
from host.demo.steps import ALIKE


@pytest.fixture(scope="module")
def plan() -> CityPlan:
    return plan_city(2000)


@pytest.fixture(scope="module")
def written(plan: CityPlan, tmp_path_factory: pytest.TempPathFactory) -> tuple[UnitFile, ...]:
    return write_mandates(plan, tmp_path_factory.mktemp("mandates"))


def _lines(path: Path) -> list[str]:
    return [paragraph.text for paragraph in docx.Document(str(path)).paragraphs]


def test_every_department_of_the_city_and_of_several_counties_has_a_mandate(
    plan: CityPlan, written: tuple[UnitFile, ...]
) -> None:
    regions = {unit.code: unit.region_code for unit in plan.units}

    assert len(written) >= 30
    assert len({regions[file.unit_code] for file in written}) >= 3


def test_a_mandate_names_exactly_the_sections_of_its_unit(plan: CityPlan, written: tuple[UnitFile, ...]) -> None:
    for file in written[:3]:
        text = "\n".join(_lines(file.path))
        for section in plan.sections:
            if section.unit_code == file.unit_code:
                assert f"{section.name}。{'；'.join(section.stated_tasks)}。" in text


def test_every_main_duty_has_a_section_task_that_speaks_of_it(plan: CityPlan) -> None:
    """The same likeness and threshold with which the demo confirms proposals (R46)."""
    served = stated = 0
    for unit in departments_of(plan):
        duties = [in_place(duty, unit.place) for duty in kind_of(unit.kind).duties]
        tasks = [task for section in plan.sections if section.unit_code == unit.code for task in section.tasks]
        scores = likeness(tasks, duties)
        served += len({int(row.argmax()) for row in scores if row.max() >= ALIKE})
        stated += len(duties)

    assert served / stated >= 0.95


def test_the_parser_finds_every_section_of_a_mandate_with_its_tasks(
    plan: CityPlan, written: tuple[UnitFile, ...]
) -> None:
    for file in written[:15]:
        found = parse_mandate(read_document(file.path.read_bytes(), file.path.name)).sections

        assert {section.name: section.tasks for section in found} == {
            section.name: section.stated_tasks for section in plan.sections if section.unit_code == file.unit_code
        }


def test_a_mandate_runs_from_its_number_to_its_day(written: tuple[UnitFile, ...]) -> None:
    lines = _lines(written[0].path)

    assert lines[0] == "临编办发〔2024〕1号"
    assert lines[2].startswith("第一条")
    assert any(line.endswith("起施行。") for line in lines)


def test_a_mandate_grants_the_quota_of_its_unit(plan: CityPlan, written: tuple[UnitFile, ...]) -> None:
    quota = unit_quotas(plan)[written[0].unit_code][0]

    assert f"机关行政编制{quota.approved_count}名" in "\n".join(_lines(written[0].path))


def test_a_few_units_hold_more_people_than_their_quota(plan: CityPlan) -> None:
    over = [code for code, quotas in unit_quotas(plan).items() if quotas[0].actual_count > quotas[0].approved_count]

    assert 0 < len(over) < len(plan.units) / 4


def test_every_unit_has_one_place_for_its_head(plan: CityPlan) -> None:
    assert {places.unit_heads for places in leader_places(plan).values()} == {1}
