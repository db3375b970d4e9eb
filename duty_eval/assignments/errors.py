from host.kernel.errors import DomainError


class TaskOver(DomainError):
    message = "该任务已办完或已撤回，请刷新"
