"""Width, blanks and numerals hold for any text."""

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from basic_info.mandates.errors import NotAMandate
from basic_info.mandates.parsing import Block, parse_mandate
from basic_info.mandates.parsing.counts import read_counts
from basic_info.mandates.parsing.normalise import find_date, fold, tidy, to_chinese, to_number

WIDEN = {code: code + 0xFEE0 for code in range(0x21, 0x7F)}


@given(st.text())
def test_folding_keeps_the_length(text: str) -> None:
    assert len(fold(text)) == len(text)


@given(st.text())
def test_folding_twice_changes_nothing_more(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(st.text(alphabet=st.characters(min_codepoint=0x21, max_codepoint=0x7E)))
def test_full_width_text_folds_to_half_width(text: str) -> None:
    assert fold(text.translate(WIDEN)) == text


@given(st.text())
def test_tidying_twice_changes_nothing_more(text: str) -> None:
    assert tidy(tidy(text)) == tidy(text)


@given(
    st.lists(st.sampled_from(["编制", "为", "35", "名", "，"]), min_size=1), st.sampled_from([" ", "　", "\t", "\xa0"])
)
def test_blanks_between_chinese_words_vanish(words: list[str], blank: str) -> None:
    spaced = blank.join(words)
    assert tidy(spaced).replace(" ", "") == "".join(words)


@given(st.integers(min_value=1, max_value=9999))
def test_a_chinese_numeral_has_the_value_it_was_made_from(number: int) -> None:
    assert to_number(to_chinese(number)) == number


@given(st.integers(min_value=0, max_value=999_999_999))
def test_an_arabic_numeral_of_either_width_has_its_value(number: int) -> None:
    assert to_number(str(number).translate(WIDEN)) == number


@given(st.text(max_size=20))
def test_any_words_have_a_number_or_none(text: str) -> None:
    assert to_number(text) is None or isinstance(to_number(text), int)


@given(st.dates(min_value=date(1949, 10, 1), max_value=date(2099, 12, 31)))
def test_a_day_is_read_in_both_numerals(day: date) -> None:
    year = "".join("〇一二三四五六七八九"[int(digit)] for digit in str(day.year))
    chinese = f"{year}年{to_chinese(day.month)}月{to_chinese(day.day)}日"
    assert find_date(chinese) == find_date(f"{day.year} 年 {day.month} 月 {day.day} 日") == day


@given(st.integers(min_value=1, max_value=9999), st.booleans())
def test_a_quota_has_the_same_count_in_both_numerals(count: int, chinese: bool) -> None:
    written = to_chinese(count) if chinese else str(count)
    quotas, _ = read_counts(f"机关行政编制{written}名。", "市商务局")
    assert [(quota.kind, quota.count) for quota in quotas] == [("机关行政编制", count)]


@given(st.lists(st.text(alphabet="第一二条、（）()。；：1.局科负责编制名职责挂牌子\n 　", max_size=60), max_size=12))
def test_no_text_ends_in_anything_but_a_mandate_or_a_refusal(paragraphs: list[str]) -> None:
    outcome = "mandate"
    try:
        parse_mandate([Block(text=paragraph) for paragraph in paragraphs])
    except NotAMandate:
        outcome = "refusal"
    assert outcome in ("mandate", "refusal")
