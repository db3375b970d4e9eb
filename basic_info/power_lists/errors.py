from host.kernel.errors import DomainError


class NotAPowerList(DomainError):
    """The table can be read, but no sheet of it has the columns of a power list (权责清单)."""

    status = 422
    message = "没有找到权责清单：工作表中应有含“事项名称”“权力类型”“实施依据”等列的表头行"
