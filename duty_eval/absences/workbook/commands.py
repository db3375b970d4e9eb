"""``lvzhi import absences``."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

import click

from basic_info.organization.register_import import HasErrors
from duty_eval.absences.workbook.operation import AbsenceReport, import_absences
from host.kernel.access import SYSTEM
from host.kernel.appcontext import in_app
from host.kernel.db import db
from host.kernel.errors import Refused
from host.kernel.tables.reading import NotATable

_SHOWN_ERRORS = 20


@click.command("absences", help="导入请假、出差、借调（人员编码、姓名、种类、起、止、半天、事由）")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="只检查，不写入")
@click.option("--json", "as_json", is_flag=True, help="输出 JSON")
def absences(file: Path, dry_run: bool, as_json: bool) -> None:
    with in_app():
        try:
            report = import_absences(file, actor=SYSTEM, dry_run=dry_run)
        except (NotATable, Refused) as refused:
            raise Refused(f"“{file.name}”：{refused}") from refused
        db.session.commit()
    click.echo(json.dumps(_facts(report), ensure_ascii=False) if as_json else _words(report))
    if report.findings.count:
        raise HasErrors(f"“{file.name}”共 {report.findings.count} 处错误，请改正后再导入")


def _facts(report: AbsenceReport) -> dict[str, object]:
    return {
        "outcomes": {outcome.value: count for outcome, count in report.counts.items()},
        "error_count": report.findings.count,
        "errors": [asdict(error) for error in report.findings.errors],
        "is_applied": report.is_applied,
    }


def _words(report: AbsenceReport) -> str:
    lines = [f"{outcome.label}：{count} 行" for outcome, count in report.counts.items()]
    lines += [str(error) for error in report.findings.errors[:_SHOWN_ERRORS]]
    if report.findings.count > _SHOWN_ERRORS:
        lines.append(f"……共 {report.findings.count} 处错误")
    return "\n".join(lines)
