from __future__ import annotations

from host.kernel.errors import DomainError


class HandoverOpen(DomainError):
    """One hand-over of a post from the same person at a time."""

    status = 409
    message = "这个岗位已有一份没有办完的交接，请先办完或撤回"


class HandoverOver(DomainError):
    status = 409
    message = "这份交接已经办完、撤回，或您已确认过，请刷新页面"
