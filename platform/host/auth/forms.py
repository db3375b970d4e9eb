from flask_wtf import FlaskForm
from wtforms import PasswordField, StringField
from wtforms.validators import DataRequired, EqualTo, Length


class SignInForm(FlaskForm):
    login_name = StringField("登录名", [DataRequired("请填写登录名"), Length(max=60, message="登录名过长")])
    password = PasswordField("密码", [DataRequired("请填写密码"), Length(max=128, message="密码过长")])


class ChangePasswordForm(FlaskForm):
    old = PasswordField("原密码", [DataRequired("请填写原密码"), Length(max=128, message="密码过长")])
    new = PasswordField(
        "新密码",
        [DataRequired("请填写新密码"), Length(max=128, message="密码过长")],
        description="8 个字符以上，含大写字母、小写字母、数字、符号中的至少三类",
    )
    again = PasswordField("再次输入新密码", [EqualTo("new", message="两次输入的新密码不一致")])
