from host.kernel.errors import DomainError


class WeightsNotHundred(DomainError):
    """Siblings' weights add up to something else (R113)."""

    status = 422
    message = "权重合计应为 100"


class SchemeIncomplete(DomainError):
    """A part is neither measured nor divided further, or there is none."""

    status = 422
    message = "指标体系不完整，不能发布"


class SchemeClosed(DomainError):
    """Published and archived schemes are read-only (R113)."""

    message = "已发布的指标体系不能修改，请复制为新草稿后修改"


class SchemeNotPublished(DomainError):
    """Only a published scheme gives scores."""

    message = "指标体系尚未发布，不能计分"


class SchemeAltered(DomainError):
    """The rows of a published scheme are not those that were published."""

    message = "指标体系的内容与发布时不一致，不能计分；请告知管理员，并复制后重新发布"


class BadRule(DomainError):
    """The rule of an indicator cannot be understood; the message says what to mend."""

    status = 422
    message = "计分规则有误"


class SchemeNameTaken(DomainError):
    """The region has a scheme of this name for the year."""

    message = "本区划该年度已有同名的指标体系"
