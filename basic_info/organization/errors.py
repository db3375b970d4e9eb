from host.kernel.errors import DomainError


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
