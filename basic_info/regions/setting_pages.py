"""The page of a setting of divisions: one division at a time, what it goes by in a form, what it set before."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from basic_info.regions.queries import region_to_set, regions_to_set
from basic_info.regions.settings import DivisionSetting
from host.kernel.access import current_actor
from host.kernel.answering import refusal
from host.kernel.dated import DatedForm, filled
from host.kernel.db import AnyRow, db
from host.kernel.forms import validated
from host.kernel.pages import day, today_in_china

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

F = TypeVar("F", bound="DataclassInstance")


@dataclass(frozen=True)
class SettingPage(Generic[F]):
    """``form`` has the fields of the setting by their names. ``endpoint``: of the page.

    ``permission`` is what both views ask for; here it cuts the divisions.
    """

    setting: DivisionSetting[Any, F]
    form: type[DatedForm]
    permission: str
    endpoint: str
    template: str

    def show(self) -> ResponseReturnValue:
        today, region = today_in_china(), self._region()
        holds = self.setting.of_code(region.code, today)
        return self._page(region, self.form(formdata=None, data={**vars(holds), "on": today}))

    def answer(self) -> ResponseReturnValue:
        region, form = self._region(), self.form()
        status = refusal(
            form,
            lambda: self.setting.set(
                region.id,
                filled(self.setting.default, form),
                on=validated(form.on.data),
                today=today_in_china(),
                reason=form.reason.data or "",
                actor=current_actor(),
            ),
            at=form.on,
        )
        if status:
            return self._page(region, form), status
        flash(f"已保存，{day(form.on.data, short=True)}起执行", "success")
        return redirect(url_for(self.endpoint, region=region.code), 303)

    def _page(self, region: AnyRow, form: DatedForm) -> str:
        return render_template(
            self.template,
            form=form,
            region=region,
            region_options=[(one.code, one.name) for one in self._regions()],
            versions=db.session.scalars(self.setting.history(region.id)).all(),
            default=self.setting.default,
            today=today_in_china(),
        )

    def _regions(self) -> list[AnyRow]:
        """The divisions for which the actor may set it."""
        return regions_to_set(current_actor(), self.permission, today_in_china())

    def _region(self) -> AnyRow:
        return region_to_set(self._regions(), request.values.get("region", ""))
