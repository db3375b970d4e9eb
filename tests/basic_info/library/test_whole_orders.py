"""The words behind an effect are the whole order, not its part up to the first semicolon."""

from __future__ import annotations

import pytest

from tests.basic_info.library.conftest import Office
from tests.basic_info.library.test_effects import seen
from tests.basic_info.library.test_handed_duties import reply
from tests.basic_info.library.versions import in_force


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (
            "增设外资科，负责外商投资促进；指导外资企业；承担外资统计。",
            "增设外资科，负责外商投资促进；指导外资企业；承担外资统计。",
        ),
        ("撤销市场科；其职责划入办公室。", "撤销市场科；其职责划入办公室。"),
        (
            "增设外资科。主要职责是：负责外商投资促进；指导外资企业。办公室加挂机要室牌子。",
            "增设外资科。主要职责是：负责外商投资促进；指导外资企业。",
        ),
    ],
)
def test_the_whole_order_is_shown(place: Office, line: str, words: str) -> None:
    in_force(place)
    assert seen(reply(place, line)).effects[0].words == words


def test_an_order_behind_a_semicolon_that_came_to_nothing_is_still_listed(place: Office) -> None:
    in_force(place)
    preview = seen(reply(place, "市场科更名为贸易科；撤销对外贸易科，其职责划入办公室。"))
    assert preview.unheard == ("撤销对外贸易科，其职责划入办公室。",)
