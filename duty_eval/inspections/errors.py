from host.kernel.errors import DomainError
from host.kernel.refusals import in_words_of


class InspectionStep(DomainError):
    """A plan's steps have their order: draft, drawn, under way, closed."""

    message = "检查计划的状态已经变化，不能这样办理，请刷新页面"


class InspectionFixed(DomainError):
    """What was drawn or is over does not change any more."""

    message = "抽取以后，计划内容和抽取结果不能改动；抽查对象只能附原因补充或移出"


class NothingToDraw(DomainError):
    message = "范围内没有可以抽取的对象，请调整计划的范围"


class AlreadyInSample(DomainError):
    message = "该对象已在抽查名单中"


in_words_of("LV005", InspectionStep)
in_words_of("LV006", InspectionFixed)


class EvidenceNeeded(DomainError):
    status = 422
    message = "登记人员缺岗或纪实不符，须附照片、文件或链接作为佐证"


class OwnFinding(DomainError):
    status = 403
    message = "不能登记关于自己的检查发现"


class OnLeave(DomainError):
    status = 422
    message = "该人员当日已请假，不能登记为无故缺岗"


class AlreadyFound(DomainError):
    message = "这条纪实或这次缺岗在本次检查中已经登记"


in_words_of("LV007", EvidenceNeeded)
