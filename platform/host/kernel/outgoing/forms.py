from __future__ import annotations

from datetime import time

from wtforms import BooleanField, PasswordField, SelectField, StringField, TimeField
from wtforms.validators import InputRequired, Length, Optional, Regexp

from host.kernel.forms import ChineseForm, options
from host.kernel.outgoing.models import ChannelKind
from host.kernel.outgoing.operations import ChannelDraft


class ChannelForm(ChineseForm):
    name = StringField("名称", [InputRequired("请填写名称"), Length(max=40, message="名称不能超过 40 字")])
    channel_kind = SelectField(
        "方式", [InputRequired("请选择")], choices=options((kind.value, kind.label) for kind in ChannelKind)
    )
    address = StringField(
        "地址",
        [InputRequired("请填写地址"), Length(max=300, message="地址不能超过 300 个字符")],
        description="消息网关如 https://gateway.example/notices；邮件如 smtps://用户@mail.example:465。主机须由运维人员事先放开。",
    )
    secret = PasswordField(
        "密钥",
        [Length(max=200, message="密钥不能超过 200 个字符")],
        description="消息网关的签名密钥，或邮件账号的密码。加密保存，不再显示；不填则沿用原来的。",
    )
    mail_domain = StringField(
        "邮箱域名",
        [Optional(), Regexp(r"^[A-Za-z0-9.-]{1,120}$", message="域名只含字母、数字、点和短横")],
        description="只有邮件填写：收件地址为“登录名@域名”。",
    )
    quiet_from = TimeField("免打扰从", [InputRequired("请填写时间")])
    quiet_until = TimeField(
        "免打扰到", [InputRequired("请填写时间")], description="这段时间不送，过后一并送出；两个时间相同为不设免打扰。"
    )
    is_on = BooleanField("启用")

    def draft(self) -> ChannelDraft:
        """What was typed; only after validation."""
        return ChannelDraft(
            name=(self.name.data or "").strip(),
            kind=ChannelKind(self.channel_kind.data),
            address=(self.address.data or "").strip(),
            mail_domain=(self.mail_domain.data or "").strip(),
            secret=self.secret.data or "",
            quiet_from=self.quiet_from.data or time(20),
            quiet_until=self.quiet_until.data or time(8),
            is_on=bool(self.is_on.data),
        )
