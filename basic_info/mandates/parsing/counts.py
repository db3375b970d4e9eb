"""Numbers of places and posts (编制、领导职数) as sentences state them (R40, T15)."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from basic_info.mandates.parsing.model import Confidence, LeaderPost, Quota
from basic_info.mandates.parsing.names import abbreviates, ends_as_body
from basic_info.mandates.parsing.normalise import NUMBER, to_number
from basic_info.mandates.parsing.posts import RANK, is_post, is_quota_kind, names_a_post

_BETWEEN = (
    r"(?:总数|总额|总量)?"
    r"(?:(?:相应|同步)?(?:调整|变更|增加|核增|减少|核减|增|减)(?:为|到|至)|"
    r"达到|暂定为|暂定|核定为|核为|定为|仍为|保持|共计|合计|总计|共有|共|为|是|各为|各|不超过|控制在|:)*"
)
_TOKEN = re.compile(
    rf"(?P<words>[^,;。:、\n]{{0,60}}?)(?P<between>{_BETWEEN})(?P<count>{NUMBER})(?:(?P<unit>名|人(?!大|民|事|员|力|才|武|社)|个(?!内设|科室|机构|职能|股))|(?P<head>正)(?:(?P<deputy>{NUMBER})副)?)"
)
_CHANGED = re.compile(
    rf"[由从](?:原来?的?)?{NUMBER}[名人个正]?(?:{NUMBER}副)?(?:调整|增加|核增|减少|核减|核定|变更|增|减|升|提高|变|调)(?:为|到|至)"
)
_RANK = re.compile(RANK)
# 「局长1名（正股）」: a bracket that is nothing but the rank, 级 left out.
_SHORT_RANK = re.compile(r"(?:均|都|皆)?(?:为|按)?(?P<rank>[正副][县处科股])")
# 「领导职数为局长1名」, 「编制为行政编制15名」: what is counted stands behind the verb.
_NAMED_IN_FRONT = re.compile(r"^.*(?:职数|编制)(?:分别|总数)?(?:为|是)(?=.)")
# 「事业编制（参公）4名」: the bracket in front of the number is a part of the kind's name.
_CLASS = re.compile(r"(?:参公(?:管理)?|(?:财政)?(?:全额|差额)(?:拨款)?|自收自支|公益[一二]类)")
# The unit's name holds two bodies of one level (…县纪律检查委员会、…县监察委员会机关).
_TWO_BODIES = re.compile(
    r"(?:委员会|机关|[局委办室])[、和与及](?=[^、]{0,6}(?:[省市县区州]|政府))|纪律检查委员会\s*(?=[^、]{0,12}监察委员会)"
)
_VERB = (
    "核定|重新核定|配备|使用|安排|确定|明确|单列|下达|现有|共有|保留|划转|增加|核增|增核|增编|追加|核减|减少|调整后|调整为|包括|收回|分别为|其中|设有|设立|设置|"
    "另设|共设|可设|增设|配|另有|另外|实行|按照?规定|现核定"
)
_AFTER_VERB = re.compile(rf"^.*(?:{_VERB})(?:有)?")
_SET_UP = re.compile(r"^(?:.{0,40}?[^建附开预铺假敷架内下])??设(?!计|备|施)")
_LEADING = re.compile(r"^(?:另|核(?!心|酸|工|安|电)|共|暂|再|也|各|即|并|和|及|与|以及|同时|同意|对|为|将)+(?=.)")
# 「（正处级10名，副处级9名。含机关党委专职副书记1名）」: what the ranks take in.
_INSIDE_BEHIND = re.compile(r"[,;。、](?:其中)?含.*$")
_OTHER_HOLDS = re.compile(r"^(?!兼任|兼职|含|其中)[^,;由]{2,16}(?:兼任|兼)$")
_FILLED_BY_OTHER = re.compile(
    r"由[^()。;]*?(?:兼任|兼职|兼|担任)(?=[,;。、)]|$)|不占(?:用)?[^()。;]*?(?:编制|职数)|兼职不占"
)
_BREAKS_DOWN = re.compile(r"^[,。;:]?(?:其中|包括|即|分别是|分别为)[:,]?|^:")
# The posts that places are for (管理人员、专业技术人员、工勤技能人员): a structure of one kind, not kinds.
_STAFF_CLASS = re.compile(r"(?:管理|专业技术|专技|工勤技能|工勤)(?:人员|岗位)")
_OWN = re.compile(
    r"^(?:你|我|该|本|全)?(?:局|委|办|厅|部|院|校|馆|站|所|中心|单位|镇|乡|街道|会|队|社)(?=机关|行政|事业|工勤|人员|正|副|科|股|领导|编制|财政|全额|政法|核定|内设|所属|下属)"
    r"|^(?:你|我|本)(?:局|委|办|厅|部|院|校|馆|站|所|中心|单位|镇|乡|街道|会|队|社)(?=..)"
)


@dataclass(frozen=True)
class _Stated:
    """One number in a statement, with its words, the brackets around it and what stands before the next."""

    words: str
    count: int
    deputy: int | None
    is_pair: bool
    is_spread: bool
    brackets: tuple[str, ...]
    # The bracket between the words and the number (「股长（主任）9名」), "" when there is none.
    aside: str
    joined: tuple[str, ...]
    source: str
    after: str
    sentence: int
    clause: int


def read_counts(folded: str, unit_name: str) -> tuple[list[Quota], list[LeaderPost]]:
    """The quotas and leader posts of a folded statement.

    What stands in brackets is inside a total and never added; a total that is broken down behind it (其中：…)
    gives way to its parts.
    """
    stated = _stated(folded)
    quotas = [(s, _quota(s, unit_name)) for s in stated]
    posts = _with_shared_ranks([(s, _posts(s, unit_name)) for s in stated])
    return _without_totals_of_quotas(quotas), _without_totals_of_posts(posts)


def _stated(folded: str) -> list[_Stated]:
    folded = _CHANGED.sub("为", folded)
    core, brackets = _set_brackets_aside(folded)
    matches = [m for m in _TOKEN.finditer(core) if _counts(m)]
    out = []
    for number, match in enumerate(matches):
        stop = matches[number + 1].start("count") if number + 1 < len(matches) else len(core)
        start = match.start()
        inside = tuple(text for place, text in brackets if start < place <= match.end())
        out.append(
            _Stated(
                words=match.group("words"),
                count=to_number(match.group("count")) or 0,
                deputy=to_number(match.group("deputy") or ""),
                is_pair=match.group("head") is not None,
                is_spread="各" in match.group("between") or match.group("words").endswith("各"),
                brackets=inside,
                aside=next((text for place, text in brackets if place == match.end("words") > start), ""),
                joined=_joined_before(core, matches[number - 1].end() if number else 0, start),
                source=match.group() + "".join(f"({text})" for text in inside),
                after=core[match.end() : stop],
                sentence=core.count("。", 0, start),
                clause=core.count("。", 0, start) + core.count(";", 0, start),
            )
        )
    return out


def _counts(match: re.Match[str]) -> bool:
    return to_number(match.group("count")) is not None and not re.search(r"第$", match.group("words"))


def _set_brackets_aside(folded: str) -> tuple[str, list[tuple[int, str]]]:
    """The text without brackets, and each bracket's text with its place in what is left."""
    # 局（馆）长: the bracket belongs to the title.
    folded = re.sub(r"\(([\u4e00-\u9fff]{1,2})\)(?=长|委|副?主任|领导|职数|负责人|级(?:领导)?职数)", r"（\1）", folded)
    core, brackets, depth, inner = list[str](), list[tuple[int, str]](), 0, ""
    for char in folded:
        if char == "(":
            depth += 1
            inner += char if depth > 1 else ""
        elif char == ")" and depth:
            depth -= 1
            if depth:
                inner += char
            else:
                brackets.append((len(core), inner))
                inner = ""
        elif depth:
            inner += char
        else:
            core.append(char)
    return "".join(core), brackets


