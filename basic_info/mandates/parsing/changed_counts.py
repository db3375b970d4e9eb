"""Numbers after an amendment (变更后的编制和职数): only those that hold afterwards, only the addressed unit's."""

import re
from collections.abc import Iterator, Sequence
from enum import Enum

from basic_info.mandates.parsing.counts import read_counts
from basic_info.mandates.parsing.heading import Heading
from basic_info.mandates.parsing.model import LeaderPost, Quota
from basic_info.mandates.parsing.names import BODY_ENDING, SURE_DUTY_VERB, abbreviates, is_unit_name
from basic_info.mandates.parsing.normalise import NUMBER, fold

_CHANGE = (
    "调整|增加|增编|核增|增核|核减|减少|变更|划转|划入|划出|更名|连编带人|收回|追加|净增|净减|调增|调减|增设|核定|"
    "整合|合并|撤并|撤销"
)
AFTER = re.compile(
    rf"(?:{_CHANGE})(?:{NUMBER}名)?后[,:]?|[由从](?:原来?的?)?{NUMBER}[名人个正]?(?:{NUMBER}副)?(?:[^。;,]{{0,6}})(?:调整|增加|核增|减少|核减|核定|变更|增|减)(?:为|到|至)|(?:仍为|重新(?:核定|明确|确定)|核定为|达到|增至|增加至|增加到|减至|减少至|减少到|调整为)"
)
_DELTA = re.compile(
    r"核增|核减|净增|净减|调增|调减|增加|减少|收回|划[出入转]|增核|增编|追加|调剂|增设|所需|撤销|取消|连人带编|人随编走|从[^,]{2,}到"
)
# 「收回甲编制1名,收回后2名;增核乙编制1名」: behind what holds afterwards a further change begins.
_NEXT_DELTA = re.compile(r"(?:同时|另|再|同意)*(?:核增|增核|核减|增加|减少|收回|追加|增编)")
_ORG = re.compile(
    rf"(?:(?<=[,。;:、])|^|(?:{_CHANGE})后|核减|核增|增加|减少|调整|同意|将|给|为|同时|相应|到|至|划入)(?P<org>(?!由|自|后|(?:{_CHANGE})后)[^,。;:、()\d从]{{1,24}}?(?:{BODY_ENDING}|镇|乡|街道|[联协]|中学|小学|高中|大学|政府|政协|人大|集团))(?=核定|配备|机关|行政|事业|编制|人员|工勤|正科|副科|领导|科级|股级|财政|全额|差额|公益|政法(?:专项)?编制|后勤|内设|所属|下属|教职工|教师|员额|控制数|增设|设|加挂|增挂|更名|的|核增|核减|增加|减少|调整)"
)
# What a body does is no statement about the units that it names (承担市老龄工作委员会的具体工作).
DUTY_TEXT = re.compile(
    rf"(?:^|(?<=[,;:。]))(?:{SURE_DUTY_VERB}|其?(?:主要|工作)?职责(?:是|为|:))[^。]*?(?=。|$|;[^。;]*(?:编制|职数|\d名))"
)
_OWN_WORD = re.compile(r"(?:你|我|本)(?:局|委|办|厅|院|校|馆|站|所|会|社|队|中心|镇|乡|街道|单位)")
_SOURCE_OF = re.compile(r"(?:从|由|自|与|向)[^,。;]*$")
# 「将甲中心6名事业编制划入局机关」 speaks of the receiver.
_GIVER = re.compile(r"将[^,。;]{2,24}?\d+名[^,。;]{0,12}(?:划入|划转|调剂|连人带编)")


