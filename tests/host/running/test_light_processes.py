"""What only some work needs is loaded by that work: every process would hold its memory from the start."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

#: Libraries of 2 to 100 MiB each that no page shows and no command needs at its start.
HEAVY = ("alembic", "numpy", "onnxruntime", "openpyxl", "pypdfium2", "pypinyin", "scipy", "sklearn")

WEB = """
from dataclasses import replace
from config import Settings
from host.app import create_app
create_app(replace(Settings.from_env(), database_url="postgresql+psycopg://nobody@/nothing"))
"""
#: It reads migrations, so it has what reads them.
COMMANDS = "import host.cli"


@pytest.mark.parametrize(("start", "heavy"), [(WEB, HEAVY), (COMMANDS, HEAVY[1:])], ids=["web", "commands"])
def test_a_process_starts_without_what_only_some_work_needs(start: str, heavy: tuple[str, ...], tmp_path: Path) -> None:
    code = f"{start}\nimport sys\nprint(*[name for name in {heavy!r} if name in sys.modules])"
    found = subprocess.run(
        [sys.executable, "-c", code], env={"LVZHI_VAR_DIR": str(tmp_path)}, check=True, capture_output=True, text=True
    )
    assert found.stdout.split() == []
