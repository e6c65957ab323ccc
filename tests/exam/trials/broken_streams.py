"""Trial 7: requests that break off, lie about their length, come in drops, or never end.

Through nginx with the site of ``deploy/``, as the deployment page gives it, and straight to Odoo,
as somebody inside could. Each broken request is signed rightly: only its stream is at fault.
"""

import contextlib
import socket
import ssl
import threading
import time

from devtools.nginx import Nginx

from ...simulators import CanonicalPartner
from ...support.connections import connect
from ..arena import Field
from ..tree import Mutant, Patch
from ..trial import Trial
from ..verdict import latency_figures, percentile
from .worker_kills import Pace, measure_capacity

REFUSALS = {0, 400, 401, 408, 411, 413}
OVERSIZE = 6 * 1024 * 1024

CHUNKS_TAKEN = Mutant(
    "a message without a length is taken as it comes",
    (
        Patch(
            "logistics_connector_base/controllers/intake.py",
            "    length = request.httprequest.content_length\n",
            "    length = request.httprequest.content_length\n"
            "    if length is None:\n"
            "        length = len(request.httprequest.get_data(cache=True))\n",
        ),
    ),
    finds=("recorded", "answers to broken"),
)
NO_SIGNATURE = Mutant(
    "what was cut off counts as whole",
    (
        Patch(
            "logistics_connector_base/intake/accept.py",
            "    if found is None:\n        raise NotAuthentic\n",
            "    if found is None:\n        return usable[0][0].credential_id\n",
        ),
    ),
    finds=("recorded", "answers to broken"),
)


