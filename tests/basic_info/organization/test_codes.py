"""Codes and retirement by the vectors T1–T7 of rules.md."""

import random
from datetime import date

import pytest
from stdnum.cn import ric

from basic_info.organization.codes import (
    InvalidCreditCode,
    InvalidIdCard,
    body_check_character,
    check_credit_code,
    check_id_card,
    retirement_of,
)
from basic_info.organization.kinds import RetireCategory, Sex

VALID = [
    ("11010519491231002X", Sex.FEMALE),
    ("440524188001010014", Sex.MALE),
    ("371302188101010015", Sex.MALE),
    ("37132118831231013X", Sex.MALE),
    ("371329188402290444", Sex.FEMALE),
    ("371311188106150021", Sex.FEMALE),
]


@pytest.mark.parametrize(("number", "sex"), VALID)
def test_t1_a_valid_id_card_tells_sex_and_birth(number: str, sex: Sex) -> None:
    card = check_id_card(number)

    assert (card.number, card.sex, card.born_on.strftime("%Y%m%d")) == (number, sex, number[6:14])


@pytest.mark.parametrize(
    ("number", "words"),
    [
        ("371302188101010016", "校验位"),
        ("371302188102300014", "出生日期不存在"),
        ("130503670401001", "15 位"),
        ("37130218810101001", "17 位"),
        ("37130218810101001A", "末位"),
        ("3713O2188101010015", "数字"),
        ("37130218810101٠٠15", "数字"),
        ("", "0 位"),
    ],
)
def test_t2_a_wrong_id_card_is_refused_with_its_reason(number: str, words: str) -> None:
    with pytest.raises(InvalidIdCard, match=words):
        check_id_card(number)


def test_blanks_full_width_and_a_small_x_are_put_right() -> None:
    assert check_id_card(" １１０１０５ 19491231 002x").number == "11010519491231002X"


def test_an_id_card_of_another_sex_or_birth_than_the_record_is_refused() -> None:
    with pytest.raises(InvalidIdCard, match="性别"):
        check_id_card("371302188101010015", sex=Sex.FEMALE)
    with pytest.raises(InvalidIdCard, match="出生日期不符"):
        check_id_card("371302188101010015", born_on=date(1881, 1, 2))


def test_a_refusal_never_repeats_the_number() -> None:
    with pytest.raises(InvalidIdCard) as refusal:
        check_id_card("371302188101010016")

    assert "371302" not in str(refusal.value)


def test_31_every_single_wrong_digit_is_caught() -> None:
    chance = random.Random(31)
    caught = 0
    for _ in range(10_000):
        number = chance.choice(VALID)[0]
        place = chance.randrange(18)
        wrong = chance.choice([digit for digit in "0123456789" if digit != number[place]])
        try:
            check_id_card(number[:place] + wrong + number[place + 1 :])
        except InvalidIdCard:
            caught += 1

    assert caught == 10_000


def test_31_two_neighbours_exchanged_are_caught() -> None:
    numbers = [number for number, _ in VALID]
    exchanged = [
        number[:place] + number[place + 1] + number[place] + number[place + 2 :]
        for number in numbers
        for place in range(16)
        if number[place] != number[place + 1]
    ]

    for number in exchanged:
        with pytest.raises(InvalidIdCard):
            check_id_card(number)


def test_a_card_with_the_code_of_a_county_long_gone_is_valid() -> None:
    number = "37280119600101001"

    assert check_id_card(number + ric.calc_check_digit(number + "0")).sex is Sex.MALE


@pytest.mark.parametrize(
    "code",
    [
        "91350100M000100Y43",
        "11371300000000019M",
        "12371300000000027D",
        "19371300A00000038D",
        "11371300000000115Y",
    ],
)
def test_t3_a_valid_credit_code_comes_back_tidied(code: str) -> None:
    assert check_credit_code(f" {code.lower()}") == code


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("11371300000000019N", "校验位"),
        *((f"1137130000000001{letter}M", "不使用字母") for letter in "IOSVZ"),
        ("1137130000000001", "18 位"),
        ("1A371300000000019M", "前 8 位"),
        ("", "18 位"),
    ],
)
def test_t3_a_wrong_credit_code_is_refused_with_its_reason(code: str, words: str) -> None:
    with pytest.raises(InvalidCreditCode, match=words):
        check_credit_code(code)


def test_a_credit_code_whose_body_is_wrong_is_refused_though_its_last_character_fits() -> None:
    with pytest.raises(InvalidCreditCode, match="主体标识码"):
        check_credit_code("11371300000000018J")


@pytest.mark.parametrize(
    ("body", "character"),
    [
        ("D2143569", "X"),
        ("00000001", "9"),
        ("00000002", "7"),
        ("A0000003", "8"),
        ("00000006", "X"),
        ("00000019", "0"),
    ],
)
def test_t4_the_body_has_its_own_check_character(body: str, character: str) -> None:
    assert body_check_character(body) == character


@pytest.mark.parametrize(
    ("category", "born", "retires", "delay"),
    [
        *(
            (RetireCategory.MALE_60, *vector)
            for vector in (
                ((1964, 12), (2024, 12), 0),
                ((1965, 1), (2025, 2), 1),
                ((1965, 4), (2025, 5), 1),
                ((1965, 5), (2025, 7), 2),
                ((1970, 6), (2031, 11), 17),
                ((1976, 8), (2039, 7), 35),
                ((1976, 9), (2039, 9), 36),
                ((1976, 12), (2039, 12), 36),
                ((1990, 1), (2053, 1), 36),
            )
        ),
        *(
            (RetireCategory.FEMALE_55, *vector)
            for vector in (
                ((1969, 12), (2024, 12), 0),
                ((1970, 1), (2025, 2), 1),
                ((1971, 4), (2026, 8), 4),
                ((1975, 11), (2032, 5), 18),
                ((1981, 8), (2039, 7), 35),
                ((1981, 9), (2039, 9), 36),
                ((1990, 1), (2048, 1), 36),
            )
        ),
        *(
            (RetireCategory.FEMALE_50, *vector)
            for vector in (
                ((1974, 12), (2024, 12), 0),
                ((1975, 1), (2025, 2), 1),
                ((1975, 2), (2025, 3), 1),
                ((1975, 3), (2025, 5), 2),
                ((1975, 11), (2026, 5), 6),
                ((1980, 6), (2033, 3), 33),
                ((1984, 10), (2039, 9), 59),
                ((1984, 11), (2039, 11), 60),
                ((1990, 1), (2045, 1), 60),
            )
        ),
    ],
)
def test_t5_t6_t7_the_month_of_retirement(
    category: RetireCategory, born: tuple[int, int], retires: tuple[int, int], delay: int
) -> None:
    retirement = retirement_of(date(*born, 1), category)

    assert (retirement.month, retirement.delay_months) == (retires, delay)


def test_the_day_of_retirement_is_clipped_to_the_month() -> None:
    assert retirement_of(date(1965, 1, 31), RetireCategory.MALE_60).on == date(2025, 2, 28)