_STATED_KIND = re.compile(
    rf"(?:^|[,;。、]|核增|核减|增加|减少|核定|增核|追加|收回)(?:同意|你局|你单位)*(?P<kind>[^,;。、()\d]{{2,14}}?(?:编制|职数))(?={_CHANGE}|由|从|\d)"
)
# A clause that states a number outright: 「设院长1名」, 「核定事业编制28名」, 「科级领导职数5正3副」.
_PLAIN = re.compile(
    rf"^(?!.*(?:现有|原有|原核定|实有|内设机构(?![正副科股处]|[^,;。]{{0,6}}职数)))[^。;]*?{NUMBER}(?:名|正|副)"
)
_INNER = r"科|室|股|处|部|大队|中队"
_SET_UP = re.compile(
    rf'(?:新设|新建|设立|成立|组建|增设|(?P<renamed>(?:整合|合并|更名|改名|改建)为))"?(?P<org>[^,。;:()"]{{3,24}}?(?:{BODY_ENDING}))"?[,。;(]'
)
# 「为你局所属副科级事业单位」 says of another unit whose it is.
_BELONGS_TO = re.compile(r"(?:为|系|是|隶属于?|作为)[^,。;]{0,16}(?:所属|下属|直属|管理)[^,。;]*(?:单位|机构)")
NEW_UNIT = re.compile(
    r'(?:设立|成立|组建)"?(?P<org>[^,。;:()"]{4,24}?)"?(?:\([^()]*\))?,?(?:为|系|作为|隶属)[^。;]{0,30}(?:事业单位|所属|下属|直属)'
)
_UNIT_RENAMED = re.compile(
    r'(?:^|[,。;:将]|同意)"?(?P<old>[^,。;:"将]{4,24}?)"?(?:更名|改名)为"?(?P<new>[^,。;:"()]{4,24})'
)
_BREAKS_DOWN = re.compile(r"(?:其中|包括)")
_NOW = re.compile(r"^(?:目前|现)(?:共)?有")
# 「增设总工程师1名」: of a post that there is only one of, one more is one.
_NEW_POST = re.compile(
    r"^(?:同意)?(?:增设|新设|设立|核增|增加)(?:总[^,。;]{1,4}师|首席[^,。;]{2,6}|政治委员|政委|教导员)(?:职数)?[1一]名"
)
# 「核增甲编制2名、乙编制4名，调整后分别为16名、12名」
_RESPECTIVELY = re.compile(
    rf"(?P<kinds>(?:核增|核减|增加|减少)[^,。;]*?),(?P<after>[^,。;]{{0,6}}后,?)分别为(?P<counts>{NUMBER}名(?:[、和]{NUMBER}名)+)"
)
# 「设主任1名,由局长兼任」
_FILLED = re.compile(r"由[^,。;]*(?:兼任|担任|兼)[,。;]?$")
_BARE_COUNT = re.compile(rf"^(?:共|为|达到|共计|合计|总数为|由)*{NUMBER}名")


class _Mode(Enum):
    """How the numbers of a clause are to be read: as they hold outright, after the change, or not at all."""

    PLAIN = 1
    AFTER = 2
    ASIDE = 3


class Own:
    """Tells the unit that the amendment is addressed to from the others that it names."""

    def __init__(self, heading: Heading, paragraphs: Sequence[str] = ()) -> None:
        unit = heading.unit_name.value
        # Of several addressees the one that the title names; else the unit stands for itself below its parent.
        meant = [name for name in heading.addressees if fold(name).endswith(fold(unit)) and unit]
        names = [unit, *(meant if meant and len(heading.addressees) > 1 else heading.addressees)]
        self.names = [fold(name) for name in names if name]
        # What the unit was called before counts as its name too.
        former = [
            m.group("old")
            for text in paragraphs
            for m in _UNIT_RENAMED.finditer(fold(text))
            if self.is_unit(m.group("new"))
        ]
        self.names.extend(former)

    def owns(self, org: str) -> bool:
        """Whether the name is the unit's, in full, in short or as 你局."""
        org = re.sub(
            r"^(?:同意|将|给|对|为|在|现|重新|明确|确定|核定|核增|核减|增加|减少|同时|相应)+", "", org.strip('"的')
        )
        if re.match(r"^(?:你|该|本|贵|我)", org) or org in ("局", "中心", "机关", "镇", "街道"):
            return True
        if any(org.startswith(name[start:]) for name in self.names for start in range(len(name) - 3)):
            # A body inside the unit: 县融媒体中心综合部.
            return True
        return self.is_unit(org)

    def is_unit(self, org: str) -> bool:
        """Whether the name is the unit's own, in full or in short, and not that of a body inside it."""
        return any(name.endswith(org) or org.endswith(name) or abbreviates(org, name) for name in self.names)

    def without_unit(self, name: str) -> str:
        """The name of a body without the unit's full name in front (县公安局城东派出所)."""
        unit = next((unit for unit in self.names if name.startswith(unit) and len(name) > len(unit) + 1), "")
        return name[len(unit) :]

    def is_other(self, folded: str) -> bool:
        """Whether the sentence speaks of another unit from its start on."""
        if (new := NEW_UNIT.search(folded)) and not self.is_unit(new.group("org")):
            return True
        folded = DUTY_TEXT.sub("", folded)
        orgs = [m for m in _ORG.finditer(folded) if not _SOURCE_OF.search(folded[: m.start("org")])]
        return bool(orgs) and not any(self.owns(m.group("org")) for m in orgs) and not _is_inner(orgs[0])


