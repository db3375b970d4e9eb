"""Words as they are searched: the database and this side must see the same in them."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, func, select

from host.kernel.words import grams_of, highlighted, plain_words, terms_of

#: What documents are written in: Han, Latin, their full-width forms, marks and blanks.
TEXT = st.text(
    st.one_of(
        st.characters(min_codepoint=0x20, max_codepoint=0x7E),
        st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5),
        st.characters(min_codepoint=0xFF01, max_codepoint=0xFF5E),
        st.sampled_from("\n\t\u3000、。；（）①㈠〔〕—…·𠮷㑇"),
    ),
    max_size=60,
)


def shown(text: str, *terms: str) -> str:
    return "".join(f"[{piece.text}]" if piece.is_hit else piece.text for piece in highlighted(text, terms))


@given(words=TEXT)
@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_the_database_finds_every_pair_that_a_question_for_the_whole_text_asks_for(
    words: str, connection: Connection
) -> None:
    stored = connection.scalar(select(func.search_grams(words))) or []
    assert set(grams_of((plain_words(words),))) <= set(stored)


@pytest.mark.parametrize("words", ["行政 许可", "ＡＢＣ　局（市）", "第①条\n审批", "㈱ ﬁ 㑇𠮷"])
def test_the_database_makes_width_case_and_blanks_one_as_we_do(words: str, connection: Connection) -> None:
    assert connection.scalar(select(func.search_words(words))) == plain_words(words)


def test_one_character_is_no_question() -> None:
    assert terms_of("局 行政许可") == ("行政许可",)


def test_a_question_is_bounded() -> None:
    assert len(terms_of(" ".join(f"词语{number}" for number in range(50)))) <= 5


def test_hits_are_marked_in_the_text_as_it_stands() -> None:
    assert shown("负责ＡＢ 类行政许可。", "ab类", "许可") == "负责[ＡＢ 类]行政[许可]。"


def test_hits_that_touch_are_marked_as_one() -> None:
    assert shown("行政许可证", "行政许", "许可") == "[行政许可]证"


def test_a_long_text_is_cut_around_its_first_hit() -> None:
    pieces = shown("前" * 300 + "行政许可" + "后" * 300, "行政许可")
    assert pieces.startswith("…前")
    assert "[行政许可]" in pieces
    assert pieces.endswith("…")
    assert len(pieces) < 200
