"""The people (工作人员) of the demo city, made one after the other so that any number fits into memory."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from host.demo.city import CityPlan, Unit
from host.demo.names import person_name
from host.demo.numbers import BIRTH_PLACES, birth_on, id_number, phone_number
from host.demo.posts import Post

SCHOOLS = (
    "山东大学",
    "临沂大学",
    "青岛大学",
    "山东师范大学",
    "曲阜师范大学",
    "济南大学",
    "山东农业大学",
    "聊城大学",
)
MAJORS = (
    "汉语言文学",
    "法学",
    "会计学",
    "土木工程",
    "公共管理",
    "计算机科学与技术",
    "农学",
    "环境工程",
    "经济学",
)
TECHNICAL_MAJORS = {
    "school": ("教育学", "数学与应用数学", "英语"),
    "hospital": ("临床医学", "护理学", "药学"),
}
TITLES = {
    "school": ("一级教师", "二级教师", "高级教师"),
    "hospital": ("主治医师", "医师", "主管护师", "护师", "副主任医师"),
}
OTHER_TITLES = ("工程师", "助理工程师", "经济师", "会计师", "高级工程师")
ABSENT_STATES = ((97, "长期病休"), (113, "借出"), (149, "脱产学习"), (151, "挂职"), (307, "待岗"))


@dataclass(frozen=True, slots=True)
class Person:
    """A person (工作人员) with the current appointment (任职); days are ISO texts as in the workbook."""

    code: str
    name: str
    sex: str
    birth_on: str
    id_no: str
    ethnicity: str
    native_place: str
    political_status: str
    party_joined_on: str
    education: str
    degree: str
    school: str
    major: str
    graduated_on: str
    professional_title: str
    work_started_on: str
    entered_unit_on: str
    identity: str
    person_kind: str
    work_state: str
    quota_kind: str
    occupies_quota: str
    retire_category: str
    phone: str
    unit_code: str
    section_code: str
    post_code: str
    job_title: str
    appointed_on: str
    leader_kind: str


def iter_people(plan: CityPlan) -> Iterator[Person]:
    """Everybody in the order of the posts; the same plan gives the same people each time."""
    number = 0
    rng = Random()
    current = ""
    for unit, _section, post in plan.unit_posts():
        if unit.code != current:
            current = unit.code
            rng.seed(f"{plan.seed}/people/{current}")
        for _seat in range(post.filled_count):
            yield _person(number, unit, post, rng, plan.seed)
            number += 1


def seats(plan: CityPlan) -> Iterator[tuple[Post, range]]:
    """Every post with the running numbers of the people who hold it, in the order of ``iter_people``."""
    number = 0
    for post in plan.posts:
        yield post, range(number, number + post.filled_count)
        number += post.filled_count


def person_code(number: int) -> str:
    """The code (人员编码) of the person with this running number."""
    return f"R{number + 1:07d}"


def work_state(number: int, post: Post) -> str:
    """The working state (工作状态): most are at their post; leaders always are."""
    if not post.is_leader_post:
        for divisor, state in ABSENT_STATES:
            if number % divisor == divisor - 1:
                return state
    return "在岗"


def _person(number: int, unit: Unit, post: Post, rng: Random, seed: int) -> Person:
    is_male = rng.random() < 0.54
    born = birth_on(number, seed)
    place_code, native_place = BIRTH_PLACES[(number * 5 + seed) % len(BIRTH_PLACES)]
    is_technical = post.post_class == "专业技术"
    began = date(1990, 1, 1) + timedelta(days=rng.randrange(12_400))
    entered = began + timedelta(days=rng.choice((0, 0, 1200, 2500)))
    entered = min(entered, date(2024, 7, 1))
    education, degree = _education(rng)
    identity, person_kind, quota_kind, occupies = quota_of(number, unit, post)
    joined = _party_joined(post, began, rng)
    state = work_state(number, post)
    return Person(
        code=person_code(number),
        name=person_name(rng, is_male=is_male),
        sex="男" if is_male else "女",
        birth_on=born.isoformat(),
        id_no=id_number(number, place_code=place_code, born=born, is_male=is_male),
        ethnicity="汉族" if rng.random() < 0.97 else rng.choice(("回族", "满族", "蒙古族", "壮族")),
        native_place=native_place,
        political_status="中共党员" if joined else ("共青团员" if began.year > 2019 else "群众"),
        party_joined_on=joined,
        education=education,
        degree=degree,
        school=rng.choice(SCHOOLS),
        major=rng.choice(TECHNICAL_MAJORS.get(unit.kind, MAJORS) if is_technical else MAJORS),
        graduated_on=f"{began.year}-06-30" if began.month > 6 else f"{began.year - 1}-06-30",
        professional_title=rng.choice(TITLES.get(unit.kind, OTHER_TITLES)) if is_technical else "",
        work_started_on=began.isoformat(),
        entered_unit_on=entered.isoformat(),
        identity=identity,
        person_kind=person_kind,
        work_state=state,
        quota_kind=quota_kind,
        occupies_quota=occupies,
        retire_category=_retire_category(is_male=is_male, identity=identity, post=post, unit=unit),
        phone=phone_number(number),
        unit_code=unit.code,
        section_code=post.section_code,
        post_code=post.code,
        job_title=_job_title(post, unit),
        appointed_on=max(entered, date(2019, 3, 1) + timedelta(days=rng.randrange(1900))).isoformat(),
        leader_kind=post.leader_kind,
    )


def _job_title(post: Post, unit: Unit) -> str:
    if post.leader_kind.startswith("单位"):
        return f"{unit.short_name}{post.title}"
    return post.title if post.is_leader_post or unit.institution_class else "科员"


def _education(rng: Random) -> tuple[str, str]:
    dice = rng.random()
    if dice < 0.14:
        return "研究生", "硕士"
    if dice < 0.78:
        return "大学本科", "学士"
    return ("大学本科", "") if dice < 0.86 else ("专科", "")


def _party_joined(post: Post, began: date, rng: Random) -> str:
    """The day of joining the Party, empty for those who have not; heads of units all have."""
    share = 1.0 if post.leader_kind == "单位正职" else 0.85 if post.is_leader_post else 0.52
    if rng.random() >= share:
        return ""
    return (began + timedelta(days=rng.randrange(400, 1_000))).replace(day=1).isoformat()


def quota_of(number: int, unit: Unit, post: Post) -> tuple[str, str, str, str]:
    """Identity, group, quota kind and whether a quota place is used."""
    if not post.is_leader_post and number % 31 == 7:
        return "编外人员", "编外", "编外用工控制数", "否"
    if unit.institution_class:
        identity = "事业专技人员" if post.post_class == "专业技术" else "事业管理人员"
        return identity, "在编", "事业编制", "是"
    if unit.kind == "township" and not post.is_leader_post and number % 2:
        return "事业管理人员", "在编", "事业编制", "是"
    if not post.is_leader_post and number % 43 == 3:
        return "工勤人员", "在编", "工勤(后勤服务)编制", "是"
    return "公务员", "在编", unit.quota_kind, "是"


def _retire_category(*, is_male: bool, identity: str, post: Post, unit: Unit) -> str:
    if is_male:
        return "男60"
    if identity in ("工勤人员", "编外人员"):
        return "女50"
    if post.leader_kind == "单位正职" and unit.rank == "县处级正职":
        return "女60(县处级、高级职称)"
    return "女55"