def _joined_before(core: str, start: int, end: int) -> tuple[str, ...]:
    """The posts named just before without a number (「党组书记、」, 「总工程师、总经济师各」)."""
    before = re.split(r"[,;。:\n]", core[start:end])[-1]
    names = [piece for piece in before.split("、")[:-1] if piece] if before.endswith("、") else []
    return tuple(names)


def _quota(stated: _Stated, unit_name: str) -> Quota | None:
    kind = _kind_words(stated.words, unit_name)
    if stated.is_pair or not is_quota_kind(kind) or stated.count == 0 or _is_inside(stated):
        return None
    if kind.endswith("编制数"):
        kind = kind[:-1]
    if _CLASS.fullmatch(stated.aside):
        kind += f"（{stated.aside}）"
    return Quota(kind, stated.count, stated.source)


def _is_inside(stated: _Stated) -> bool:
    """Whether the number is part of the one before it though no bracket holds it: 「…13名，含…1名」."""
    return stated.words.startswith(("含", "其中含", "包含"))


def _kind_words(words: str, unit_name: str) -> str:
    kind = re.sub(r"^.*的(?=..)", "", _without_verbs(words))
    at = kind.find("机关")
    if at > 0 and re.search(r"机关(?:行政|工勤|事业|后勤|党群|人员|政法)?", kind[at:]) and not kind.startswith("党政"):
        kind = kind[at:]
    return _without_unit(kind, unit_name)


