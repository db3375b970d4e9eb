from __future__ import annotations

from wtforms import SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length

from duty_eval.knowledge.models import ArticleKind
from host.kernel.forms import ChineseForm, members

_NOTE = Length(max=200, message="不能超过 200 字")


class VersionForm(ChineseForm):
    title = StringField("标题", [DataRequired("请填写标题"), Length(max=100, message="不能超过 100 字")])
    body = TextAreaField("内容", [DataRequired("请填写内容"), Length(max=20_000, message="不能超过 2 万字")])


class ArticleForm(VersionForm):
    article_kind = SelectField("类别", [InputRequired("请选择类别")], **members(ArticleKind))
    post_duty_id = SelectField("服务的岗位职责", [InputRequired("请选择岗位职责")], coerce=int)


class DecideForm(ChineseForm):
    note = StringField("意见", [_NOTE])


class WithdrawForm(ChineseForm):
    reason = StringField("下架原因", [_NOTE])
