"""The command ``lvzhi``. Exit code 0: good; 2: refused, with one line on stderr."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import click
from flask import Flask
from sqlalchemy.exc import OperationalError

from config import BadSetting, Settings
from host import migrating
from host.app import SYSTEMS, create_app
from host.auth import operations as accounts
from host.auth.granting import grant_named_role
from host.commands.backup import backup, restore
from host.commands.doctor import doctor
from host.commands.refusals import file_sentence, usage_sentence
from host.commands.running import scheduler, serve, up, worker
from host.demo.loading import load_demo_once
from host.kernel import appcontext
from host.kernel.access import SYSTEM
from host.kernel.db import db
from host.kernel.errors import DomainError
from host.kernel.logs import configure_logs
from host.running.embedded import database_url
from host.seeding import seed


@contextmanager
def platform_app() -> Iterator[Flask]:
    """The application inside its context, with the embedded database kept alive meanwhile."""
    settings = Settings.from_env()
    configure_logs(os.environ.get("LVZHI_LOG_LEVEL", "WARNING"), process="cli")
    with database_url(settings) as url:
        app = create_app(replace(settings, database_url=url), process="cli")
        with app.app_context():
            yield app
            db.session.remove()
            db.engine.dispose()


def say(value: dict[str, Any], *, as_json: bool, text: str) -> None:
    """Print ``value`` for a script or ``text`` for a person."""
    click.echo(json.dumps(value, ensure_ascii=False) if as_json else text)


@click.group(help="履职平台：一平台四系统")
def cli() -> None: ...


@cli.group("db", help="数据库结构")
def db_group() -> None: ...


@db_group.command("upgrade", help="升级到最新结构")
def db_upgrade() -> None:
    settings = Settings.from_env()
    with database_url(settings) as url:
        settings = replace(settings, database_url=url)
        migrating.upgrade(settings)
        seed(settings)
    click.echo("数据库结构已是最新")


@db_group.command("status", help="显示当前结构版本")
@click.option("--json", "as_json", is_flag=True, help="输出 JSON")
def db_status(as_json: bool) -> None:
    settings = Settings.from_env()
    with database_url(settings) as url:
        found = migrating.status(replace(settings, database_url=url))
    say(found, as_json=as_json, text=f"当前 {found['database'] or '无'}，最新 {found['newest']}")


@cli.group("user", help="账号")
def user_group() -> None: ...


@user_group.command("create", help="新建账号，显示一次性密码（只显示这一次）")
@click.argument("login_name")
@click.option("--name", "display_name", required=True, help="姓名")
@click.option("--role", help="角色标识，如 system_admin；可稍后由安全管理员授予")
@click.option("--region", "region_code", help="授权范围：行政区划代码")
@click.option("--json", "as_json", is_flag=True, help="输出 JSON")
def user_create(login_name: str, display_name: str, role: str | None, region_code: str | None, as_json: bool) -> None:
    with platform_app():
        account, password = accounts.create_account(login_name, display_name=display_name, actor=SYSTEM)
        if role is not None:
            grant_named_role(account, role, region_code=region_code, actor=SYSTEM)
        db.session.commit()
    say(
        {"login_name": account.login_name, "password": password},
        as_json=as_json,
        text=f"账号 {account.login_name} 的一次性密码：{password}（首次登录须修改）",
    )


@user_group.command("reset", help="重置密码，显示一次性密码；该账号的所有登录随即失效")
@click.argument("login_name")
@click.option("--json", "as_json", is_flag=True, help="输出 JSON")
def user_reset(login_name: str, as_json: bool) -> None:
    with platform_app():
        account = accounts.account_named(login_name)
        password = accounts.reset_password(account, actor=SYSTEM)
        db.session.commit()
    say(
        {"login_name": account.login_name, "password": password},
        as_json=as_json,
        text=f"账号 {account.login_name} 的一次性密码：{password}（首次登录须修改）",
    )


@cli.group("demo", help="演示城市")
def demo_group() -> None: ...


@demo_group.command("load", help="装入演示城市（拒绝已有真实数据的数据库）")
@click.option("--staff", type=click.IntRange(240, 300_000), default=2000, show_default=True, help="人数")
def demo_load(staff: int) -> None:
    with platform_app() as app:
        path = app.extensions["settings"].var_dir / "demo-accounts"
        loaded = load_demo_once(staff=staff, accounts_file=path, say=click.echo)
    click.echo(f"账号见 {path}" if loaded else "演示城市已在，未作改动")


@cli.group("import", help="导入「三定」规定、权责清单、流程图、名册和请假")
def import_group() -> None: ...


appcontext.provide(platform_app)
for command in (up, serve, scheduler, worker, doctor, backup, restore):
    cli.add_command(command)
for system in SYSTEMS:
    for command in system.commands:
        import_group.add_command(command)


def main() -> None:
    """Run a command; what is refused ends with one line and exit code 2, never with a traceback."""
    try:
        cli.main(prog_name="lvzhi", standalone_mode=False)
    except click.exceptions.Abort:
        sys.exit(130)
    except click.ClickException as error:
        refuse(usage_sentence(error))
    except (DomainError, BadSetting) as error:
        refuse(str(error))
    except OperationalError as error:
        refuse(f"连不上数据库：{str(error.orig).splitlines()[0]}")
    except OSError as error:
        if error.filename is None:
            raise
        refuse(file_sentence(error))


def refuse(sentence: str) -> None:
    click.echo(f"lvzhi: {sentence}", err=True)
    sys.exit(2)


if __name__ == "__main__":
    main()
