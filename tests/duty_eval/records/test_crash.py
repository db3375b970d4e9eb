"""The crash test (security rows 53–55): a platform of its own, posted to while parts of it are killed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[3]
FAULTS = 4
BETWEEN = 120

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What the clients and the database say after PostgreSQL, a web worker and the web server were killed in turn."""
    env = {name: value for name, value in os.environ.items() if not name.startswith("LVZHI_")}
    env |= {
        "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "platform")]),
        "LVZHI_BENCH_DIR": str(tmp_path_factory.mktemp("crash")),
    }
    command = [sys.executable, "-m", "bench.crash", "--faults", str(FAULTS), "--between", str(BETWEEN)]
    done = subprocess.run(command, env=env, cwd=ROOT, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def test_row_53_no_acknowledged_record_is_lost(found: dict[str, Any]) -> None:
    assert (found["faults"], found["lost"]) == (FAULTS, 0)
    assert found["acknowledged"] > FAULTS * BETWEEN


def test_row_53_no_record_is_there_twice_however_often_it_was_sent(found: dict[str, Any]) -> None:
    assert found["twice"] == 0


def test_row_53_sums_are_what_a_recount_gives_after_the_crashes(found: dict[str, Any]) -> None:
    assert found["sums_differ"] == 0


def test_row_54_while_the_database_is_away_clients_are_told_to_come_again_and_nothing_else(
    found: dict[str, Any],
) -> None:
    assert (found["refused"], found["hung"]) == (0, 0)


def test_row_55_each_time_the_platform_came_back_by_itself(found: dict[str, Any]) -> None:
    assert len(found["seconds_to_answer"]) == FAULTS


def test_row_55_no_worker_outlives_the_web_server_that_it_belonged_to(found: dict[str, Any]) -> None:
    assert found["left_over"] == 0
