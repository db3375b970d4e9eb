"""Names of bodies and plates (机构名称、牌子): what may end a name, how lists of names are taken apart."""

import re

# Endings of bodies, longest first where one contains the other.
BODY_ENDING = (
    "办公室|委员会|党委|机关党组织|党总支|党支部|党工委|工委|工会|团委|妇联|支队|大队|中队|总队|分队|总站|分局|分中心|服务站|工作站|中心|"
    "协会|联合会|基金会|理事会|管委会|指挥部|派出所|司法所|科|室|处|股|办|局|厅|司|部|委|会|站|所|队|组|院|馆|园|校|署|社|团|台|场|厂|段|库|专班|专窗|窗口|大厅|学校|公司"
)
# What a body is, set off from its name by a comma: its rank, its class, its places.
ATTRIBUTE = r",(?!为|是|系|属)[^,。:;()]{0,16}?(?:[正副]?[股科处]级|公益[一二]类|事业单位|编制\d+名)(?=[,。:])"
_ENDS_AS_BODY = re.compile(rf"(?:{BODY_ENDING})$")
# The verbs that a sentence on duties starts with.
DUTY_VERB = (
    r"(?:主要|具体)?负责(?!人(?:[由为的名不和均兼,。、;\d]|$))|主要承担|具体承担|统一负责|牵头负责|综合负责|全面负责|协助负责|承担|组织|拟订|拟定|制定|制订|起草|研究|"
    "指导|监督|协调|协助|参与|配合|贯彻|落实|执行|宣传|推进|统筹|综合|管理|承办|办理|开展|实施|编制|提出|受理|牵头|"
    "以.{2,12}?名义|履行|按照|按(?=《[^》]*》(?:等)?(?:有关)?规定,?负责)|依法|根据|做好|抓好|完成|汇总|审核|审查|监测|调查|调研|为|集中(?:办理|行使|受理|承担|管理)|从事|保障|维护|提供|建立|会同|联系|督促|促进|推动|加强|规划|参谋|"
    "主管|分管|围绕|审理|反映|征编|受委托|受.{2,12}?委托|参加|举办|分析|评估|筹备|起草|编写|编辑|编发|培训|培育|引导|动员|调解|化解|查处|登记|发放|核算|处理|接待|收集|征集|掌握|检查|审批|服务|主要职责|主要任务|工作职责|职责"
)
# Those of them that open nothing but a duty, in a sentence that may speak of numbers and other units too.
SURE_DUTY_VERB = (
    r"(?:主要|具体|统一|牵头)?负责(?!人)|(?:主要|具体)?承担|拟[订定]|制[订定]|起草|组织(?!部|人事)|指导|协调|统筹|贯彻|推进|研究(?!所|院|决定)|参与|协助|"
    r"配合|开展|落实|受理|办理|承办|综合(?!股|科|处|室)|宣传(?!部|股|科)|监督(?!管理局|[局所站])|管理(?!体制|[局处站所])|以.{2,12}?名义"
)
_BRACKET_INSIDE = re.compile(
    rf"^(?P<before>[^。:;,()]{{1,16}})\((?P<inner>[^()。;:]{{1,16}})\)(?!{SURE_DUTY_VERB})(?=[^。:;,()]{{1,12}}?(?:{BODY_ENDING})(?:[。:(]|$))"
)
_LEVEL_NAME = re.compile(r"[省市县区州](?![场政域际划容道])")
_QUOTES = "\"'“”‘’「」『』"
_LABEL = re.compile(
    r"^(?:其)?(?:的)?(?:主要|工作|具体|基本|岗位)?(?:职责|职能|任务)(?:任务)?(?:是|为|包括|如下)?[:,。]?"
)


def ends_as_body(name: str) -> bool:
    """Whether the name ends like the name of a body (…科、…办公室)."""
    return bool(_ENDS_AS_BODY.search(name))


def with_bracket_inside(folded: str) -> str:
    """The folded text with a bracket that stands inside a body's name in full width (农业（畜牧业）服务中心).

    Elsewhere a bracket ends the name; the length stays.
    """

    def widened(match: re.Match[str]) -> str:
        inside = not ends_as_body(match.group("before"))
        return f"{match.group('before')}（{match.group('inner')}）" if inside else match.group()

    return _BRACKET_INSIDE.sub(widened, folded)


def is_unit_name(name: str) -> bool:
    """Whether the name is a unit's of a city or county (县救助管理站), not a body's inside one (市场科, 区划股)."""
    return bool(_LEVEL_NAME.match(name)) and not re.search(r"[科股室]$", name)


def abbreviates(short: str, name: str) -> bool:
    """Whether every sign of the short name comes in the long one in order (市行政审批局, 临沂市行政审批服务局)."""
    place = 0
    for char in short:
        place = name.find(char, place) + 1
        if not place:
            return False
    return len(short) >= 3


def clean_name(name: str) -> str:
    """The name without punctuation around it, and without quotation marks unless they hold a part of it only."""
    bare = name.strip(" ,。:;、")
    unquoted = bare.strip(_QUOTES + " ,。:;、")
    return bare if any(mark in unquoted for mark in _QUOTES) else unquoted


def split_names(text: str) -> list[str]:
    """The names in a list such as 「甲、乙办公室和丙科」; 和 inside a name (粮食和物资储备局) stays."""
    names: list[str] = []
    for piece in re.split(r"[、,，;；/\n]|(?<=[\"”」])(?=[\"“「])", text):
        names.extend(_split_at_and(piece))
    return [name for name in map(clean_name, names) if name]


def _split_at_and(piece: str) -> list[str]:
    for match in re.finditer(r"以及|和|及|与", piece):
        before, after = piece[: match.start()], piece[match.end() :]
        if ends_as_body(clean_name(before)) and after:
            return [before, *_split_at_and(after)]
    return [piece]


def without_label(text: str) -> str:
    """A duty text without a leading 「主要职责是：」."""
    match = _LABEL.match(text.replace("：", ":").replace("，", ","))
    if match and match.end() and (match.group().endswith((":", "是", "为", ",", "。", "如下")) or "\n" in text):
        return text[match.end() :].lstrip(":：")
    return text
