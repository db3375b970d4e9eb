"""年度考核登记表 as a Word document, a page a person."""

from __future__ import annotations

from host.kernel.files.form import BoxTable, add_title, new_form
from host.kernel.files.word import saved
from performance.forms.queries import RegisterForm
from performance.grading.models import Regime

#: Widths of the six columns in centimetres.
WIDTHS = (3.2, 2.7, 2.6, 2.4, 2.5, 3.2)
SIGNATURE = "签名：　　　　　　　　　　年　　月　　日"
SEAL = "盖章：　　　　　　　　　　年　　月　　日"
#: Points above a line for ink: so that a pen finds room.
INK = 18


def register_document(form: RegisterForm) -> bytes:
    """The form as .docx."""
    document = new_form()
    words = "公务员年度考核登记表" if form.regime is Regime.CIVIL_SERVANT else "事业单位工作人员年度考核登记表"
    add_title(document, words, f"（{form.year} 年度）", subtitle_size=14)
    table = BoxTable(document, WIDTHS)
    table.add_pairs(("姓　　名", form.name), ("性　别", form.sex), ("出生年月", form.birth))
    table.add_pairs(("政治面貌", form.political_status), ("任现职时间", form.since))
    table.add_wide("单位及职务", form.unit_and_post, height=1.0)
    table.add_wide("从事或分管\n工作", form.work, height=1.2)
    table.add_wide("本\n人\n述\n职", form.report, height=6.8)
    table.add_wide("主管领导评语\n和考核等次\n建议", _proposed(form), height=3.2, foot=SIGNATURE, foot_space=INK)
    table.add_wide("机关负责人或\n考核委员会\n意见", f"确定等次：{form.final}", height=2.8, foot=SEAL, foot_space=INK)
    table.add_wide("本人意见", "", height=2.2, foot=SIGNATURE, foot_space=INK)
    table.add_wide("未确定等次或\n不参加考核\n情况说明", form.no_grade, height=1.6)
    table.add_wide("备　　注", f"本年度平时考核：{form.routine}" if form.routine else "", height=1.2)
    return saved(document)


def _proposed(form: RegisterForm) -> str:
    grade = f"建议等次：{form.proposed}" if form.proposed else "建议等次："
    return f"{form.comment}\n{grade}" if form.comment else grade
