from flask_wtf import FlaskForm
from wtforms import IntegerField
from wtforms.validators import InputRequired, NumberRange


class BatchForm(FlaskForm):
    above = IntegerField(
        "相似度不低于（%）",
        [InputRequired("请填写相似度"), NumberRange(10, 100, message="相似度应在 10 到 100 之间")],
        default=50,
    )
