"""承办机构 is free text: which sections it names (R54)."""

import re
from dataclasses import dataclass

from basic_info.power_lists.parsing.words import or_none, squeezed

_BRACKETED = re.compile(r"[（(\[【〔]([^（）()\[\]【】〔〕]*)[）)\]】〕]")
_SEPARATORS = re.compile(
    r"[、，,；;/／]|(?<=[科室处队局股办所站部厅院馆组口心会司])\s*[及和与]\s*(?=[\u4e00-\u9fff]{2,15}[科室处队局股办所站])"
)
# 牵头：法规科；配合：执法支队, and ① ②: what stands before a name and parts it from the one before.
_BEFORE_A_NAME = re.compile(
    r"(?:牵头|配合|主办|协办|承办|责任|会同|参与|主责|协助)(?:科室|处室|股室|部门|单位|机构)?\s*[:：]|[①-⑳]"
    r"|(?<![\u4e00-\u9fff])(?:局?机关|下属单位|直属单位|业务科室|受理|审查|审批|审核|监管|执法|决定|[省市县区]级|乡镇级?)\s*[:：]"
)
_TELEPHONE = re.compile(r"(?:联系|监督|咨询)?(?:电话)?[:：]?\s*(?:0\d{2,3}[-—－ ]?\d{7,8}|1[3-9]\d{9})(?!\d)")
_ROLES = {"牵头", "配合", "主办", "协办", "会同", "参与", "主责", "协助"}
_NUMBERING = re.compile(r"^\s*(?:\d{1,2}[.．、)）]|[（(]\d{1,2}[)）]|[一二三四五六七八九十][、.])\s*")
_LONGEST_NAME = 60
_MARK = re.compile("\x00[0-9]+\x00")
_BLANKS = re.compile(r"\s+")
# How the name of a body ends; two whole names on two lines are two bodies, anything else is a wrapped line.
_WHOLE_NAME = re.compile(
    r".{2,}(?:[科室处队局股办所站部厅院馆组]|中心|大厅|窗口|支队|大队|委员会|机关党委|协会|工会|分局|公司)"
)


@dataclass(frozen=True, slots=True)
class HandlingName:
    """A body named as handling (承办机构), and what its brackets add: plates or aliases (挂牌、别名)."""

    name: str
    aliases: tuple[str, ...] = ()


def handling_names(text: str) -> tuple[HandlingName, ...]:
    """The bodies that the cell names, each once, in the order written; nothing is dropped but 无 and /."""
    text = _TELEPHONE.sub(" ", text.replace("\x00", ""))
    if or_none(text) is None:
        return ()
    found: dict[str, HandlingName] = {}
    kept: list[str] = []

    def lift(bracket: re.Match[str]) -> str:
        """Brackets first: a separator inside them divides aliases and not bodies."""
        kept.append(bracket[1])
        return f"\x00{len(kept) - 1}\x00"

    for part in _parts(_BRACKETED.sub(lift, _BEFORE_A_NAME.sub("；", text))):
        pieces = part.split("\x00")
        name = squeezed("".join(pieces[::2]))
        aliases = tuple(alias for piece in pieces[1::2] for alias in _aliases(kept[int(piece)]))
        if or_none(name):
            found.setdefault(name, HandlingName(name, aliases))
    return tuple(found.values())


def _parts(text: str) -> list[str]:
    return [name for part in _SEPARATORS.split(text) for name in _unwrapped(_NUMBERING.sub("", part))]


def _unwrapped(part: str) -> list[str]:
    """Lines of one part: joined where the cell was narrow, apart where both are whole names."""
    lines = [_NUMBERING.sub("", line) for line in _BLANKS.split(part) if line]
    names: list[list[str]] = []
    for line in lines:
        if names and not (_is_whole(names[-1]) and _is_whole([line])):
            names[-1].append(line)
        else:
            names.append([line])
    return ["".join(name) for name in names]


def _is_whole(lines: list[str]) -> bool:
    """Whether the lines make a whole name; no name of a body is as long as a paragraph."""
    if len(lines) > _LONGEST_NAME:
        return False
    name = _MARK.sub("", "".join(lines))
    return len(name) <= _LONGEST_NAME and _WHOLE_NAME.fullmatch(name) is not None


def _aliases(bracket: str) -> list[str]:
    found = (squeezed(alias) for alias in _SEPARATORS.split(bracket))
    return [alias for alias in found if alias and alias not in _ROLES]
