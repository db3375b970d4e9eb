"""Settings of one running platform, read once from the environment (``LVZHI_*``)."""

from __future__ import annotations

import os
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError


class BadSetting(Exception):
    """An environment variable holds something that cannot be used; the text says which and why."""


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Everything an operator may set. ``docs/operators/README.md`` explains each."""

    var_dir: Path = Path("var")
    #: None: the embedded PostgreSQL under ``var_dir`` is used.
    database_url: str | None = None
    #: One city is one schema; its queue lives beside it in ``<schema>_queue``.
    schema: str = "lvzhi"
    secret_key: str = field(repr=False)
    host: str = "127.0.0.1"
    port: int = 8000
    web_workers: int = 2
    web_threads: int = 4
    upload_limit_mib: int = 64
    sign_in_failures: int = 5
    sign_in_lock_minutes: int = 15
    staff_idle_minutes: int = 480
    privileged_idle_minutes: int = 15
    session_days: int = 7
    files_url: str | None = None
    #: of an object store, where ``files_url`` names one
    files_access_key: str = field(default="", repr=False)
    files_secret_key: str = field(default="", repr=False)
    trusted_proxies: int = 0
    #: who may read /metrics from anywhere; empty: the machine itself only
    metrics_token: str = field(default="", repr=False)
    #: where messages for people may be sent, as ``https://gateway.example``; empty: nowhere
    outgoing_origins: tuple[str, ...] = ()
    #: a folder with a sentence model for proposals of links; None: words alone
    embedding_dir: Path | None = None
    log_level: str = "INFO"
    testing: bool = False

    @property
    def queue_schema(self) -> str:
        return f"{self.schema}_queue"

    @classmethod
    def from_env(cls, env: Mapping[str, str] | None = None) -> Settings:
        """Read the ``LVZHI_*`` variables; raises BadSetting with the name of the wrong one."""
        env = os.environ if env is None else env
        var_dir = Path(env.get("LVZHI_VAR_DIR", "var")).absolute()
        schema = env.get("LVZHI_SCHEMA", cls.schema)
        if not schema.isidentifier() or not schema.islower() or len(schema) > 40:
            raise BadSetting(f"LVZHI_SCHEMA={schema!r}：只能用小写字母、数字和下划线")
        return cls(
            var_dir=var_dir,
            database_url=_database_url(env.get("LVZHI_DATABASE_URL", "")),
            schema=schema,
            secret_key=_given_secret(env) or _kept_secret(var_dir),
            host=env.get("LVZHI_HOST", cls.host),
            port=_integer(env, "LVZHI_PORT", cls.port, most=65535),
            web_workers=_integer(env, "LVZHI_WEB_WORKERS", cls.web_workers),
            web_threads=_integer(env, "LVZHI_WEB_THREADS", cls.web_threads),
            upload_limit_mib=_integer(env, "LVZHI_UPLOAD_LIMIT_MIB", cls.upload_limit_mib),
            sign_in_failures=_integer(env, "LVZHI_SIGN_IN_FAILURES", cls.sign_in_failures),
            sign_in_lock_minutes=_integer(env, "LVZHI_SIGN_IN_LOCK_MINUTES", cls.sign_in_lock_minutes),
            staff_idle_minutes=_integer(env, "LVZHI_STAFF_IDLE_MINUTES", cls.staff_idle_minutes),
            privileged_idle_minutes=_integer(env, "LVZHI_PRIVILEGED_IDLE_MINUTES", cls.privileged_idle_minutes),
            session_days=_integer(env, "LVZHI_SESSION_DAYS", cls.session_days),
            files_url=env.get("LVZHI_FILES_URL") or None,
            files_access_key=env.get("LVZHI_FILES_ACCESS_KEY", ""),
            files_secret_key=env.get("LVZHI_FILES_SECRET_KEY", ""),
            trusted_proxies=_integer(env, "LVZHI_TRUSTED_PROXIES", cls.trusted_proxies, least=0),
            metrics_token=env.get("LVZHI_METRICS_TOKEN", ""),
            outgoing_origins=_origins(env.get("LVZHI_OUTGOING_ORIGINS", "")),
            embedding_dir=Path(folder).absolute() if (folder := env.get("LVZHI_EMBEDDING_DIR")) else None,
            log_level=env.get("LVZHI_LOG_LEVEL", cls.log_level).upper(),
        )


def _integer(env: Mapping[str, str], name: str, default: int, *, least: int = 1, most: int | None = None) -> int:
    text = env.get(name, "")
    if not text:
        return default
    try:
        value = int(text)
    except ValueError:
        raise BadSetting(f"{name}={text!r}：应为整数") from None
    if value < least:
        raise BadSetting(f"{name}={text!r}：不能小于 {least}")
    if most is not None and value > most:
        raise BadSetting(f"{name}={text!r}：不能大于 {most}")
    return value


def _origins(text: str) -> tuple[str, ...]:
    """Addresses by comma, each with scheme and host."""
    found = tuple(part.strip() for part in text.split(",") if part.strip())
    for origin in found:
        if not re.fullmatch(r"(https?|smtps?)://[^/@\s]+", origin):
            raise BadSetting(
                f"LVZHI_OUTGOING_ORIGINS 中的 {origin!r}：应写成 https://主机 或 smtps://主机:465，多个用逗号隔开"
            )
    return found


def _database_url(text: str) -> str | None:
    """The address with the driver named. Its text is not repeated in a refusal: a password may be in it."""
    if not text:
        return None
    scheme, mark, rest = text.partition("://")
    if scheme not in {"postgresql", "postgres", "postgresql+psycopg"} or not mark or not rest:
        raise BadSetting("LVZHI_DATABASE_URL：应写成 postgresql+psycopg://用户:密码@主机:端口/库名")
    try:
        make_url(url := f"postgresql+psycopg://{rest}")
    except (ArgumentError, ValueError):
        raise BadSetting("LVZHI_DATABASE_URL：看不出主机、端口或库名，密码中的特殊字符须转义") from None
    return url


def _given_secret(env: Mapping[str, str]) -> str | None:
    text = env.get("LVZHI_SECRET_KEY", "")
    if text and not re.fullmatch("[0-9a-fA-F]{64}", text):
        raise BadSetting("LVZHI_SECRET_KEY：应为 64 位十六进制数字")
    return text or None


def _kept_secret(var_dir: Path) -> str:
    """The installation's own key, made once: 32 random bytes in ``var/secret-key``, mode 0600."""
    path = var_dir / "secret-key"
    var_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text(encoding="ascii").strip()
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(secrets.token_hex(32))
    return path.read_text(encoding="ascii").strip()
