from __future__ import annotations

from flask.typing import ResponseReturnValue

from basic_info.regions.setting_pages import SettingPage
from duty_eval.blueprint import bp
from duty_eval.entry_rules.forms import RulesForm
from duty_eval.entry_rules.queries import RULES
from duty_eval.permissions import Permission
from host.kernel.access import requires

PAGE = SettingPage(
    setting=RULES,
    form=RulesForm,
    permission=Permission.ENTRY_RULE_SET,
    endpoint="duty_eval.entry_rules",
    template="duty_eval/entry_rules/edit.html",
)


@bp.get("/entry-rules")
@requires(Permission.ENTRY_RULE_SET)
def entry_rules() -> ResponseReturnValue:
    return PAGE.show()


@bp.post("/entry-rules")
@requires(Permission.ENTRY_RULE_SET)
def set_entry_rules() -> ResponseReturnValue:
    return PAGE.answer()