def _is_inner(match: re.Match[str]) -> bool:
    """Whether the name is that of a body inside a unit (市政股), not of another unit (市公路管理处)."""
    org = match.group("org")
    if re.search(r"[科股室]$", org):
        return True
    return bool(re.search(r"(?:处|部|党委|大队|中队|分队)$", org)) and not re.match(r"^(?:市|县|区|省)", org)


def read_changed_counts(paragraphs: Sequence[str], own: Own) -> tuple[tuple[Quota, ...], tuple[LeaderPost, ...]]:
    """The quotas and leader posts behind 「调整后」 or 「由…调整为…」; a later statement on one replaces it."""
    quotas: dict[str, Quota] = {}
    leaders: list[LeaderPost] = []
    # A post that is only added counts where no statement of what holds afterwards names it.
    added: list[LeaderPost] = []
    for text in paragraphs:
        if (new := NEW_UNIT.search(fold(text))) and not own.is_unit(new.group("org")):
            continue
        after, increments = _after_change(fold(text), own)
        unit_name = own.names[0] if own.names else ""
        found, posts = read_counts(after, unit_name)
        added.extend(read_counts(increments, unit_name)[1])
        quotas.update({quota.kind: quota for quota in found})
        restated = {(post.title, post.rank) for post in posts}
        leaders = [post for post in leaders if (post.title, post.rank) not in restated] + posts
    stated = {post.title for post in leaders}
    single = [post for post in added if post.title.removesuffix("职数") not in stated and post.title not in stated]
    return tuple(quotas.values()), (*leaders, *single)


def _after_change(folded: str, own: Own) -> tuple[str, str]:
    """What a paragraph states for the unit addressed as it is after the change, and the single posts that it adds."""
    kept: list[str] = []
    added: list[str] = []
    folded = DUTY_TEXT.sub("", folded)
    folded = _RESPECTIVELY.sub(_each_with_its_number, folded)
    belongs, mode, kind = True, _Mode.PLAIN if _may_state_plainly(folded) else _Mode.ASIDE, ""
    first, was_changed, was_kept = mode, False, False
    for clause in _clauses(folded):
        size = len(kept)
        belongs = belongs_to_own(clause, own, belongs)
        if stated := _STATED_KIND.search(clause):
            kind = stated.group("kind")
        mode, now = _mode_of(clause, mode)
        # 「核减行政编制1名，现有行政编制22名」: what is there now is there after the change.
        now = now or (was_changed and bool(_NOW.match(clause)))
        was_changed = bool(_DELTA.search(clause))
        if (now or mode is _Mode.AFTER or (mode is _Mode.PLAIN and _PLAIN.match(clause))) and belongs:
            side = _kept_side(clause)
            (added if _is_increment(clause) else kept).append(kind + side if _BARE_COUNT.match(side) else side)
        elif _FILLED.match(clause) and was_kept:
            kept.append(clause)
        was_kept = len(kept) > size
        if clause.endswith("。"):
            mode = _mode_behind(mode, folded, clause, first)
    return "".join(kept), "".join(added)