def _without_verbs(words: str) -> str:
    words = _NAMED_IN_FRONT.sub("", words.replace('"', ""))
    words = _AFTER_VERB.sub("", words)
    return _LEADING.sub("", words)


def _without_unit(words: str, unit_name: str) -> str:
    """The words without the unit's own name or 「本局」, 「所属事业单位」 in front."""
    words = _without_subordinates(words)
    names = [unit_name[start:] for start in range(max(len(unit_name) - 1, 0))] if unit_name else []
    for name in names:
        rest = words[len(name) :].lstrip("的")
        if name.endswith("机关") and re.match(r"行政|后勤|工勤|事业|人员|党群|政法|编制$", rest):
            # The unit is called 「…机关」, the places are 机关行政编制 all the same.
            rest = "机关" + rest
        if rest == "人员编制" and name != unit_name and name[0] not in "省市县区州":
            # 「金融办人员编制」 names places apart from the unit's own.
            continue
        if len(name) >= 2 and words.startswith(name) and rest not in ("", "长", "副主任", "主任", "领导职数"):
            return _without_subordinates(rest)
    for end in range(min(len(words) - 2, 16), 2, -1):
        may_be_unit = words[0] in "省市县区州" or (is_quota_kind(words[end:]) and words[end:] != "人员编制")
        if may_be_unit and _ends_as_unit(words[:end]) and abbreviates(words[:end], unit_name):
            return _without_subordinates(words[end:].lstrip("的"))
    return _without_subordinates(_OWN.sub("", words))


def _without_subordinates(words: str) -> str:
    return re.sub(
        r"^(?:所属|下属|直属|[局委办厅院校镇乡]属)?事业单位(?=事业编制|编制)|^(?:所属|下属)(?=事业编制)", "", words
    )


def _ends_as_unit(words: str) -> bool:
    return ends_as_body(words) or words.endswith(("镇", "乡", "街道", "机关", "联", "协"))


def _posts(stated: _Stated, unit_name: str) -> list[LeaderPost]:
    title = _title(stated.words, unit_name)
    if not is_post(title) or stated.count == 0 or _is_inside(stated):
        return []
    if _is_other_title(stated.aside):
        title += f"（{stated.aside}）"
    pair = _pair(stated)
    posts: list[tuple[str, str | None, int]]
    if (graded := _by_rank(stated)) is not None:
        posts = [(title, rank, count) for rank, count in graded]
    elif pair is not None:
        level = _RANK.search(title)
        word = level.group().lstrip("正副") if level else ""
        said = _ranks_of_sides(stated)
        counts = zip(("正", "副"), pair, strict=True)
        posts = [(title, f"{side}{word}" if word else said.get(side), count) for side, count in counts if count]
    else:
        titles = [_title(name, unit_name) for name in stated.joined]
        titles = [name for name in titles if names_a_post(name)]
        if titles and not stated.is_spread:
            title, titles = "、".join([*titles, title]), []
        posts = [(name, _rank(name, stated.brackets), stated.count) for name in [*titles, title]]
    holds = not _is_filled_by_other(stated)
    return [
        LeaderPost(name, rank, count, holds or _is_untouched(place, pair, stated), stated.source, _sureness(name))
        for place, (name, rank, count) in enumerate(posts)
    ]


