"""A TCP proxy that loses answers: the request arrives and is worked, and its answer is cut off with
a reset. What a sender sees then is what it sees when a network breaks after our commit."""

import asyncio
import contextlib
import random
import socket
import struct
import threading

CHUNK = 65536


class LossyProxy:
    """Listens on a free port; passes requests on and resets a share of the answers."""

    def __init__(self, port, share, seed):
        self.upstream, self.share = port, share
        self.rng = random.Random(seed)
        self.responses = self.resets = 0
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self.port = None

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    def __enter__(self):
        self.thread.start()
        start = asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.server = asyncio.run_coroutine_threadsafe(start, self.loop).result(10)
        self.port = self.server.sockets[0].getsockname()[1]
        return self

    def __exit__(self, *_error):
        self.loop.call_soon_threadsafe(self.server.close)
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join(5)

    async def _serve(self, reader, writer):
        """One connection: one request, one answer (Odoo's workers close after each)."""
        there = None
        try:
            back, there = await asyncio.open_connection("127.0.0.1", self.upstream)
            await self._pass_request(reader, there)
            answer = await back.read(-1)  # all of it: the message is committed by now
            if not answer:
                return
            self.responses += 1
            if self.rng.random() < self.share:
                self.resets += 1
                _reset(writer)
                return
            writer.write(answer)
            await writer.drain()
        except (OSError, asyncio.IncompleteReadError):
            pass
        finally:
            for stream in (writer, there):
                if stream:
                    with contextlib.suppress(OSError):
                        stream.close()

    async def _pass_request(self, reader, there):
        head = await reader.readuntil(b"\r\n\r\n")
        there.write(head)
        left = _content_length(head)
        while left > 0:
            chunk = await reader.read(min(left, CHUNK))
            if not chunk:
                break
            there.write(chunk)
            left -= len(chunk)
        await there.drain()


def _content_length(head):
    for line in head.split(b"\r\n")[1:]:
        name, _colon, value = line.partition(b":")
        if name.strip().lower() == b"content-length":
            return int(value)
    return 0


def _reset(writer):
    """Close with RST instead of FIN, nothing of the answer having been sent."""
    raw = writer.get_extra_info("socket")
    raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()
