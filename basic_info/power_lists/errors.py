from host.kernel.errors import DomainError


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
