"""Files in an S3-compatible object store: ``s3+https://endpoint/bucket[/prefix]?region=…&style=virtual``."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, cast
from urllib.parse import parse_qs, urlsplit

import structlog
import urllib3
from minio import Minio
from minio.error import MinioException, S3Error

from config import BadSetting, Settings
from host.kernel.files.errors import StoreUnreachable
from host.kernel.files.names import name_of

log = structlog.get_logger("host.files")

#: Parts of a large object; the store shows it only when all of them are there.
PART_BYTES = 8 * 1024 * 1024
CONNECT_SECONDS, READ_SECONDS, TRIES = 3, 30, 1
_MISSING = frozenset({"NoSuchKey", "NoSuchObject"})


class ObjectStore:
    """One bucket. An object is put as a whole or not at all; equal bytes are put once."""

    def __init__(self, client: Minio, bucket: str, prefix: str = "") -> None:
        self._client, self._bucket, self._prefix = client, bucket, prefix

    def keep(self, path: Path, digest: str) -> None:
        """Raises StoreUnreachable; then nothing is kept."""
        key = self._key(digest)
        with _told(self._bucket):
            if not self._has(key):
                self._client.fput_object(self._bucket, key, str(path), part_size=PART_BYTES)

    def open(self, digest: str) -> BinaryIO:
        """The bytes as they come in. Raises FileNotFoundError, StoreUnreachable."""
        with _told(self._bucket):
            try:
                return cast(BinaryIO, self._client.get_object(self._bucket, self._key(digest)))
            except S3Error as fault:
                if fault.code in _MISSING:
                    raise FileNotFoundError(digest) from fault
                raise

    def remove(self, digest: str) -> None:
        with _told(self._bucket):
            self._client.remove_object(self._bucket, self._key(digest))

    def check(self) -> str:
        with _told(self._bucket):
            if not self._client.bucket_exists(self._bucket):
                raise BadSetting(f"对象存储中没有桶 {self._bucket}，请先建立")
        return f"对象存储的桶 {self._bucket} 可以访问"

    def _has(self, key: str) -> bool:
        try:
            self._client.stat_object(self._bucket, key)
        except S3Error as fault:
            if fault.code in _MISSING:
                return False
            raise
        return True

    def _key(self, digest: str) -> str:
        return self._prefix + name_of(digest)


def object_store(settings: Settings) -> ObjectStore:
    """The store of ``LVZHI_FILES_URL``; raises BadSetting. Nothing is asked of it yet."""
    parts = urlsplit(settings.files_url or "")
    bucket, _, prefix = parts.path.strip("/").partition("/")
    if not parts.hostname or not bucket or parts.username:
        raise BadSetting("LVZHI_FILES_URL：应为 s3+https://地址/桶?region=…，密钥另设")
    if not settings.files_access_key or not settings.files_secret_key:
        raise BadSetting("LVZHI_FILES_URL：请同时设置 LVZHI_FILES_ACCESS_KEY 和 LVZHI_FILES_SECRET_KEY")
    query = parse_qs(parts.query)
    try:
        client = Minio(
            parts.netloc,
            access_key=settings.files_access_key,
            secret_key=settings.files_secret_key,
            secure=parts.scheme == "s3+https",
            # Named, so that the store is not asked for it first.
            region=query.get("region", ["us-east-1"])[0],
            http_client=_pool(),
        )
    except (ValueError, MinioException) as fault:
        raise BadSetting(f"LVZHI_FILES_URL：{fault}") from fault
    if query.get("style") == ["virtual"]:
        client.enable_virtual_style_endpoint()  # type: ignore[no-untyped-call]
    return ObjectStore(client, bucket, f"{prefix}/" if prefix else "")


def _pool() -> urllib3.PoolManager:
    """Fails within seconds: a person waits, and the thread that serves them."""
    return urllib3.PoolManager(
        timeout=urllib3.Timeout(connect=CONNECT_SECONDS, read=READ_SECONDS),
        retries=urllib3.Retry(total=TRIES, backoff_factor=0.2, status_forcelist=[500, 502, 503, 504]),
        maxsize=8,
    )


@contextmanager
def _told(bucket: str) -> Iterator[None]:
    """Whatever goes wrong on the way becomes StoreUnreachable; why is in the log, for the operator."""
    try:
        yield
    except (MinioException, urllib3.exceptions.HTTPError) as fault:
        log.exception("file_store_failed", bucket=bucket, code=getattr(fault, "code", type(fault).__name__))
        raise StoreUnreachable from fault