def _is_untouched(place: int, pair: tuple[int, int] | None, stated: _Stated) -> bool:
    """Whether 「1正3副（主任由…兼任）」 leaves this side of the pair its places: it speaks of the heads only."""
    speaks_of_deputies = any(re.match(r"副.*兼", part) for bracket in stated.brackets for part in bracket.split(","))
    return pair is not None and all(pair) and (place == 1) is not speaks_of_deputies


def _is_other_title(aside: str) -> bool:
    """Whether the bracket behind a post is the same post by another name (股长（主任）), not its rank or holder."""
    return is_post(aside) and len(aside) <= 8 and not re.search(r"级|兼|含|由|\d|正|副职|其中", aside)


def _sureness(title: str) -> Confidence:
    return Confidence.HIGH if len(title) <= 14 else Confidence.MEDIUM


def _pair(stated: _Stated) -> tuple[int, int] | None:
    """The numbers of 「7正6副」, written as the number or in the bracket behind it."""
    if stated.is_pair:
        return stated.count, stated.deputy or 0
    for bracket in stated.brackets:
        if match := re.fullmatch(rf"({NUMBER})正({NUMBER})副", bracket):
            return to_number(match.group(1)) or 0, to_number(match.group(2)) or 0
    return None


def _by_rank(stated: _Stated) -> list[tuple[str, int]] | None:
    """The ranks in the bracket behind a number when they make it up: 「16名（正科级12名、副科级4名）」."""
    for bracket in stated.brackets:
        pieces = [
            re.fullmatch(rf"({_RANK.pattern})(?:领导职数|职数)?({NUMBER})[名个人]", piece)
            for piece in re.split(r"[、,;和]", _INSIDE_BEHIND.sub("", bracket))
        ]
        graded = [(match.group(1), to_number(match.group(2)) or 0) for match in pieces if match]
        if len(graded) == len(pieces) > 1 and sum(count for _, count in graded) == stated.count:
            return graded
    return None


def _ranks_of_sides(stated: _Stated) -> dict[str, str]:
    """The ranks that the bracket gives heads and deputies: 「9正12副（正职为正科级，副职为副科级）」."""
    texts = (*stated.brackets, stated.after)
    said = (re.findall(rf"(正|副)职(?:均)?(?:为|是|按|:)?({_RANK.pattern})", text) for text in texts)
    return {side: rank for pairs in said for side, rank in pairs}


def _title(words: str, unit_name: str) -> str:
    words = re.sub(r"(?:各|共|总数|总额)+$", "", words)
    words = _without_verbs(words)
    words = _SET_UP.sub("", words)
    words = _LEADING.sub("", words)
    if _TWO_BODIES.search(unit_name) and not words.endswith("职数"):
        # Of two bodies in one document the prefix tells whose post it is.
        return words
    return _without_unit(words, unit_name)


_FOR_ALL = re.compile(r"^(?:均|都|皆)")
_JOINTS = ("、", "和", ",")


def _with_shared_ranks(
    entries: list[tuple[_Stated, list[LeaderPost]]],
) -> list[tuple[_Stated, list[LeaderPost]]]:
    """The posts of 「所长9名、副所长9名（均为股级）」 all with the rank in the last one's bracket.

    Where the nearest are joined by 、 the rank goes no further back than the comma before them.
    """
    out = list(entries)
    shared: str | None = None
    joints: tuple[str, ...] = _JOINTS
    for place in range(len(entries) - 1, -1, -1):
        stated, posts = entries[place]
        if not stated.after.startswith(joints):
            shared = None
        elif shared and stated.after.startswith(("、", "和")):
            joints = _JOINTS[:2]
        if posts and any(_FOR_ALL.match(bracket) for bracket in stated.brackets):
            shared, joints = posts[0].rank, _JOINTS
        elif shared:
            out[place] = stated, [replace(post, rank=post.rank or shared) for post in posts]
    return out


