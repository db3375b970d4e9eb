from host.kernel.errors import DomainError, NotPermitted


class OneWaitsAlready(DomainError):
    message = "这个条目已有一个版本在等待审核，请等审核后再修改"


class NotPending(DomainError):
    message = "这个版本已处理过，请刷新"


class OwnArticle(NotPermitted):
    message = "不能审核自己写的内容"
