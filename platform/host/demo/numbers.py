"""Invented numbers that pass their checks: identity cards, credit codes and mobile phones."""

from datetime import date, timedelta

FIRST_BIRTH = date(1881, 1, 1)
BIRTH_DAYS = 3286  # to the end of 1889: nobody born then is alive, so no number is a living person's
STEP = 1531  # coprime to BIRTH_DAYS: neighbours get birthdays far apart
# Codes of the former Linyi prefecture, the ones in force for numbers of that age.
BIRTH_PLACES = (
    ("372822", "山东郯城"),
    ("372824", "山东莒南"),
    ("372827", "山东沂水"),
    ("372829", "山东蒙阴"),
    ("372830", "山东平邑"),
    ("372831", "山东费县"),
    ("372832", "山东沂南"),
    ("372833", "山东临沭"),
)
ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
ID_CHECKS = "10X98765432"
BODY_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
CREDIT_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"


def birth_on(number: int, seed: int) -> date:
    """The birthday (出生日期) of the person with this running number, in 1881–1889."""
    return FIRST_BIRTH + timedelta(days=(number * STEP + seed) % BIRTH_DAYS)


def id_number(number: int, *, place_code: str, born: date, is_male: bool) -> str:
    """An identity number (身份证号) of GB 11643, unique for up to 1.6 million running numbers (R29)."""
    order = number // BIRTH_DAYS * 2 + (1 if is_male else 0)
    digits = f"{place_code}{born:%Y%m%d}{order:03d}"
    total = sum(int(digit) * weight for digit, weight in zip(digits, ID_WEIGHTS, strict=True))
    return digits + ID_CHECKS[total % 11]


def phone_number(number: int) -> str:
    """A mobile number (手机号) of a range that no operator has been given."""
    return f"1600{number % 10_000_000:07d}"


def credit_code(number: int, *, region_code: str, is_institution: bool) -> str:
    """A unified social credit code (统一社会信用代码) of GB 32100 for a body under 机构编制 (R30)."""
    body = f"99{number:06d}"
    check = (11 - sum(int(digit) * weight for digit, weight in zip(body, BODY_WEIGHTS, strict=True)) % 11) % 11
    digits = f"{'12' if is_institution else '11'}{region_code[:6]}{body}{'X' if check == 10 else check}"
    total = sum(CREDIT_ALPHABET.index(sign) * pow(3, place, 31) for place, sign in enumerate(digits))
    return digits + CREDIT_ALPHABET[(31 - total) % 31]