def _rank(title: str, brackets: Sequence[str]) -> str | None:
    for bracket in brackets:
        if not re.match(r"含|其中|兼任", bracket):
            own = re.sub(r"由[^,;]*(?:兼任|兼|担任)|兼任[^,;]*", "", bracket)
            if match := _RANK.search(own):
                return match.group()
            if match := _SHORT_RANK.fullmatch(own):
                return match.group("rank")
    match = _RANK.search(title)
    return match.group() if match else None


def _is_filled_by_other(stated: _Stated) -> bool:
    if re.match(rf"^,?(?:{_FILLED_BY_OTHER.pattern})", stated.after):
        return True
    if any(_OTHER_HOLDS.match(part) for bracket in stated.brackets for part in bracket.split(",")):
        return True
    return any(_FILLED_BY_OTHER.search(b) and not re.match(r"含|其中|兼任", b) for b in stated.brackets)


def _without_totals_of_quotas(entries: list[tuple[_Stated, Quota | None]]) -> list[Quota]:
    kept: list[Quota] = []
    skip_until = -1
    for number, (_, quota) in enumerate(entries):
        if quota is None or number <= skip_until:
            continue
        parts = _parts_of(entries, number)
        if parts:
            is_whole = sum(part.count for _, part in parts) == quota.count
            if is_whole and not all(_STAFF_CLASS.match(part.kind) for _, part in parts):
                continue
            skip_until = parts[-1][0]
        kept.append(quota)
    return kept


def _parts_of(entries: list[tuple[_Stated, Quota | None]], number: int) -> list[tuple[int, Quota]]:
    """The quotas behind a total's 「其中」, up to the end of its sentence."""
    stated, total = entries[number]
    if total is None or not _BREAKS_DOWN.match(stated.after or ""):
        return []
    parts: list[tuple[int, Quota]] = []
    for place in range(number + 1, len(entries)):
        later, quota = entries[place]
        if quota is None or later.clause - stated.clause > stated.after.count("。") + stated.after.count(";"):
            break
        parts.append((place, quota))
        if sum(part.count for _, part in parts) >= total.count:
            break
    return parts


def _without_totals_of_posts(entries: list[tuple[_Stated, list[LeaderPost]]]) -> list[LeaderPost]:
    kept: list[LeaderPost] = []
    inside: set[int] = set()
    for number, (_, posts) in enumerate(entries):
        if not posts or number in inside:
            continue
        parts = _posts_of(entries, number)
        if parts and posts[-1].title.endswith("职数"):
            counted = sum(p.count for place in parts for p in entries[place][1] if p.holds_quota)
            everything = sum(p.count for place in parts for p in entries[place][1])
            is_whole = posts[0].count in (counted, everything)
            if is_whole or not _RANK.search(posts[0].title):
                continue
            inside.update(parts)
        kept.extend(posts)
    return kept


def _posts_of(entries: list[tuple[_Stated, list[LeaderPost]]], number: int) -> list[int]:
    """The places of the posts behind a total's 「其中」 or colon, in its sentence."""
    stated, _ = entries[number]
    if not _BREAKS_DOWN.match(stated.after):
        return []
    last_clause = stated.clause + stated.after.count("。") + stated.after.count(";")
    last_sentence = stated.sentence + stated.after.count("。")
    places = [
        place
        for place in range(number + 1, len(entries))
        if entries[place][1] and entries[place][0].clause <= last_clause
    ]
    if not places and number + 1 < len(entries) and entries[number + 1][0].sentence <= last_sentence:
        return [number + 1] if entries[number + 1][1] else []
    return places
