"""``lvzhi import mandate|power-list|flowchart FILE``: read a file, show what it says, or take it in."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click
from sqlalchemy import select

from basic_info.documents.library import Paper, PaperKind, read_paper, take_in
from basic_info.organization.models import Unit
from host.kernel.access import SYSTEM
from host.kernel.appcontext import in_app
from host.kernel.db import db
from host.kernel.errors import NotFound, Refused


def _command(kind: PaperKind) -> click.Command:
    """The import command of one kind of file; a dry run needs no database."""

    def run(file: Path, unit_code: str | None, year: int | None, dry_run: bool, as_json: bool) -> None:
        if not file.is_file():
            raise Refused(f"找不到文件 {file}")
        paper = read_paper(kind, file, file.name)
        if dry_run:
            _say(paper.as_contract(), as_json)
            return
        if unit_code is None:
            raise Refused("请用 --unit 指明单位编码，或用 --dry-run 只看解析结果")
        _say(_take_in(paper, file, unit_code, year), as_json)

    options = [
        click.Argument(["file"], type=click.Path(path_type=Path), metavar="FILE"),
        click.Option(["--unit", "unit_code"], help="单位编码"),
        click.Option(["--dry-run"], is_flag=True, help="只解析，不写入"),
        click.Option(["--json", "as_json"], is_flag=True, help="输出 JSON"),
        click.Option(["--year"], type=int, help="清单年度，默认今年", hidden=kind is not PaperKind.POWER_LIST),
    ]
    return click.Command(kind.value, callback=run, params=[*options], help=f"导入{kind.label}")


def _take_in(paper: Paper, file: Path, unit_code: str, year: int | None) -> dict[str, Any]:
    with in_app():
        unit_id = db.session.scalar(select(Unit.id).where(Unit.code == unit_code))
        if unit_id is None:
            raise NotFound(f"没有编码为 {unit_code} 的单位")
        row = take_in(paper, unit_id=unit_id, name=file.name, file_id=None, year=year, actor=SYSTEM)
        db.session.commit()
        return {"id": row.id, "unit": unit_code, "version_no": row.version_no}


def _say(found: dict[str, Any], as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(found, ensure_ascii=False))
        return
    for name, value in found.items():
        click.echo(f"{name}: {len(value) if isinstance(value, list) else value}")


commands = tuple(_command(kind) for kind in PaperKind)
