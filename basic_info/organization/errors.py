from host.kernel.errors import DomainError
from host.kernel.refusals import in_words_of


class CodeTaken(DomainError):
    message = "此单位编码已在使用，请换一个"


class OutsideScope(DomainError):
    status = 403
    message = "所选的上级单位或区划不在您的管理范围内"


class CircularParent(DomainError):
    status = 422
    message = "上级单位不能是本单位自己或它的下级单位"


class ChangedMeanwhile(DomainError):
    """Somebody else changed the unit since the form was opened."""

    message = "您打开表单后，他人已修改了此单位。请核对下面的最新登记后重新提交"


class LaterChanges(DomainError):
    """Changes dated later are registered already and would give way."""

    message = "此单位已登记有更晚生效的变更，本次提交会取代它们；确需取代的，请勾选后重新提交"


class StillInUse(DomainError):
    """A unit with open children, people or users cannot be abolished (R12)."""


class OverFull(DomainError):
    """The shares of a person's posts exceed a full one on some day."""

    status = 422
    message = "该人员各岗位的工作占比在某一天合计超过 100%，请减少后再保存；已登记的以后任职也计算在内"


class PostsChanged(DomainError):
    message = "您打开表单后，该人员的任职已经变化。请核对下面的最新登记后重新填写"


in_words_of("LV014", OverFull)
