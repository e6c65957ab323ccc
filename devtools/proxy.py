"""A small reverse proxy: Odoo's workers answer pages, its evented process websockets.

A real installation has nginx in this place. Each connection goes to the one or the other by its
first line; a browser opens a connection of its own for a websocket, and workers close after each
request, so no connection carries both.
"""

import asyncio
import threading

from .console import DevError

LIMIT = 65536


class Proxy:
    """Serves *port* on the loopback interface for an OdooServer, in a thread of its own."""

    def __init__(self, port, server):
        self.port, self.server = port, server
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_forever, daemon=True)

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    def __enter__(self):
        self.thread.start()
        listen = asyncio.start_server(self._serve, "127.0.0.1", self.port)
        try:
            asyncio.run_coroutine_threadsafe(listen, self.loop).result(10)
        except OSError as error:
            raise DevError(f"cannot listen on port {self.port}: {error}") from error
        return self

    def __exit__(self, *_exc):
        asyncio.run_coroutine_threadsafe(self._end(), self.loop)
        self.thread.join(5)
        self.loop.close()

    async def _end(self):
        """Drop what is connected, then stop the loop."""
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)
        self.loop.stop()

    async def _serve(self, reader, writer):
        try:
            first = await reader.readline()
            path = first.split(b" ")[1:2]
            evented = bool(path) and path[0].startswith(b"/websocket")
            port = self.server.gevent_port if evented else self.server.port
            there, back = await asyncio.open_connection("127.0.0.1", port)
            back.write(first)
            await asyncio.gather(_pump(reader, back), _pump(there, writer))
        except (OSError, ValueError):  # either side went away, or a line of megabytes
            pass
        finally:
            writer.close()


async def _pump(source, target):
    """Copy bytes until the source ends."""
    try:
        while data := await source.read(LIMIT):
            target.write(data)
            await target.drain()
    finally:
        target.close()
