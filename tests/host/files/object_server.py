"""An object store of this process: what S3 answers to the few requests that the platform makes."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

BUCKET = "lvzhi"


class ObjectServer(ThreadingHTTPServer):
    """``objects`` by key; ``uploads`` of several parts that are not finished; ``seen`` are requests in order."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Requests)
        self.objects: dict[str, bytes] = {}
        self.uploads: dict[str, dict[int, bytes]] = {}
        self.seen: list[str] = []
        #: Answer everything with this instead.
        self.fails_with: int | None = None

    @property
    def url(self) -> str:
        return f"s3+http://127.0.0.1:{self.server_port}/{BUCKET}"


class _Requests(BaseHTTPRequestHandler):
    server: ObjectServer
    protocol_version = "HTTP/1.1"

    def do_PUT(self) -> None:
        content = self._body()
        if self._refused():
            return
        if "uploadId" in self.query:
            self.server.uploads[self.query["uploadId"][0]][int(self.query["partNumber"][0])] = content
        else:
            self.server.objects[self.key] = content
        self._answer(200, headers={"ETag": f'"{hashlib.sha256(content).hexdigest()[:32]}"'})

    def do_POST(self) -> None:
        self._body()
        if self._refused():
            return
        if "uploads" in self.query:
            self.server.uploads["u1"] = {}
            self._answer(200, "<InitiateMultipartUploadResult><UploadId>u1</UploadId></InitiateMultipartUploadResult>")
            return
        parts = self.server.uploads.pop(self.query["uploadId"][0])
        self.server.objects[self.key] = b"".join(parts[number] for number in sorted(parts))
        self._answer(200, "<CompleteMultipartUploadResult><ETag>x</ETag></CompleteMultipartUploadResult>")

    def do_HEAD(self) -> None:
        self.do_GET(with_content=False)

    def do_GET(self, *, with_content: bool = True) -> None:
        if self._refused():
            return
        if not self.key:
            self._answer(200 if self.bucket == BUCKET else 404)
        elif self.key in self.server.objects:
            content = self.server.objects[self.key]
            headers = {"ETag": '"x"', "Last-Modified": "Mon, 02 Mar 2026 00:00:00 GMT"}
            self._answer(200, content, headers=headers, with_content=with_content)
        else:
            self._answer(404, "<Error><Code>NoSuchKey</Code></Error>", with_content=with_content)

    def do_DELETE(self) -> None:
        if not self._refused():
            self.server.objects.pop(self.key, None)
            self._answer(204)

    @property
    def bucket(self) -> str:
        return urlsplit(self.path).path.lstrip("/").partition("/")[0]

    @property
    def key(self) -> str:
        return urlsplit(self.path).path.lstrip("/").partition("/")[2]

    @property
    def query(self) -> dict[str, list[str]]:
        return parse_qs(urlsplit(self.path).query, keep_blank_values=True)

    def _body(self) -> bytes:
        return self.rfile.read(int(self.headers.get("Content-Length") or 0))

    def _refused(self) -> bool:
        self.server.seen.append(f"{self.command} {self.path}")
        status = self.server.fails_with
        if status is None and not self.headers.get("Authorization", "").startswith("AWS4-HMAC-SHA256 Credential=key/"):
            status = 403
        if status is not None:
            self._answer(status, "<Error><Code>AccessDenied</Code></Error>", with_content=self.command != "HEAD")
        return status is not None

    def _answer(
        self,
        status: int,
        content: bytes | str = b"",
        *,
        headers: dict[str, str] | None = None,
        with_content: bool = True,
    ) -> None:
        body = content.encode() if isinstance(content, str) else content
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("Content-Type", "application/xml")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if with_content:
            self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Tests read ``seen`` instead."""


@contextmanager
def serving() -> Iterator[ObjectServer]:
    server = ObjectServer()
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
