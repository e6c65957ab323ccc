"""HTTP as partners speak it: one connection for each request, as they close it, too."""

import http.client
import json
import ssl
import time
import urllib.parse
from dataclasses import dataclass, field

_ANY_CERTIFICATE = ssl._create_unverified_context()


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back. ``status`` 0: nothing came; ``error`` says why."""

    status: int
    headers: dict = field(default_factory=dict)
    body: bytes = b""
    seconds: float = 0.0
    error: str = ""

    @property
    def ok(self):
        return 200 <= self.status < 300

    def json(self):
        return json.loads(self.body)


def request(method, url, body=None, headers=None, timeout=30.0):
    """One request on a connection of its own. Never raises for what the network does."""
    parts = urllib.parse.urlsplit(url)
    path = parts.path + (f"?{parts.query}" if parts.query else "")
    if parts.scheme == "https":  # of a test's own making: whose certificate it is does not matter
        connection = http.client.HTTPSConnection(
            parts.hostname, parts.port, timeout=timeout, context=_ANY_CERTIFICATE
        )
    else:
        connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=timeout)
    start = time.monotonic()
    try:
        connection.request(method, path, body, headers or {})
        response = connection.getresponse()
        content = response.read()
        found = {name.lower(): value for name, value in response.getheaders()}
        return Answer(response.status, found, content, time.monotonic() - start)
    except (OSError, http.client.HTTPException) as error:
        return Answer(0, seconds=time.monotonic() - start, error=f"{type(error).__name__}: {error}")
    finally:
        connection.close()


def raw(port, data, timeout=10.0, close_early=False):
    """Send bytes as they are, for requests that no library would make.

    ``close_early``: shut down our side after sending. Returns the bytes that came back.
    """
    import socket

    with socket.create_connection(("127.0.0.1", port), timeout=timeout) as connection:
        connection.sendall(data)
        if close_early:
            connection.shutdown(socket.SHUT_WR)
        received = b""
        try:
            while chunk := connection.recv(65536):
                received += chunk
        except (TimeoutError, ConnectionResetError):
            pass
        return received
