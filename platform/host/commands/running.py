"""``lvzhi up`` and its parts."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from types import FrameType

import click
import psycopg
import structlog

from config import BadSetting, Settings
from host import migrating
from host.app import create_app
from host.demo.loading import load_demo_once
from host.kernel.logs import configure_logs
from host.running.certificate import own_addresses, own_certificate
from host.running.children import end_with_parent, free_port
from host.running.embedded import DatabaseNotStarted, EmbeddedPostgres
from host.running.supervisor import Supervisor, only_one, platform_children
from host.seeding import seed

log = structlog.get_logger("host.up")

LOCAL = {"127.0.0.1", "::1", "localhost"}


@click.command(help="启动平台：数据库、网页、定时与后台任务；Ctrl-C 全部停止")
@click.option("--demo", is_flag=True, help="首次启动时装入演示城市")
@click.option("--city", type=click.IntRange(240, 300_000), default=None, help="演示城市人数（另建数据目录），如 168000")
def up(demo: bool, city: int | None) -> None:
    started = time.monotonic()
    settings = Settings.from_env()
    if city is not None:
        # Beside the small demo, on an operator's own server too: a folder and a schema of its own.
        folder = settings.var_dir / f"city-{city}"
        settings = replace(settings, var_dir=folder, schema=f"{settings.schema}_city_{city}"[:40])
    settings.var_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    configure_logs(settings.log_level, process="up")
    with only_one(settings.var_dir):
        server = None
        if settings.database_url is None:
            server = EmbeddedPostgres(settings.var_dir / "postgres")
            server.enter()
            settings = replace(settings, database_url=server.url)
        try:
            migrating.upgrade(settings)
            seed(settings)
            if demo or city is not None:
                _load_demo_once(settings, staff=city or 2000)
            tls = own_certificate(settings.var_dir / "tls") if settings.host not in LOCAL else None
            settings = replace(settings, port=free_port(settings.host, settings.port))
            supervisor = Supervisor(
                settings,
                platform_children(settings, tls=tls),
                database_watch=_watch(server) if server is not None else None,
            )
            supervisor.run(when_started=lambda: _announce(settings, tls is not None, started))
        finally:
            if server is not None:
                server.leave()


@click.command(help="只启动网页服务（前台）")
def serve() -> None:
    settings = Settings.from_env()
    _require_database(settings)
    settings = replace(settings, port=free_port(settings.host, settings.port))
    command = platform_children(settings, tls=None)[0].command
    click.echo(f"http://{settings.host}:{settings.port}")
    os.execv(command[0], command)


def _require_database(settings: Settings) -> None:
    """Raises BadSetting where no database answers: web workers without one would wait in silence."""
    if settings.database_url is None:
        raise BadSetting("没有设置 LVZHI_DATABASE_URL；在一台机器上试用请运行 lvzhi up，它自带数据库")
    try:
        psycopg.connect(settings.database_url.replace("+psycopg", "", 1), connect_timeout=5).close()
    except psycopg.OperationalError as error:
        reason = next(iter(str(error).splitlines()), "")
        raise BadSetting(f"连不上数据库，请检查 LVZHI_DATABASE_URL 和数据库是否已启动：{reason}") from error


@click.command(help="定时器：可多处启动，同一时刻只有一个领头")
def scheduler() -> None:
    from host.kernel.clock.leader import run_scheduler  # noqa: PLC0415  # only this process needs it

    settings = Settings.from_env()
    configure_logs(settings.log_level, process="scheduler")
    end_with_parent()
    run_scheduler(create_app(settings, process="scheduler"))


@click.command(help="后台任务：可在多台机器上启动任意多个")
def worker() -> None:
    from host.kernel.jobs.worker import run_worker  # noqa: PLC0415  # only this process needs it

    settings = Settings.from_env()
    configure_logs(settings.log_level, process="worker")
    end_with_parent()
    run_worker(create_app(settings, process="worker"))


def _load_demo_once(settings: Settings, *, staff: int) -> None:
    app = create_app(settings, process="demo")
    with _stops_at_a_signal(), app.app_context():
        load_demo_once(staff=staff, accounts_file=settings.var_dir / "demo-accounts", say=click.echo)


@contextmanager
def _stops_at_a_signal() -> Iterator[None]:
    """Ctrl-C and SIGTERM end the work inside by KeyboardInterrupt; what encloses it tidies up undisturbed.

    One that is raised inside a weak reference's callback is lost, so it comes again until the work has ended.
    """
    signals = (signal.SIGINT, signal.SIGTERM, signal.SIGALRM)

    def stop(_signal: int, _frame: FrameType | None) -> None:
        signal.setitimer(signal.ITIMER_REAL, 1)
        raise KeyboardInterrupt

    before = [signal.signal(number, stop) for number in signals]
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        for number, handler in zip(signals, before, strict=True):
            signal.signal(number, handler)


def _watch(server: EmbeddedPostgres) -> Callable[[], None]:
    """Start the server again when its process is gone; what cannot be started now is tried again at the next look."""

    def look() -> None:
        if server.is_there():
            return
        log.warning("database_gone")
        try:
            server.revive()
        except (DatabaseNotStarted, psycopg.OperationalError) as error:
            log.warning("database_not_started", error=str(error))
        else:
            log.warning("database_back")

    return look


def _announce(settings: Settings, tls: bool, started: float) -> None:
    _wait_until_open(settings)
    scheme = "https" if tls else "http"
    hosts = own_addresses() if settings.host in {"0.0.0.0", "::"} else [settings.host]  # noqa: S104
    addresses = "  ".join(f"{scheme}://{host}:{settings.port}" for host in hosts)
    click.echo(f"平台已启动（{time.monotonic() - started:.0f} 秒）：{addresses}")
    accounts = settings.var_dir / "demo-accounts"
    if accounts.exists():
        click.echo(f"演示账号与密码见 {_near(accounts)}；按 Ctrl-C 停止。")
    sys.stdout.flush()


def _wait_until_open(settings: Settings, seconds: float = 60) -> None:
    import socket  # noqa: PLC0415

    host = "127.0.0.1" if settings.host == "0.0.0.0" else settings.host  # noqa: S104
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            socket.create_connection((host, settings.port), timeout=1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return


def _near(path: Path) -> Path:
    try:
        return path.relative_to(Path.cwd())
    except ValueError:
        return path
