from host.kernel.errors import DomainError


class NotWaiting(DomainError):
    """Only a draft that waits for a second person is sent back."""

    status = 409
    message = "这一稿不在等待另一人核对的状态，可能已生效、已退回或被较新的一稿替代，请刷新"


class NotReturned(DomainError):
    """Only a draft that was sent back is handed in again."""

    status = 409
    message = "这一稿没有被退回，或已重新提交，请刷新"


class IsReturned(DomainError):
    """A draft that was sent back does not take effect before it is handed in again."""

    status = 409
    message = "这一稿已退回，请等提交人修改并重新提交后再处理"


class OwnDraft(DomainError):
    """Four eyes: nobody sends back what they submitted themselves."""

    status = 403
    message = "自己提交的内容由另一人核对，不能自己退回；需要修改的，请直接修改或重新上传"
