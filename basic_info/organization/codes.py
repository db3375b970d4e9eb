"""Codes of people and units and the month of retirement: pure checks (R29, R30, R32)."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date
from unicodedata import normalize

from stdnum.cn import ric, uscc
from stdnum.exceptions import InvalidChecksum, InvalidLength, ValidationError

from basic_info.organization.kinds import RetireCategory, Sex
from host.kernel.errors import DomainError


class InvalidIdCard(DomainError):
    """An ID card number (公民身份号码) that can't be right; the message says why and never repeats it."""

    status = 422
    message = "身份证号有误，请核对"


class InvalidCreditCode(DomainError):
    """A unified social credit code (统一社会信用代码) that can't be right; the message says why."""

    status = 422
    message = "统一社会信用代码有误，请核对"


@dataclass(frozen=True, slots=True)
class IdCard:
    """What an ID card number says: birth day and sex; ``number`` has 18 characters with a capital X."""

    number: str
    born_on: date
    sex: Sex


_OLDEST_BIRTH = date(1880, 1, 1)


def check_id_card(text: str, *, sex: Sex | None = None, born_on: date | None = None) -> IdCard:
    """Check an ID card number (GB 11643, R29) and, where given, that the record agrees with it.

    Blanks and full width are put right, ``x`` becomes ``X``. Raises InvalidIdCard.
    """
    number = _plain(text)
    if len(number) == 15 and number.isdigit():
        raise InvalidIdCard("15 位旧身份证号不再使用，请填写 18 位身份证号")
    if len(number) != 18:
        raise InvalidIdCard(f"身份证号应为 18 位，现为 {len(number)} 位")
    if not (number.isascii() and number[:17].isdigit()) or number[17] not in "0123456789X":
        raise InvalidIdCard("身份证号前 17 位应为数字，末位应为数字或 X")
    birth = _birth_in(number)
    # The package's own validation also asks for a known place; cards keep codes of counties long gone.
    if number[17] != ric.calc_check_digit(number):
        raise InvalidIdCard("身份证号校验位不符，请核对是否有错位或错字")
    card = IdCard(number, birth, Sex.MALE if int(number[16]) % 2 else Sex.FEMALE)
    if sex in {Sex.MALE, Sex.FEMALE} and sex is not card.sex:
        raise InvalidIdCard("身份证号与性别不符，请核对")
    if born_on and born_on != birth:
        raise InvalidIdCard("身份证号与出生日期不符，请核对")
    return card


def _birth_in(number: str) -> date:
    try:
        birth = date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        raise InvalidIdCard("身份证号中的出生日期不存在，请核对第 7 至 14 位") from None
    if birth < _OLDEST_BIRTH:
        raise InvalidIdCard("身份证号中的出生日期过早，请核对第 7 至 14 位")
    return birth


def check_credit_code(text: str) -> str:
    """Check a unified social credit code (GB 32100-2015, R30), its 9-character body too; gives it back tidied.

    Raises InvalidCreditCode.
    """
    code = _plain(text)
    if any(letter in code for letter in "IOSVZ"):
        raise InvalidCreditCode("统一社会信用代码不使用字母 I、O、S、V、Z，请核对是否为数字 1、0、5、2")
    try:
        uscc.validate(code)
    except InvalidLength:
        raise InvalidCreditCode(f"统一社会信用代码应为 18 位，现为 {len(code)} 位") from None
    except InvalidChecksum:
        raise InvalidCreditCode("统一社会信用代码校验位不符，请核对是否有错位或错字") from None
    except ValidationError:
        raise InvalidCreditCode("统一社会信用代码前 8 位应为数字，其余为数字或大写字母") from None
    if code[16] != body_check_character(code[8:16]):
        raise InvalidCreditCode("统一社会信用代码第 9 至 17 位（主体标识码）校验位不符，请核对")
    return code


_BODY_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)


def body_check_character(body: str) -> str:
    """The ninth character of an organisation code (GB 11714): 11 − Σ mod 11, where 10 is X and 11 is 0 (R30)."""
    total = sum(int(character, 36) * weight for character, weight in zip(body, _BODY_WEIGHTS, strict=True))
    return {10: "X", 11: "0"}.get(11 - total % 11, str(11 - total % 11))


def _plain(text: str) -> str:
    return "".join(normalize("NFKC", text).split()).upper()


@dataclass(frozen=True, slots=True)
class RetirementScale:
    """A line of the reform (渐进式延迟退休): one month later for every ``step`` months born after ``start``."""

    base_years: int
    start: tuple[int, int]
    step: int
    cap_months: int


#: NPC Standing Committee decision of 2024-09-13. 女60 takes the men's scale until the parameter says else (R33).
SCALES = {
    RetireCategory.MALE_60: RetirementScale(60, (1965, 1), 4, 36),
    RetireCategory.FEMALE_55: RetirementScale(55, (1970, 1), 4, 36),
    RetireCategory.FEMALE_50: RetirementScale(50, (1975, 1), 2, 60),
    RetireCategory.FEMALE_60: RetirementScale(60, (1965, 1), 4, 36),
}


@dataclass(frozen=True, slots=True)
class Retirement:
    """When somebody reaches retirement age (法定退休年龄): the day, and by how many months it was put off."""

    on: date
    delay_months: int

    @property
    def month(self) -> tuple[int, int]:
        """Year and month of retirement."""
        return self.on.year, self.on.month


def retirement_of(born_on: date, category: RetireCategory) -> Retirement:
    """The retirement of a person by birth day and stored category, never guessed from sex (R32, R33).

    The day is the birth day, the last of the month where the month is shorter.
    """
    scale = SCALES[category]
    since_start = (born_on.year - scale.start[0]) * 12 + born_on.month - scale.start[1] + 1
    delay = min(scale.cap_months, max(0, -(-since_start // scale.step)))
    years, month = divmod(born_on.month - 1 + delay, 12)
    year = born_on.year + scale.base_years + years
    day = min(born_on.day, monthrange(year, month + 1)[1])
    return Retirement(date(year, month + 1, day), delay)
