"""``lvzhi doctor``: looks at the machine and says what to mend."""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import click
from sqlalchemy import text

from config import BadSetting, Settings
from host import migrating
from host.kernel.embedding import NoModel
from host.kernel.errors import DomainError
from host.kernel.files.storage import store_of
from host.running.embedded import database_url

MIN_FREE_GIB = 5
MANIFEST = Path(__file__).parents[1] / "static" / "build" / "manifest.json"


@dataclass(frozen=True)
class Finding:
    """One thing looked at: is it well, and if not what to do."""

    what: str
    is_well: bool
    say: str


@click.command(help="检查运行环境，指出需要修复之处")
@click.option("--json", "as_json", is_flag=True, help="输出 JSON")
def doctor(as_json: bool) -> None:
    findings = [check() for check in CHECKS]
    if as_json:
        click.echo(json.dumps([asdict(finding) for finding in findings], ensure_ascii=False))
    else:
        for finding in findings:
            click.echo(f"{'✓' if finding.is_well else '✗'} {finding.what}：{finding.say}")
    if not all(finding.is_well for finding in findings):
        raise SystemExit(1)


def python_version() -> Finding:
    well = sys.version_info >= (3, 11)
    return Finding("Python", well, sys.version.split()[0] + ("" if well else "，需要 3.11 或更高版本"))


def disk_space() -> Finding:
    folder = Settings.from_env().var_dir
    free = shutil.disk_usage(folder).free // 2**30
    well = free >= MIN_FREE_GIB
    return Finding("磁盘空间", well, f"剩余 {free} GiB" + ("" if well else f"，至少需要 {MIN_FREE_GIB} GiB"))


def front_end() -> Finding:
    well = MANIFEST.exists()
    return Finding("前端文件", well, "已构建" if well else "尚未构建，请运行 make setup")


def var_is_private() -> Finding:
    folder = Settings.from_env().var_dir
    well = folder.exists() and not folder.stat().st_mode & 0o007
    return Finding("数据目录", well, "仅本用户可读" if well else f"请执行 chmod 700 {folder}")


def sentence_model() -> Finding:
    """The optional model for proposed links: where one is named, it can be loaded."""
    folder = Settings.from_env().embedding_dir
    if folder is None:
        return Finding("语义模型", True, "未启用（可选）")
    from host.kernel.sentence_model import SentenceModel  # noqa: PLC0415  # it brings numpy along

    try:
        SentenceModel(folder)
    except NoModel as missing:
        return Finding("语义模型", False, f"{missing}；未修复前衔接建议只按字词比较")
    return Finding("语义模型", True, f"已启用：{folder}")


def database() -> Finding:
    """Reachable, UTF-8, durable: what an acknowledged write relies on."""
    settings = Settings.from_env()
    try:
        with database_url(settings) as url:
            engine = migrating.migration_engine(replace(settings, database_url=url))
            with engine.connect() as connection:
                names = ("server_version", "server_encoding", "fsync", "full_page_writes", "synchronous_commit",
                         "data_checksums")  # fmt: skip
                found = {
                    name: str(connection.scalar(text("SELECT current_setting(:name)"), {"name": name}))
                    for name in names
                }
            engine.dispose()
    except Exception as error:  # noqa: BLE001  # whatever it is, the operator is told
        return Finding("数据库", False, f"连不上：{str(error).splitlines()[0]}")
    problems = [f"{name}={found[name]}" for name in names[2:5] if found[name] == "off"]
    if found["data_checksums"] == "off":  # no setting can turn this on
        problems.append("数据页没有校验：停库后执行 pg_checksums --enable")
    if int(found["server_version"].split(".")[0]) < 15:
        problems.append("版本低于 15")
    if found["server_encoding"] != "UTF8":
        problems.append("编码不是 UTF8")
    if problems:
        return Finding("数据库", False, "请修正：" + "、".join(problems))
    return Finding("数据库", True, f"PostgreSQL {found['server_version']}，写入有保障")


def migrations() -> Finding:
    settings = Settings.from_env()
    try:
        with database_url(settings) as url:
            found = migrating.status(replace(settings, database_url=url))
    except Exception as error:  # noqa: BLE001  # told above already
        return Finding("数据库结构", False, str(error).splitlines()[0])
    well = found["database"] == found["newest"]
    return Finding("数据库结构", well, "最新" if well else "请运行 lvzhi db upgrade")


def cores() -> Finding:
    count = os.cpu_count() or 1
    return Finding("处理器", count >= 2, f"{count} 核" + ("" if count >= 2 else "，建议至少 2 核"))


def file_store() -> Finding:
    """Where uploads go: there, and writable or answering."""
    try:
        return Finding("附件存储", True, store_of(Settings.from_env()).check())
    except (BadSetting, DomainError) as fault:
        return Finding("附件存储", False, str(fault))


CHECKS: tuple[Callable[[], Finding], ...] = (
    python_version, cores, disk_space, var_is_private, file_store, front_end, sentence_model, database, migrations,
)  # fmt: skip
