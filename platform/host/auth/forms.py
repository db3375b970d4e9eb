from wtforms import DateField, PasswordField, RadioField, SelectField, StringField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than the types
from wtforms.validators import DataRequired, EqualTo, Length, Optional

from host.kernel.access import Role, ScopeKind
from host.kernel.forms import ChineseForm


class SignInForm(ChineseForm):
    login_name = StringField("登录名", [DataRequired("请填写登录名"), Length(max=60, message="登录名过长")])
    password = PasswordField("密码", [DataRequired("请填写密码"), Length(max=128, message="密码过长")])


class ConfirmForm(ChineseForm):
    password = PasswordField("登录密码", [DataRequired("请填写登录密码"), Length(max=128, message="密码过长")])


class ChangePasswordForm(ChineseForm):
    old = PasswordField("原密码", [DataRequired("请填写原密码"), Length(max=128, message="密码过长")])
    new = PasswordField(
        "新密码",
        [DataRequired("请填写新密码"), Length(max=128, message="密码过长")],
        description="8 个字符以上，含大写字母、小写字母、数字、符号中的至少三类",
    )
    again = PasswordField(
        "再次输入新密码",
        [DataRequired("请再次输入新密码"), EqualTo("new", message="两次输入的新密码不一致")],
    )


class CreateAccountForm(ChineseForm):
    """A new account; its one-time password is made by the platform."""

    login_name = StringField(
        "登录名",
        [DataRequired("请填写登录名"), Length(min=2, max=60, message="登录名应为 2 至 60 个字符")],
        description="不含空格，建议用工号",
    )
    display_name = StringField("姓名", [DataRequired("请填写姓名"), Length(max=60, message="姓名不超过 60 个字")])
    person_code = StringField(
        "人员编号",
        [Length(max=40, message="人员编号过长")],
        description="填写后该账号即为此人的账号；三员等管理账号不填",
    )


class ReasonForm(ChineseForm):
    """Why something is taken away or stopped."""

    reason = StringField("理由", [DataRequired("请填写理由"), Length(max=200, message="不超过 200 个字")])


class GrantForm(ChineseForm):
    """A role and where it holds."""

    role = SelectField(
        "角色", [DataRequired("请选择角色")], choices=[SelectChoice(role.value, role.label) for role in Role]
    )
    kind = RadioField(
        "范围",
        [DataRequired("请选择范围")],
        choices=[SelectChoice(kind.value, kind.label) for kind in ScopeKind],
    )
    code = StringField(
        "哪个区划、单位或科室",
        [Length(max=200, message="名称过长")],
        description="填写名称或编码，如“临沂市”或 371300；科室重名时填科室编码；范围为本人时不填",
    )
    first = DateField("起始日期", [Optional()], description="不填即从今天起")
    last = DateField("截止日期", [Optional()], description="最后有效的一天；不填即长期有效")
