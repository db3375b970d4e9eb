"""Words for posts and for kinds of places (职务名称、编制类别)."""

import re

_GRADE = "省部|司局|地厅|厅局|县处|乡科|部|厅|局|县|处|科|股"
#: A rank as written: 正科级, 副处长级, 乡科级正职.
RANK = rf"(?:正|副)?(?:{_GRADE})长?级(?:[正副]职(?!领导|职数))?"
_QUOTA_KIND = re.compile(
    r"(?:编制|员额|控制数|控制总量|编制数|雇员|(?:工勤|后勤|服务|备案制?)人员数|机关(?:工勤|后勤)人员)$"
)
_POST_END = re.compile(
    r"(?:长|主任|书记|师|职数|主席|会长|秘书|委员|常委|总监|专员|检察员|监察员|纪检员|调研员|督学|督察|督查专员|政委|教导员|指导员|协理员|总编辑|总编|"
    r"主编|主编辑|经理|助理|正职|副职|负责人|领导|领导干部|正科|副科|正股|副股|正处|副处|[正副][科股处县局厅]级|干事|部长|主管|成员|台长|馆员|参事|巡视员|组织员|站长|首席.{0,4}|首席数据官|副主任科员)$"
)
_NOT_A_POST = re.compile(
    r"人员$|编制|职工(?!委员会)|工人|^非领导|非领导职数|工作人员|科员$|名额|班长$|成员单位|市长$.*分管"
)


def is_quota_kind(words: str) -> bool:
    """Whether folded words name a kind of places (机关行政编制, 员额控制数)."""
    return bool(_QUOTA_KIND.search(words))


def names_a_post(words: str) -> bool:
    """Whether folded words end like a post or a number of posts (副局长, 科级领导职数)."""
    return bool(_POST_END.search(words))


def is_post(words: str) -> bool:
    """Whether folded words name a post and not merely people (工作人员) or a body."""
    return names_a_post(words) and not _NOT_A_POST.search(words)
