"""``lvzhi backup`` and ``lvzhi restore``."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import click

from config import Settings
from host.running import backup as backups
from host.running.embedded import database_url
from host.running.supervisor import only_one


@click.command(help="备份数据库和附件到一个新文件夹；平台可以照常运行")
@click.argument("folder", type=click.Path(path_type=Path))
def backup(folder: Path) -> None:
    settings = Settings.from_env()
    with database_url(settings) as url:
        made = backups.back_up(replace(settings, database_url=url), folder.absolute(), say=click.echo)
    click.echo(f"已备份到 {folder}（结构版本 {made.revision}）。密钥不在其中，请另行妥善保管")


@click.command(help="从备份文件夹恢复到空的数据库；先停止平台")
@click.argument("folder", type=click.Path(path_type=Path))
def restore(folder: Path) -> None:
    settings = Settings.from_env()
    with only_one(settings.var_dir), database_url(settings) as url:
        found = backups.restore(replace(settings, database_url=url), folder.absolute(), say=click.echo)
    click.echo(f"已恢复 {found.made_at} 的备份，可以用 lvzhi up 启动")
