"""A partner that takes our messages: it remembers all that came, and behaves as it is told."""

import contextlib
import http.server
import json
import socket
import struct
import sys
import threading
import time
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Call:
    """A request as it came; ``at`` of ``time.time``, when its last byte was read."""

    at: float
    method: str
    path: str
    headers: dict = field(repr=False)
    body: bytes = field(repr=False)
    client_port: int = 0

    @property
    def key(self):
        """Our id, the same for all tries of a message."""
        return self.headers.get("Idempotency-Key", "")

    @property
    def data(self):
        return json.loads(self.body)


class Answer:
    """What a receiver says: status, headers, body (or its pieces, as chunks), after ``delay``
    seconds, or what it does instead: ``reset`` the connection, or send a byte a second (``drip``).
    ``works``: whether it worked the message, told by the status unless given."""

    def __init__(
        self,
        status=200,
        headers=(),
        body=b"{}",
        delay=0.0,
        reset=False,
        drip=False,
        works=None,
    ):
        self.status, self.headers, self.body = status, dict(headers), body
        self.delay, self.reset, self.drip = delay, reset, drip
        self.works = 200 <= status < 300 if works is None else works


OK = Answer()


class Receiver:
    """An HTTP server on the loopback network.

    :param behave: ``(call, number) -> Answer``, ``number`` counts from 0
    """

    def __init__(self, behave=None, port=0):
        self.behave = behave or (lambda call, number: OK)
        self.calls, self.worked = [], []
        self._lock = threading.Lock()
        receiver = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def answer(self):
                receiver._answer(self)

            do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = answer

            def log_message(self, *_args):
                pass

        class Server(http.server.ThreadingHTTPServer):
            request_queue_size = 128
            daemon_threads = True

            def handle_error(self, *_args):
                pass  # whoever calls us may be killed at any moment

        self._server = Server(("127.0.0.1", port), Handler)
        self.port = self._server.server_port
        self.url = f"http://127.0.0.1:{self.port}"
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(0.05,), daemon=True
        )

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *exc_info):
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(10)

    def allow(self, rpc):
        """Let Odoo call it, as an administrator does."""
        known = rpc(
            "logistics.allowed.host",
            "search_read",
            [("host", "=", "127.0.0.1"), ("active", "in", (True, False))],
            ["ports"],
        )
        ports = {port for row in known for port in (row["ports"] or "").split(",") if port}
        values = {
            "host": "127.0.0.1",
            "ports": ",".join(sorted({*ports, str(self.port)})),
            "plain_http": True,
            "active": True,
            "note": "A partner's system (tests)",
        }
        if known:
            rpc("logistics.allowed.host", "write", [known[0]["id"]], values)
        else:
            rpc("logistics.allowed.host", "create", [values])

    def _answer(self, handler):
        length = int(handler.headers.get("Content-Length") or 0)
        body = handler.rfile.read(length)
        if len(body) < length:  # who called was killed in the middle: nobody can work that
            handler.close_connection = True
            return
        call = Call(
            time.time(),
            handler.command,
            handler.path,
            dict(handler.headers),
            body,
            handler.client_address[1],
        )
        with self._lock:
            number = len(self.calls)
            self.calls.append(call)
        answer = self.behave(call, number)
        if answer.delay:
            time.sleep(answer.delay)
        if answer.works:
            with self._lock:
                self.worked.append(call)
        if answer.reset:
            linger = struct.pack("ii", 1, 0)  # the other side gets a reset, not an end
            handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
            handler.connection.close()
            handler.close_connection = True
            return
        handler.send_response(answer.status)
        for name, value in answer.headers.items():
            handler.send_header(name, value)
        if isinstance(answer.body, bytes):
            handler.send_header("Content-Length", str(len(answer.body)))
        else:
            handler.send_header("Transfer-Encoding", "chunked")
        handler.end_headers()
        self._write(handler, answer)

    @staticmethod
    def _write(handler, answer):
        with contextlib.suppress(OSError):
            if not isinstance(answer.body, bytes):
                for piece in answer.body:
                    handler.wfile.write(b"%x\r\n%s\r\n" % (len(piece), piece))
                handler.wfile.write(b"0\r\n\r\n")
                return
            if not answer.drip:
                handler.wfile.write(answer.body)
                return
            for byte in answer.body:
                handler.wfile.write(bytes([byte]))
                handler.wfile.flush()
                time.sleep(1)


class Desk(Receiver):
    """The warehouse's system of ``./dev up``: takes everything, and can be taken down.

    ``POST /_down/<seconds>``: it answers 503 for so long. ``GET /_calls``: how many it has worked.
    """

    def __init__(self, port=0):
        super().__init__(self._behave, port)
        self._down_until = 0.0

    def _behave(self, call, number):
        place, _slash, value = call.path.lstrip("/").partition("/")
        if place == "_down" and value.replace(".", "", 1).isdigit():
            self._down_until = time.monotonic() + float(value)
            return OK
        if place == "_calls":
            keys = {call.key for call in self.worked if call.key}
            return Answer(body=json.dumps({"worked": len(keys)}).encode())
        if time.monotonic() < self._down_until:
            return Answer(503, body=b"down for maintenance")
        return Answer(202, body=b'{"accepted": true}')


def main():
    """Serve until the process is ended; the port is printed first."""
    with Desk(int(sys.argv[1]) if len(sys.argv) > 1 else 0) as desk:
        print(desk.port, flush=True)
        threading.Event().wait()


if __name__ == "__main__":
    main()
