"""``lvzhi import register``."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import date, datetime
from pathlib import Path

import click

from basic_info.organization.register_import import HasErrors, ImportReport, import_register
from host.kernel.access import SYSTEM
from host.kernel.appcontext import in_app
from host.kernel.db import db
from host.kernel.errors import Refused
from host.kernel.tables.reading import NotATable


@click.command("register", help="导入名册工作簿（单位、科室、岗位、人员）")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--on", "on", type=click.DateTime(["%Y-%m-%d"]), help="生效日期，默认今天")
@click.option("--dry-run", is_flag=True, help="只检查，不写入")
@click.option("--keep-good", is_flag=True, help="有错误时仍导入正确的行")
@click.option("--json", "as_json", is_flag=True, help="输出 JSON")
def register(file: Path, on: datetime | None, dry_run: bool, keep_good: bool, as_json: bool) -> None:
    day = on.date() if on is not None else date.today()  # noqa: DTZ011  # the operator's own day
    with in_app():
        try:
            report = import_register(file, actor=SYSTEM, on=day, dry_run=dry_run, keep_good=keep_good)
        except (NotATable, Refused) as refused:
            raise Refused(f"“{file.name}”：{refused}") from refused
        db.session.commit()
    click.echo(json.dumps(_facts(report), ensure_ascii=False) if as_json else _words(report))
    if report.error_count and dry_run:
        raise HasErrors(f"“{file.name}”共 {report.error_count} 处错误，请改正后再导入")


def _facts(report: ImportReport) -> dict[str, object]:
    return {
        "rows": report.rows,
        "outcomes": {title: asdict(outcome) for title, outcome in report.outcomes.items()},
        "error_count": report.error_count,
        "errors": [asdict(error) for error in report.errors],
        "is_applied": report.is_applied,
    }


def _words(report: ImportReport) -> str:
    lines = [
        f"{title}：新增 {outcome.new}，变更 {outcome.changed}，未变 {outcome.unchanged}"
        for title, outcome in report.outcomes.items()
    ] or [f"{title}：{count} 行可导入" for title, count in report.rows.items()]
    if report.unread:
        lines.append(f"没有读取的工作表：{'、'.join(report.unread)}")
    lines += [str(error) for error in report.errors[:20]]
    if report.error_count > 20:
        lines.append(f"……共 {report.error_count} 处错误")
    return "\n".join(lines)
