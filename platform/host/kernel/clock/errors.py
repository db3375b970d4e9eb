from host.kernel.errors import Refused


class BadCron(Refused):
    """A time rule that cannot be read; the message names the part and what may stand there."""

    message = "时间规则有误，应为五段：分 时 日 月 星期，例如 30 2 * * 1"
