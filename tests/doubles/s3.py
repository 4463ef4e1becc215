"""A tiny S3-compatible store over HTTP: enough to prove that our bytes and a signature go over the wire."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class S3Double(ThreadingHTTPServer):
    """Keeps objects by path; refuses a request without a signature."""

    def __init__(self) -> None:
        self.objects: dict[str, bytes] = {}
        super().__init__(("127.0.0.1", 0), _Handler)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class _Handler(BaseHTTPRequestHandler):
    server: S3Double

    def do_PUT(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if self._signed():
            self.server.objects[self.path] = body
            self._answer(200, b"", {"ETag": '"1"'})

    def do_GET(self) -> None:
        if self._signed():
            found = self.server.objects.get(self.path)
            times = {"ETag": '"1"', "Last-Modified": "Sat, 21 Nov 2026 10:00:00 GMT"}
            self._answer(404 if found is None else 200, found or b"", times)

    def _signed(self) -> bool:
        if "AWS4-HMAC-SHA256 Credential=key/" in self.headers.get("Authorization", ""):
            return True
        self._answer(403, b"", {})
        return False

    def _answer(self, status: int, body: bytes, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: object) -> None:
        """Quiet: tests look at the objects."""


@contextmanager
def running_s3() -> Iterator[S3Double]:
    server = S3Double()
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