def _is_increment(clause: str) -> bool:
    return bool(_NEW_POST.match(clause)) and not AFTER.search(clause)


def _each_with_its_number(match: re.Match[str]) -> str:
    """The same words with each number behind what it counts; unchanged when the two lists differ in length."""
    kinds = re.sub(r"^(?:核增|核减|增加|减少)", "", match.group("kinds"))
    named = [re.sub(rf"{NUMBER}名$", "", piece) for piece in re.split(r"[、和](?=[^、]*\d)", kinds)]
    counts = re.split(r"[、和]", match.group("counts"))
    if len(named) != len(counts):
        return match.group()
    pairs = "、".join(name + count for name, count in zip(named, counts, strict=True))
    return f"{match.group('kinds')},{match.group('after')}{pairs}"


def _mode_of(clause: str, mode: _Mode) -> tuple[_Mode, bool]:
    """The mode from this clause on, and whether the clause itself says what holds afterwards."""
    match = AFTER.search(clause)
    if match is None and _NEW_POST.match(clause):
        return mode, True
    if match:
        return (_Mode.AFTER if "后" in match.group() else mode), True
    if mode is _Mode.ASIDE and re.match(r"另?设(?![立置备计施])", clause):
        return _Mode.PLAIN, False
    if _DELTA.search(clause):
        begins_anew = mode is _Mode.AFTER and bool(_NEXT_DELTA.match(clause))
        return (_Mode.ASIDE if mode is _Mode.PLAIN or begins_anew else mode), False
    return mode, mode is not _Mode.ASIDE and bool(_BREAKS_DOWN.match(clause))


def _mode_behind(mode: _Mode, folded: str, clause: str, first: _Mode) -> _Mode:
    """The mode of the next sentence: 「调整后」 reaches over the stop when it goes on with 其中, 另, 设."""
    if mode is _Mode.AFTER and re.match(r"(?:其中|另|设|核定)", folded[folded.find(clause) + len(clause) :]):
        return mode
    return first


def _may_state_plainly(folded: str) -> bool:
    """Whether numbers without 「调整后」 hold for the unit: not in a paragraph that makes or names an inner body."""
    return not re.search(
        rf"(?:增设|新设|设立|成立|组建|更名为|整合为)[^。;,]{{0,24}}?(?:{_INNER})(?:[,。;:(]|$)", folded
    )


def _sets_up_another(clause: str, own: Own) -> bool:
    """Whether the clause makes or renames a unit that isn't the one addressed."""
    new = _SET_UP.search(clause)
    if new is None or not is_unit_name(new.group("org")) or own.owns(new.group("org")):
        return False
    old = re.split(r"[将把]|同意", clause[: new.start()])[-1]
    return not (new.group("renamed") and old and own.owns(old))


def belongs_to_own(clause: str, own: Own, before: bool) -> bool:
    """Whether a clause speaks of the unit addressed; one that names no unit goes on with the one before."""
    if _GIVER.search(clause):
        return True
    if _sets_up_another(clause, own):
        return False
    clause = _BELONGS_TO.sub("", clause)
    orgs = [m for m in _ORG.finditer(clause) if not _SOURCE_OF.search(clause[: m.start("org")])]
    outer = [m for m in orgs if not _is_inner(m)]
    if not outer and (said := _OWN_WORD.search(clause)) and not _SOURCE_OF.search(clause[: said.start()]):
        return True
    return own.owns(outer[-1].group("org")) if outer else before


def _clauses(folded: str) -> Iterator[str]:
    """The clauses between ，、；。 outside brackets, each with its mark."""
    depth, clause = 0, ""
    for char in folded:
        depth += (char == "(") - (char == ")")
        clause += char
        if char in ",;。、" and depth <= 0:
            yield clause
            clause = ""
    if clause:
        yield clause


def _kept_side(clause: str) -> str:
    return re.sub(rf"^.*?(?:{_CHANGE})(?:{NUMBER}名)?后[,:]?", "", clause)
