"""What the documentation says of settings, commands, roles and dependencies is what the code has."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator, Mapping
from importlib.metadata import packages_distributions
from pathlib import Path

import click
import pytest
from flask import Flask

from host.cli import cli
from host.kernel.access import Role

ROOT = Path(__file__).parents[2]
OPERATORS = ROOT / "docs/operators/README.md"
PERMISSIONS = ROOT / "docs/operators/permissions.md"
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("assets/*.md")])
#: Read by tests and their make targets, not by a running platform.
OF_TESTS = {"LVZHI_TEST_DATABASE_URL", "LVZHI_WRITE_GOLDEN"}
CODE = ("platform/host", "basic_info", "duty_eval", "function_monitor", "performance", "migrations")
#: What only another dependency imports.
BY_OTHERS = {"setproctitle"}


def test_the_table_of_settings_names_each_that_is_read_and_no_other() -> None:
    table = OPERATORS.read_text(encoding="utf-8").split("## Settings")[1].split("\n## ")[0]
    rows = "".join(line.split("|")[1] for line in table.splitlines() if line.startswith("| `"))
    read = set(re.findall(r"LVZHI_[A-Z_]+", (ROOT / "config.py").read_text(encoding="utf-8")))

    assert set(re.findall(r"LVZHI_[A-Z_]+", rows)) == read - OF_TESTS


def test_every_command_stands_in_the_table_of_commands() -> None:
    said = OPERATORS.read_text(encoding="utf-8").replace("\\|", "|")

    assert [name for name in _commands(cli) if not re.search(_alternatives(name), said)] == []


def _commands(command: click.Command, name: str = "lvzhi") -> Iterator[str]:
    if isinstance(command, click.Group):
        for part, below in command.commands.items():
            yield from _commands(below, f"{name} {part}")
    else:
        yield name


def _alternatives(name: str) -> str:
    """``lvzhi import mandate`` may stand as ``lvzhi import mandate|power-list``."""
    *group, last = name.split(" ")
    return rf"{' '.join(group)} (?:[a-z|-]+\|)?{last}\b"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_between_pages_lead_to_files(page: Path) -> None:
    links = re.findall(r"\]\((?!https?:|#|mailto:)([^)#\s]+)", page.read_text(encoding="utf-8"))

    assert [link for link in links if not (page.parent / link).exists()] == []


def test_every_row_of_the_security_page_is_shown_by_a_test_that_bears_its_number() -> None:
    page = (ROOT / "docs/developers/security.md").read_text(encoding="utf-8")
    tests = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "tests").rglob("*.py"))
    rows = {int(number) for cell in re.findall(r"^\| (\d[\d, ]*) \|", page, re.MULTILINE) for number in cell.split(",")}
    named = {int(number) for name in _NAMES_WITH_ROWS.findall(tests) for number in re.findall(r"\d+", name)}

    assert sorted(rows - named) == []
    assert [file for file in re.findall(r"`((?:tests|bench)/[\w/.]+)`", page) if not (ROOT / file).is_file()] == []


#: As in ``test_row_17_and_70_…``, ``test_rows_37_41_and_79_…``, ``test_security_row_28_…``, ``row_67``, ``test_52_…``.
_NAMES_WITH_ROWS = re.compile(r"def (?:test_)?(?:security_)?(?:rows?_)?((?:\d+_?(?:and_)?)+)")


def test_every_direct_dependency_is_explained_with_its_licence_and_who_keeps_it() -> None:
    rows = _explained()

    assert sorted(_dependencies() - rows.keys()) == []
    assert sorted(rows.keys() - _dependencies()) == []
    assert [name for name, cells in rows.items() if len(cells) != 4 or not all(cells)] == []


def test_what_the_platform_runs_on_is_what_its_code_names() -> None:
    """A dependency that no code imports any more is a burden on whoever installs and audits."""
    code = "".join(path.read_text(encoding="utf-8") for folder in CODE for path in (ROOT / folder).rglob("*.py"))
    modules: dict[str, list[str]] = {}
    for module, distributions in packages_distributions().items():
        for name in distributions:
            modules.setdefault(name.lower().replace("_", "-"), []).append(module)
    listed = _names((ROOT / "requirements.in").read_text(encoding="utf-8")) - BY_OTHERS

    assert [name for name in sorted(listed) if not any(re.search(rf"\b{m}\b", code) for m in modules[name])] == []


def _explained() -> dict[str, list[str]]:
    """Package → the cells of its row: names, why, licence, kept by."""
    found: dict[str, list[str]] = {}
    for line in (ROOT / "docs/decisions/dependencies.md").read_text(encoding="utf-8").splitlines():
        if line.startswith("| `"):
            cells = [cell.strip() for cell in line.strip("|").split("|")]
            found |= dict.fromkeys(re.findall(r"`([^`]+)`", cells[0]), cells)
    return found


def _dependencies() -> set[str]:
    """Names of the direct dependencies, Python's and the pages'."""
    listed = "\n".join(path.read_text(encoding="utf-8") for path in ROOT.glob("requirements*.in"))
    pages = json.loads((ROOT / "package.json").read_text(encoding="utf-8"))
    return _names(listed) | set(pages["dependencies"]) | set(pages["devDependencies"])


def _names(requirements: str) -> set[str]:
    return {name.lower() for name in re.findall(r"^([A-Za-z][\w.-]*)", requirements, re.MULTILINE)}


def test_the_table_of_permissions_is_the_one_in_force(app: Flask) -> None:
    found = _permission_page(app.extensions["permission_map"])
    if os.environ.get("LVZHI_WRITE_GOLDEN"):
        PERMISSIONS.write_text(found, encoding="utf-8")

    assert PERMISSIONS.read_text(encoding="utf-8") == found


_ABOVE_THE_TABLES = (
    "Made from the code (`LVZHI_WRITE_GOLDEN=1 .venv/bin/pytest tests/host/test_docs.py`), never by hand. A role says",
    "what somebody may do at all; the scope of the grant (division, unit and what is below it, section, oneself) on",
    "which rows. Which page asks for which permission, and where the password is asked for anew, stands in",
    "`tests/host/role_route_matrix.txt`.",
)


def _permission_page(held: Mapping[Role, frozenset[str]]) -> str:
    """The page as it must stand: one table a system, one row a permission."""
    lines = ["# Who may do what", "", *_ABOVE_THE_TABLES]
    permissions = sorted(frozenset[str]().union(*held.values()))
    for system in sorted({name.split(":")[0] for name in permissions}):
        lines += ["", f"## {system}", "", "| permission | roles |", "|---|---|"]
        for name in (one for one in permissions if one.startswith(f"{system}:")):
            roles = [role for role in Role if name in held[role]]
            who = "everybody" if len(roles) == len(Role) else "、".join(role.label for role in roles)
            lines.append(f"| `{name}` | {who} |")
    return "\n".join(lines) + "\n"