class BrokenStreams(Trial):
    number = 7
    title = "Broken request streams"
    passes_when = (
        "0 of them recorded; 400, 401, 408, 411, 413 or nothing answered; p99 of healthy traffic "
        "at most twice that without them"
    )
    load = {"rounds": 20, "slow": 200, "seconds": 40, "factor": 2, "alone": True}
    short_load = {"rounds": 1, "slow": 20, "seconds": 2, "factor": 0, "alone": False}
    mutants = (CHUNKS_TAKEN, NO_SIGNATURE)

    def run(self, arena, seed, rounds, slow, seconds, factor, alone):
        """``rounds`` of each kind of broken request through nginx (a tenth straight to Odoo),
        ``slow`` connections that come in drops, ``seconds`` with and without them; ``factor`` 0:
        nothing is timed; ``alone``: measure also what the slow ones do to Odoo without nginx."""
        field = Field(arena, self.number, seed)
        rate = 0.25 * measure_capacity(field)
        jobs, _shipments = field.jobs(int(rate * (3 if alone else 2) * (seconds + 3)))
        half = len(jobs) // (3 if alone else 2)
        victim = CanonicalPartner()
        victim_id = connect(arena.rpc, victim, f"exam {self.number} {seed} {time.time()}")
        statuses = []
        with Nginx(arena.server) as nginx:
            direct = Entrance(victim, arena.server.port)
            proxied = Entrance(victim, nginx.port, tls=True)
            for partner in field.partners:
                partner.url = partner.url.replace(arena.server.url, nginx.url)
            calm = pace(field, jobs[:half], rate, seconds)
            with Dripping(proxied, slow) as dripping, Attack(proxied, rounds) as attack:
                busy = pace(field, jobs[half : 2 * half], rate, seconds)
                attack.wait()
            drops = dripping.ended
            with Attack(direct, max(1, rounds // 10)) as inside:
                inside.wait()
            statuses += attack.statuses + inside.statuses
        figures = {"answers_to_broken": tally(statuses), "slow_ended_by_nginx": drops}
        if alone:
            for partner in field.partners:
                partner.url = partner.url.replace(nginx.url, arena.server.url)
            with Dripping(direct, slow):
                exposed = pace(field, jobs[2 * half :], rate, seconds)
            figures["odoo_alone_p99_ms"] = round(percentile(exposed, 0.99) * 1000, 1)
        drained = field.drain()
        recorded = arena.database.value(
            "SELECT count(*) FROM logistics_message WHERE connection_id = %s", victim_id
        )
        verdict = field.judge(interrupted=alone)
        verdict.expect(not recorded, f"{recorded} broken messages were recorded")
        wrong = [pair for pair in statuses if pair[1] not in REFUSALS]
        verdict.expect(not wrong, f"answers to broken requests: {wrong[:5]}")
        named = {kind for kind, status in statuses if status}
        verdict.expect(named, "no broken request was answered at all")
        before, during = percentile(calm, 0.99), percentile(busy, 0.99)
        verdict.expect(
            not factor or during <= factor * before,
            f"p99 of healthy traffic {during * 1000:.0f} ms, {before * 1000:.0f} ms without",
        )
        verdict.figures |= (
            latency_figures(field.ledger.latencies())
            | figures
            | {
                "p99_without_ms": round(before * 1000, 1),
                "p99_with_ms": round(during * 1000, 1),
                "drained_after_s": round(drained, 1),
            }
        )
        return verdict


def pace(field, jobs, rate, seconds):
    """Offer jobs at a steady rate for some seconds; the sorted seconds until their answers."""
    before = answers_by_key(field)
    with Pace(field, jobs, rate) as steady:
        steady.wait_until(steady.begin + seconds)
    return sorted(
        moment
        for key, moments in answers_by_key(field).items()
        if key not in before
        for moment in moments
    )


def answers_by_key(field):
    """Seconds of the acknowledged tries of each message."""
    return {
        key: [seconds for status, seconds in list(answers) if 200 <= status < 300]
        for key, answers in dict(field.ledger.answers).items()
    }


def tally(statuses):
    counts = {}
    for _kind, status in statuses:
        counts[str(status)] = counts.get(str(status), 0) + 1
    return dict(sorted(counts.items()))


class Entrance:
    """Where requests go in: Odoo's port or nginx's, and how they begin."""

    def __init__(self, victim, port, tls=False):
        self.victim, self.port, self.tls = victim, port, tls
        self.path = "/" + victim.url.split("/", 3)[3]

    def open(self, timeout=15):
        connection = socket.create_connection(("127.0.0.1", self.port), timeout=timeout)
        if self.tls:
            context = ssl._create_unverified_context()
            connection = context.wrap_socket(connection, server_hostname="odoo.example.com")
        return connection

    def head(self, body, *lines):
        """The head of a request with a right signature of ``body``."""
        headers = self.victim.headers(body, self.victim.new_message_id(body))
        signed = [f"{name}: {value}" for name, value in headers.items()]
        first = [f"POST {self.path} HTTP/1.1", "Host: odoo.example.com", "Connection: close"]
        return "\r\n".join([*first, *signed, *lines, "", ""]).encode()

    def send(self, data, close=False):
        """Send bytes, and perhaps end our side; the status of the answer, 0 when none came."""
        answer = b""
        try:
            with self.open() as connection:
                connection.sendall(data)
                if close and not self.tls:
                    connection.shutdown(socket.SHUT_WR)
                if close and self.tls:
                    return 0  # half-closed TLS does not exist: it just went away
                while chunk := connection.recv(65536):
                    answer += chunk
        except OSError:
            pass
        return int(answer.split(b" ", 2)[1]) if answer.startswith(b"HTTP/") else 0


def _body(victim):
    return victim.encode(victim.wrap([]))


def half_body(entrance):
    body = _body(entrance.victim)
    return entrance.send(
        entrance.head(body, f"Content-Length: {len(body)}") + body[: len(body) // 2], close=True
    )


def half_body_and_silence(entrance):
    body = _body(entrance.victim)
    return entrance.send(entrance.head(body, f"Content-Length: {len(body)}") + body[:10])


def longer_than_told(entrance):
    body = _body(entrance.victim)
    return entrance.send(entrance.head(body, f"Content-Length: {len(body) - 5}") + body)


def no_number(entrance):
    body = _body(entrance.victim)
    return entrance.send(entrance.head(body, "Content-Length: 1e3") + body, close=True)


def two_lengths(entrance):
    body = _body(entrance.victim)
    lines = (f"Content-Length: {len(body)}", f"Content-Length: {len(body) - 1}")
    return entrance.send(entrance.head(body, *lines) + body, close=True)


def broken_chunks(entrance):
    body = _body(entrance.victim)
    chunks = b"%x\r\n" % (len(body) + 7) + body + b"\r\nZZ\r\n"
    return entrance.send(entrance.head(body, "Transfer-Encoding: chunked") + chunks, close=True)


def whole_chunks(entrance):
    """Right in itself: Odoo alone would cut it at the limit, nginx gives it a length."""
    if entrance.tls:
        return 0
    body = _body(entrance.victim)
    chunks = b"%x\r\n" % len(body) + body + b"\r\n0\r\n\r\n"
    return entrance.send(entrance.head(body, "Transfer-Encoding: chunked") + chunks)


def oversize(entrance):
    head = entrance.head(b"", f"Content-Length: {OVERSIZE + 1}")
    return entrance.send(head + b"x" * 65536)


KINDS = (
    half_body,
    half_body_and_silence,
    longer_than_told,
    no_number,
    two_lengths,
    broken_chunks,
    whole_chunks,
    oversize,
)


class Attack:
    """Every kind of broken request by one entrance, again and again."""

    def __init__(self, entrance, rounds):
        self.statuses = []
        work = [(kind, entrance) for kind in KINDS] * rounds
        self._work, self._lock = iter(work), threading.Lock()
        self._threads = [threading.Thread(target=self._run, daemon=True) for _ in range(4)]

    def __enter__(self):
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_error):
        with self._lock:
            self._work = iter(())
        for thread in self._threads:
            thread.join(60)

    def wait(self):
        for thread in self._threads:
            thread.join(600)

    def _run(self):
        while True:
            with self._lock:
                one = next(self._work, None)
            if one is None:
                return
            kind, entrance = one
            name = f"{kind.__name__} {'nginx' if entrance.tls else 'odoo'}"
            self.statuses.append((name, kind(entrance)))


class Dripping:
    """Connections that send a byte of a header each second, and are opened anew when they end."""

    def __init__(self, entrance, count):
        self.entrance, self.count, self.ended = entrance, count, 0
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self):
        self._connections = [self._new() for _ in range(self.count)]
        self._thread.start()
        return self

    def __exit__(self, *_error):
        self._end.set()
        self._thread.join(60)
        for connection in self._connections:
            if connection:
                connection.close()

    def _new(self):
        try:
            connection = self.entrance.open(timeout=2)
            connection.sendall(f"POST {self.entrance.path} HTTP/1.1\r\nX-Slow: ".encode())
            return connection
        except OSError:
            return None

    def _run(self):
        while not self._end.wait(1):
            for index, connection in enumerate(self._connections):
                if self._end.is_set():
                    return
                alive = False
                if connection:
                    with contextlib.suppress(OSError):
                        connection.sendall(b"x")
                        alive = True
                if not alive:
                    self.ended += bool(connection)
                    if connection:
                        connection.close()
                    self._connections[index] = self._new()
