from __future__ import annotations

from flask.typing import ResponseReturnValue

from basic_info.regions.setting_pages import SettingPage
from function_monitor.blueprint import bp
from function_monitor.ladder.forms import LadderForm
from function_monitor.ladder.rules import LADDERS
from function_monitor.permissions import Permission
from host.kernel.access import requires

PAGE = SettingPage(
    setting=LADDERS,
    form=LadderForm,
    permission=Permission.RULE_EDIT,
    endpoint="function_monitor.show_ladder",
    template="function_monitor/ladder/edit.html",
)


@bp.get("/ladder")
@requires(Permission.RULE_EDIT)
def show_ladder() -> ResponseReturnValue:
    return PAGE.show()


@bp.post("/ladder")
@requires(Permission.RULE_EDIT)
def change_ladder() -> ResponseReturnValue:
    return PAGE.answer()
