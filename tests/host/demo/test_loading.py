"""The demo city goes into an empty database only."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import Connection

from host.auth.operations import create_account
from host.demo.loading import NotADemo, load_demo_once
from host.kernel.access import SYSTEM
from tests.factories import a_unit


def _an_account() -> None:
    create_account("director", display_name="王芳", actor=SYSTEM)


@pytest.mark.parametrize("something_real", [a_unit, _an_account], ids=["a unit", "an account"])
def test_a_database_that_holds_anything_real_is_refused(
    something_real: Callable[[], object], connection: Connection, tmp_path: Path
) -> None:
    something_real()
    with pytest.raises(NotADemo):
        load_demo_once(staff=240, accounts_file=tmp_path / "accounts", say=lambda _: None)
    assert not (tmp_path / "accounts").exists()
