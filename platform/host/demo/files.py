"""Write the source files of the demo city (演示数据文件) into a folder."""

from dataclasses import dataclass
from pathlib import Path

from host.demo.city import plan_city
from host.demo.flowcharts import FlowchartFile, write_flowcharts
from host.demo.mandates import UnitFile, write_mandates
from host.demo.power_lists import write_power_lists

WORKBOOK = "组织机构.xlsx"


@dataclass(frozen=True, slots=True)
class CityFiles:
    """Where the files were written, those of a unit with its code."""

    mandates: tuple[UnitFile, ...]
    power_lists: tuple[UnitFile, ...]
    flowcharts: tuple[FlowchartFile, ...]


def write_city(staff: int, seed: int, folder: Path) -> CityFiles:
    """Write all documents of the city into ``folder``, which is made if need be; the workbook stands apart."""
    plan = plan_city(staff, seed)
    folder.mkdir(parents=True, exist_ok=True)
    return CityFiles(
        mandates=write_mandates(plan, folder / "三定规定"),
        power_lists=write_power_lists(plan, folder / "权责清单"),
        flowcharts=write_flowcharts(plan, folder / "流程图"),
    )
