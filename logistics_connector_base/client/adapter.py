# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""Between requests and urllib3: connections that only go where the wire has looked.

The host of a connection stays the name, so that Host header, SNI and the check of the certificate
are about it; only the opening of the socket is ours. It cannot be got around: whatever makes a
connection here (a first call, a reconnect) goes through ``_new_conn``.
"""

import contextvars
import logging
from collections import OrderedDict

from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.util import Timeout

from ..core import netguard
from .errors import BadAnswer

MAX_POOLS = 8

# True while one of our calls is under way in this thread.
under_way = contextvars.ContextVar("logistics_call_under_way", default=False)


class _Silent(logging.Filter):
    """Nothing of urllib3 is logged for our calls: it prints paths with their query (DEBUG, and
    WARNING for odd headers). The client says in its own words what happened."""

    def filter(self, record):
        return not under_way.get()


for _name in ("connectionpool", "connection", "response", "util.ssl_", "util.retry"):
    logging.getLogger(f"urllib3.{_name}").addFilter(_Silent())


class _OnTheWire:
    debuglevel = 0  # http.client would print headers to stdout

    def __init__(self, *args, wire, **kwargs):
        self.wire = wire
        super().__init__(*args, **kwargs)

    def _new_conn(self):
        return self.wire.open(self.host.strip("[]"), self.port)


class _Connection(_OnTheWire, HTTPConnection):
    """Without TLS."""


class _TLSConnection(_OnTheWire, HTTPSConnection):
    """With TLS as our context says, and nothing of what urllib3 could be told to leave out."""

    def connect(self):
        plain = self._new_conn()
        try:
            context = self.wire.contexts(self.wire.ca_pem)
            self.sock = context.wrap_socket(plain, server_hostname=self.host.strip("[]"))
        except BaseException:
            plain.close()
            raise
        self.sock.wire = self.wire
        self.is_verified = True


class _Rested:
    """A pool that does not use again what rested for long."""

    def _get_conn(self, timeout=None):
        connection = super()._get_conn(timeout)
        since = getattr(connection, "resting_since", None)
        wire = connection.wire
        if since is not None and wire.clock() - since > wire.current.idle:
            connection.close()  # it opens itself again, through the wire
        return connection

    def _put_conn(self, conn):
        if conn is not None:
            conn.resting_since = conn.wire.clock()
        return super()._put_conn(conn)


class _Pool(_Rested, HTTPConnectionPool):
    ConnectionCls = _Connection


class _TLSPool(_Rested, HTTPSConnectionPool):
    ConnectionCls = _TLSConnection


class GuardedAdapter(HTTPAdapter):
    """The transport of the client's session. Time-outs, proxies and the switch for verification
    that requests hands over are not looked at: the wire and the context decide."""

    def __init__(self, wire):
        self.wire = wire
        self._pools = OrderedDict()
        super().__init__(max_retries=0)

    def init_poolmanager(self, *args, **kwargs):
        """None: the pools are ours."""

    def send(self, request, stream=False, timeout=None, verify=True, cert=None, proxies=None):
        """Send a prepared request; the response's body is still to be read.

        :raises netguard.Refusal: the URL may not be called
        :raises CallError: from the wire
        :raises urllib3.exceptions.HTTPError: anything else
        """
        target = netguard.parse_target(request.url)
        netguard.check_before_resolving(target, self.wire.rules)
        self.wire.target = target
        response = self._pool(target).urlopen(
            request.method,
            target.path,
            body=request.body,
            headers=request.headers,
            retries=False,
            redirect=False,
            assert_same_host=False,
            timeout=Timeout(
                connect=self.wire.time_left(self.wire.current.connect),
                read=self.wire.time_left(self.wire.current.read),
            ),
            preload_content=False,
            decode_content=False,
            enforce_content_length=True,
        )
        if response.status < 200:
            # The library takes an interim answer for the answer; the real one is still to come, and
            # would be taken for that of the next call.
            response.close()
            raise BadAnswer(
                f"{target.host} announces an answer that we cannot wait for ({response.status}).",
                sent=self.wire.sent,
            )
        self.wire.answered(response.status)
        return self.build_response(request, response)

    def _pool(self, target):
        key = (target.scheme, target.host, target.port)
        pool = self._pools.pop(key, None)
        if pool is None:
            pool = self._new_pool(target)
        self._pools[key] = pool
        while len(self._pools) > MAX_POOLS:
            self._pools.popitem(last=False)[1].close()
        return pool

    def _new_pool(self, target):
        kind = _Pool if target.scheme == "http" else _TLSPool
        return kind(target.host, target.port, maxsize=1, wire=self.wire)

    def close(self):
        """Close all connections."""
        while self._pools:
            self._pools.popitem()[1].close()
