"""An HTTP server on 127.0.0.1 that answers as it is told: whole, late, cut off, or not at all."""

from __future__ import annotations

import dataclasses
import enum
import http.server
import json
import socket
import socketserver
import struct
import threading
import urllib.parse
from collections.abc import Callable, Mapping
from typing import Any


class Delivery(enum.Enum):
    """What becomes of a reply on its way."""

    WHOLE = "whole"
    TRUNCATED = "truncated"  # all headers and half of the body, then the connection ends
    RESET = "reset"  # not a byte: the connection is reset


@dataclasses.dataclass(frozen=True, slots=True)
class Request:
    method: str
    path: str
    query: str  # as it came, still encoded
    headers: Mapping[str, str]  # names in lower case
    body: bytes

    def parameters(self) -> dict[str, str]:
        """The parameters of the query, decoded once; of repeated ones, the first."""
        pairs = urllib.parse.parse_qsl(self.query, keep_blank_values=True, encoding="utf-8", errors="replace")
        return dict(reversed(pairs))


@dataclasses.dataclass(frozen=True, slots=True)
class Reply:
    status: int = 200
    body: bytes = b""
    content_type: str = "application/json;charset=UTF-8"
    headers: Mapping[str, str] = dataclasses.field(default_factory=dict)
    delivery: Delivery = Delivery.WHOLE
    delay_seconds: float = 0.0  # before the first byte


def json_reply(document: object, status: int = 200, headers: Mapping[str, str] | None = None) -> Reply:
    return Reply(status, json.dumps(document, ensure_ascii=False).encode(), headers=headers or {})


class _Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: _Server

    def _serve(self) -> None:
        split = urllib.parse.urlsplit(self.path)
        length = int(self.headers.get("content-length") or 0)
        headers = {name.lower(): value for name, value in self.headers.items()}
        body = self.rfile.read(length) if length else b""
        self._send(self.server.answer(Request(self.command, split.path, split.query, headers, body)))

    do_GET = do_POST = do_DELETE = _serve

    def _send(self, reply: Reply) -> None:
        if reply.delay_seconds > 0:
            self.server.stopping.wait(reply.delay_seconds)
        if reply.delivery is Delivery.RESET:
            # Closed with bytes that nobody waits for, a connection is reset instead of ended.
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.server.abandon(self.connection)
            self.close_connection = True
            return
        self.send_response(reply.status)
        for name, value in {"Content-Type": reply.content_type, **reply.headers}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(reply.body)))
        self.end_headers()
        is_whole = reply.delivery is Delivery.WHOLE
        self.wfile.write(reply.body if is_whole else reply.body[: len(reply.body) // 2])
        self.close_connection = self.close_connection or not is_whole

    def log_message(self, *_: Any) -> None:
        """Says nothing: queries hold keys."""


class _Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, port: int, answer: Callable[[Request], Reply]) -> None:
        super().__init__(("127.0.0.1", port), _Handler)
        self.answer = answer
        self.stopping = threading.Event()
        self._changed = threading.Condition()
        self._open: set[socket.socket] = set()
        self._abandoned: set[socket.socket] = set()

    def server_bind(self) -> None:
        # The parent also asks for the name of this machine, which may take seconds and serves nothing here.
        socketserver.TCPServer.server_bind(self)

    def process_request(self, request: Any, client_address: Any) -> None:
        with self._changed:
            self._open.add(request)
        super().process_request(request, client_address)

    def abandon(self, connection: socket.socket) -> None:
        with self._changed:
            self._abandoned.add(connection)

    def shutdown_request(self, request: Any) -> None:
        with self._changed:
            is_abandoned = request in self._abandoned
            self._abandoned.discard(request)
        if is_abandoned:
            self.close_request(request)
        else:
            super().shutdown_request(request)

    def close_request(self, request: Any) -> None:
        super().close_request(request)
        with self._changed:
            self._open.discard(request)
            self._changed.notify_all()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Says nothing: a client that goes away is no news."""

    def end(self, patience_seconds: float) -> None:
        """Takes no more requests, and lets those in flight be answered."""
        self.stopping.set()
        self.shutdown()
        self.server_close()
        with self._changed:
            for connection in self._open:
                _end_reading(connection)
            self._changed.wait_for(lambda: not self._open, patience_seconds)


def _end_reading(connection: socket.socket) -> None:
    try:
        connection.shutdown(socket.SHUT_RD)
    except OSError:
        pass  # It has ended by itself.


class HttpServer:
    """Runs ``answer`` for each request, on a thread for each connection, until it is stopped."""

    def __init__(self, answer: Callable[[Request], Reply], port: int = 0) -> None:
        self._server = _Server(port, answer)
        self.port: int = self._server.server_address[1]
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()

    def stop(self, patience_seconds: float = 5.0) -> None:
        self._server.end(patience_seconds)
        self._thread.join()
