"""Numbers and widths, as properties that hold for everything drawn."""

from hypothesis import given, settings
from hypothesis import strategies as st

from basic_info.mandates.parsing.counts import read_counts
from basic_info.mandates.parsing.normalise import fold, strip_brackets, tidy, to_chinese, to_number

WIDE = str.maketrans({chr(code): chr(code + 0xFEE0) for code in range(0x21, 0x7F)})
LEGAL = str.maketrans("一二三四五六七八九十百千", "壹贰叁肆伍陆柒捌玖拾佰仟")
whole = st.integers(1, 9999)
texts = st.text(st.characters(codec="utf-8"), max_size=80)


@given(whole)
def test_a_chinese_numeral_reads_back_as_its_number(number: int) -> None:
    assert to_number(to_chinese(number)) == number


@given(whole)
def test_a_legal_numeral_reads_back_as_its_number(number: int) -> None:
    assert to_number(to_chinese(number).translate(LEGAL)) == number


@given(st.integers(0, 10**9 - 1))
def test_full_width_digits_are_the_same_number(number: int) -> None:
    assert to_number(str(number).translate(WIDE)) == number


@given(texts)
def test_to_number_never_raises_and_gives_no_negative(text: str) -> None:
    number = to_number(text)
    assert number is None or number >= 0


@given(texts)
def test_folding_keeps_the_length_so_that_places_hold(text: str) -> None:
    assert len(fold(text)) == len(text)


@given(texts)
def test_folding_twice_is_folding_once(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(texts)
def test_tidying_twice_is_tidying_once(text: str) -> None:
    assert tidy(tidy(text)) == tidy(text)


@given(texts)
def test_no_whole_bracket_is_left(text: str) -> None:
    rest = strip_brackets(fold(text))
    assert "()" not in rest or "()" not in fold(text)


@given(st.integers(1, 999), st.integers(1, 99))
@settings(max_examples=60)
def test_every_way_to_write_the_numbers_gives_the_same_counts(places: int, heads: int) -> None:
    def read(first: str, second: str) -> tuple[list[tuple[str, int]], list[tuple[str, int]]]:
        quotas, posts = read_counts(f"机关行政编制{fold(first)}名。设局长{fold(second)}名。", "县统计局")
        return [(quota.kind, quota.count) for quota in quotas], [(post.title, post.count) for post in posts]

    plain = read(str(places), str(heads))
    assert plain == ([("机关行政编制", places)], [("局长", heads)])
    assert read(to_chinese(places), to_chinese(heads)) == plain
    assert read(str(places).translate(WIDE), to_chinese(heads).translate(LEGAL)) == plain
