"""The picture of a unit's duties after a reply changed its mandate."""

from __future__ import annotations

from datetime import date

from basic_info.duties.graph import Column, duty_graph
from basic_info.mandates.operations import confirm_mandate
from tests.basic_info.library.conftest import Office
from tests.basic_info.library.versions import AMENDMENT, amend, in_force


def test_a_clause_that_a_reply_left_alone_is_in_the_picture_once(place: Office) -> None:
    in_force(place)
    confirm_mandate(amend(place, AMENDMENT), actor=place.reviewer)
    nodes = duty_graph(place.unit.id, date(2026, 3, 2), place.clerk).nodes
    titles = [node.title for node in nodes if node.column is Column.CLAUSE]
    assert titles
    assert len(titles) == len(set(titles))
