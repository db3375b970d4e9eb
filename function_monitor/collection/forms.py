from wtforms import SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, Length, Regexp

from function_monitor.collection.schemas import ALL_FIELDS, FIELDS, SPECIAL_FIELDS
from host.kernel.forms import ChineseForm


class SystemForm(ChineseForm):
    region_id = SelectField("区划", coerce=int, description="只接收该区划内单位的办件。")
    code = StringField(
        "系统代码", [DataRequired("请填写代码"), Regexp(r"^[a-z0-9_-]{2,40}$", message="2–40 位小写字母、数字")]
    )
    name = StringField("系统名称", [DataRequired("请填写名称"), Length(max=60, message="不能超过 60 字")])


class SourceForm(ChineseForm):
    system_id = SelectField("业务系统", coerce=int)
    name = StringField("来源名称", [DataRequired("请填写名称"), Length(max=60, message="不能超过 60 字")])
    folder = StringField(
        "目录", [DataRequired("请填写目录"), Length(max=200)], description="投放区内的相对路径，如 approvals/daily"
    )
    pattern = StringField("文件名样式", [DataRequired("请填写样式"), Length(max=80)], default="*.csv")
    mapping = TextAreaField(
        "列对应关系",
        [DataRequired("请填写对应关系")],
        description=f"每行一项：字段=文件中的列名。文件里有特别程序（中止计时）的，另加：{'、'.join(SPECIAL_FIELDS.values())}。",
        default="\n".join(f"{word}={word}" for word in FIELDS.values()),
    )

    @property
    def chosen(self) -> dict[str, str]:
        """field → column, out of lines ``办件编号=流水号``; what is no field is left for the operation to refuse."""
        names = {word: field for field, word in ALL_FIELDS.items()}
        pairs = (line.partition("=") for line in (self.mapping.data or "").splitlines() if line.strip())
        return {names.get(word.strip(), word.strip()): column.strip() for word, _, column in pairs}
