"""Where the bytes of files lie: under their SHA-256, equal bytes once."""

from __future__ import annotations

import errno
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import IO, BinaryIO, Protocol
from urllib.parse import unquote, urlsplit

from flask import current_app

from config import BadSetting, Settings
from host.kernel.files.errors import FileTooBig, NoRoom
from host.kernel.files.names import name_of

#: Names of files that are not there as a whole yet begin so.
INCOMING = ".incoming-"
_PIECE = 1024 * 1024


class FileStore(Protocol):
    """What keeps the bytes. All calls may come from any number of processes and machines."""

    def keep(self, path: Path, digest: str) -> None:
        """Take the finished file at ``path`` under ``digest``: there as a whole, on disk, or not at all."""

    def open(self, digest: str) -> BinaryIO:
        """The bytes; raises FileNotFoundError."""

    def remove(self, digest: str) -> None:
        """Forget the bytes; none there is no fault."""

    def check(self) -> str:
        """One sentence for the operator, where and how it is; raises BadSetting or DomainError with what to mend."""


class LocalStore:
    """A folder: ``ab/cd/abcd…``. Shared by several machines when it lies on a shared file system."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def keep(self, path: Path, digest: str) -> None:
        target = self.path_of(digest)
        if target.exists():
            return
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle, name = tempfile.mkstemp(dir=target.parent, prefix=INCOMING)
        try:
            with os.fdopen(handle, "wb") as file, path.open("rb") as source:
                shutil.copyfileobj(source, file, _PIECE)
                file.flush()
                os.fsync(file.fileno())
            os.replace(name, target)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
        _sync_folder(target.parent)

    def open(self, digest: str) -> BinaryIO:
        return self.path_of(digest).open("rb")

    def remove(self, digest: str) -> None:
        self.path_of(digest).unlink(missing_ok=True)

    def check(self) -> str:
        try:
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            with tempfile.TemporaryFile(dir=self.folder) as file:
                file.write(b"lvzhi")
        except OSError as fault:
            raise BadSetting(f"附件目录 {self.folder} 不能写入：{fault.strerror}") from fault
        return f"目录 {self.folder} 可以写入"

    def path_of(self, digest: str) -> Path:
        """The place of the bytes, by ``name_of``."""
        return self.folder / name_of(digest)


def store_of(settings: Settings) -> FileStore:
    """The store that ``LVZHI_FILES_URL`` names, else ``files`` under the var folder.

    ``file:///srv/files``, or ``s3+https://endpoint/bucket`` (see ``objects``). Raises BadSetting for anything else.
    """
    if settings.files_url is None:
        return LocalStore(settings.var_dir / "files")
    parts = urlsplit(settings.files_url)
    if parts.scheme in {"s3+https", "s3+http"}:
        from host.kernel.files.objects import object_store  # noqa: PLC0415  # its client loads only where it is used

        return object_store(settings)
    if parts.scheme != "file" or parts.netloc or not parts.path:
        raise BadSetting(f"LVZHI_FILES_URL={settings.files_url!r}：只支持 file:///目录 或 s3+https://地址/桶")
    return LocalStore(Path(unquote(parts.path)))


def current_store() -> FileStore:
    """The store of this application."""
    store: FileStore | None = current_app.extensions.get("file_store")
    if store is None:
        store = current_app.extensions["file_store"] = store_of(current_app.extensions["settings"])
    return store


@contextmanager
def received(source: IO[bytes], *, most_bytes: int) -> Iterator[Path]:
    """The bytes of ``source`` in a file of their own while the context lasts. Raises FileTooBig, NoRoom."""
    with no_room_told(), tempfile.TemporaryDirectory(prefix="lvzhi-upload-") as folder:
        path = Path(folder) / "content"
        taken = 0
        with path.open("wb") as file:
            while piece := source.read(_PIECE):
                taken += len(piece)
                if taken > most_bytes:
                    raise FileTooBig(f"文件不能超过 {most_bytes // _PIECE} MiB，请压缩或拆分后上传")
                file.write(piece)
        yield path


@contextmanager
def no_room_told() -> Iterator[None]:
    """A full disk becomes NoRoom, which the person is told; other faults stay what they are."""
    try:
        yield
    except OSError as fault:
        if fault.errno in {errno.ENOSPC, errno.EDQUOT}:
            raise NoRoom from fault
        raise


def digest_of(path: Path) -> str:
    """SHA-256 as 64 hexadecimal digits."""
    found = sha256()
    with path.open("rb") as file:
        while piece := file.read(_PIECE):
            found.update(piece)
    return found.hexdigest()


def _sync_folder(folder: Path) -> None:
    """The new name itself must survive a crash, not only the bytes behind it."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
