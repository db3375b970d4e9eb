"""Row 32 of the security score card: whatever the interface's own description allows, and more, is no fault of it."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
import schemathesis
from flask import Flask
from hypothesis import HealthCheck, given, seed, settings
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import negative_data_rejection
from sqlalchemy import Connection

from host.kernel.db import db
from tests.host.security import world

CASES = 200


@pytest.mark.parametrize("mode", list(GenerationMode))
@pytest.mark.parametrize("number", [1, 2])
def test_row_32_what_schemathesis_makes_of_the_description_is_answered_as_described(
    app: Flask, connection: Connection, mode: GenerationMode, number: int, capsys: pytest.CaptureFixture[str]
) -> None:
    """Bodies that fit the description and bodies that do not, with the key of a system and without one."""
    key = world.build().key
    db.session.commit()
    described = schemathesis.openapi.from_dict(app.extensions["flask-smorest"]["apis"][""]["ext_obj"].spec.to_dict())
    described.app = app
    statuses: Counter[int] = Counter()

    @seed(number)
    @settings(max_examples=CASES, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(case=described["/api/events"]["POST"].as_strategy(generation_mode=mode))
    def fuzz(case: schemathesis.Case[Any]) -> None:
        if sum(statuses.values()) % 4:  # a quarter comes with whatever key was made up
            case.headers.update(key)
        with connection.begin_nested() as undone:
            answer = case.call(base_url="https://localhost")
            undone.rollback()
        statuses[answer.status_code] += 1
        # An event that is wrong does not hold up those sent with it: it is set aside, and the answer says so.
        case.validate_response(answer, excluded_checks=[negative_data_rejection])

    fuzz()
    with capsys.disabled():
        print(f"\nrow 32, {mode.value}: {sum(statuses.values())} cases, {dict(sorted(statuses.items()))}")

    assert not [status for status in statuses if status >= 500]
    assert {200 if mode.is_positive else 422, 401} <= statuses.keys()
