from host.kernel.errors import DomainError, Refused


class NotAPowerList(DomainError):
    """The table can be read, but no sheet of it has the columns of a power list (权责清单)."""

    status = 422
    message = "没有找到权责清单：工作表中应有含“事项名称”“权力类型”“实施依据”等列的表头行"


class ListHasErrors(DomainError):
    """Cells of the list cannot be understood; nothing is taken in before they are mended (R53)."""

    status = 422
    message = "权责清单中有需要修改的单元格"


class ListNotDraft(DomainError):
    """The list is in force already, or was."""

    status = 409
    message = "该清单不在待确认状态，可能已被他人处理，请刷新"


class ListOlderThanInForce(DomainError):
    """The list in force is of a later year."""

    status = 409
    message = "该清单的年度早于现行清单，不能生效；请核对年度"


class ListNotInForce(DomainError):
    """Only the list in force is adjusted."""

    status = 409
    message = "只能调整现行清单，请从现行清单开始"


class AdjustmentOpen(DomainError):
    """One adjustment a unit at a time: two would each leave the other's changes out."""

    status = 409
    message = "本单位已有一份未办结的清单调整，请在其中继续，或先撤销"


class WrongDay(Refused):
    """The day of an adjustment has not come, or lies before that of the list in force."""


class BaseChanged(DomainError):
    """Another version came into force since the adjustment was begun."""

    status = 409
    message = "现行清单在此期间已换版，本次调整不能生效；请撤销后从现行清单重新调整"


class NothingAdjusted(DomainError):
    """A draft without a single step would be a version like the one before."""

    status = 422
    message = "还没有任何调整，请先新增、取消、划转、合并或变更事项"


class SamePerson(DomainError):
    """Who takes in or adjusts a list does not put it in force (four eyes)."""

    status = 409
    message = "清单须由另一人复核后生效"
