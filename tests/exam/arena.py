"""Where a trial takes place: a fresh database, a real server, three partners, a ledger on disk."""

import os
import queue
import random
import threading
import time
from dataclasses import dataclass
from datetime import timedelta

from devtools import databases, paths
from devtools.server import OdooServer

from ..simulators import CanonicalPartner, Ledger, Parcel, Sendcloud, UpsTrackAlert, journey
from ..simulators.journey import EINDHOVEN, UTRECHT, now
from ..support.connections import connect, make_shipments
from ..support.database import Database
from ..support.polling import wait_for
from ..support.rpc import Session
from .tree import Tree
from .verdict import judge

LEDGERS = paths.DEV_HOME / "exam"
#: Two that are known by the digest of their messages, one that gives ids.
SOURCES = (UpsTrackAlert, Sendcloud, CanonicalPartner)


@dataclass(frozen=True, slots=True)
class Job:
    """One message to be sent, and the facts that it tells: (tracking number, naive UTC) each."""

    partner: object
    body: bytes
    message_id: str
    facts: tuple

    @property
    def key(self):
        return self.partner.key(self.body, self.message_id)


def fact(parcel, step):
    return parcel.number, step.at.replace(tzinfo=None)


class Arena:
    """A server on a copy of the addons (a mutant's, where one is given) and a database of its own.

    Several trials may take place on one arena, one after the other: each has partners, shipments
    and a ledger of its own.
    """

    #: Where the database lies; None for the project's own cluster.
    cluster = None

    def __init__(self, mutant=None, database=None, conf=None, workers=3, addons=()):
        """``conf``: what odoo.conf says beyond the usual; ``workers``: of HTTP; ``addons``: of
        tests/addons, to be installed beside ours."""
        self.mutant, self.conf, self.workers = mutant, conf or {}, workers
        self.tree = Tree(mutant)
        self.kept = database
        self.addons = sorted(addons)
        self.name = database or f"exam_{os.getpid()}_{random.getrandbits(24):06x}"

    def __enter__(self):
        self.tree.__enter__()
        try:
            if not self.kept and not self.cluster:
                databases.create(self.name)
                if self.addons:
                    databases.install(self.name, self.addons)
            self.database = Database(self.name, self.cluster)
            for statement in self.mutant.sql if self.mutant else ():
                self.database.rows(statement)
            self.server = OdooServer(
                self.name,
                self.workers,
                extra_conf={**self.tree.conf(), **self.conf},
                cluster=self.cluster,
            )
            self.server.__enter__()
        except BaseException:
            self._clear()
            raise
        self.rpc = Session(self.server.url, self.name)
        return self

    def __exit__(self, *_error):
        try:
            self.server.stop()
        finally:
            self._clear()

    def _clear(self):
        if not self.kept and not self.cluster:
            databases.drop(self.name)
        self.tree.__exit__()

    def log_mark(self):
        """Where the server's log ends now."""
        return self.server.log_path.stat().st_size

    def log_since(self, mark):
        with open(self.server.log_path, "rb") as log:
            log.seek(mark)
            return log.read().decode(errors="replace")


class Field:
    """What one trial has for itself on an arena: ledger, partners, shipments, messages."""

    def __init__(self, arena, trial, seed, sources=SOURCES):
        self.arena, self.seed = arena, seed
        self.rng = random.Random(f"{trial} {seed}")
        LEDGERS.mkdir(parents=True, exist_ok=True)
        stamp = time.strftime("%Y%m%d-%H%M%S")
        self.ledger_path = LEDGERS / f"trial{trial:02}-seed{seed}-{stamp}-{os.getpid()}.jsonl"
        self.ledger = Ledger(self.ledger_path)
        self.partners = [source(ledger=self.ledger) for source in sources]
        label = f"exam {trial} {seed} {os.urandom(3).hex()}"
        self.connection_ids = [
            connect(arena.rpc, partner, f"{label} {partner.name}") for partner in self.partners
        ]
        self.mark = arena.log_mark()
        self.facts = {}  # key of a message → its facts

    def parcels(self, partner, count, issuer=None):
        """Parcels with a shipment each; ids of the shipments by number."""
        numbers = {partner.number(self.rng) for _ in range(count)}
        while len(numbers) < count:
            numbers.add(partner.number(self.rng))
        ordered = sorted(numbers)
        self.rng.shuffle(ordered)
        issuer = (
            "" if partner.provider == "sendcloud" else getattr(partner, "issuer", partner.provider)
        )
        return make_shipments(self.arena.rpc, ordered, issuer)

    def jobs(self, count, story="delivered"):
        """``count`` messages of one event each, spread over the sources, and the shipments' ids.

        Parcels advance side by side, as they do in life; the scans of one parcel are in order.
        """
        start = now() - timedelta(days=5)
        streams, shipments = [], {}
        each = -(-count // len(self.partners))
        for partner in self.partners:
            steps = journey(story, start, EINDHOVEN, UTRECHT, "J. Jansen")
            ids = self.parcels(partner, -(-each // len(steps)))
            shipments.update(ids)
            messages = []
            for index, number in enumerate(ids):
                moved = timedelta(seconds=index)
                told = [type(step)(step.kind, step.at + moved, step.place) for step in steps]
                parcel = Parcel(number, uid=str(self.rng.randrange(10**9, 10**10)))
                messages.append([self.job(partner, parcel, [step]) for step in told])
            streams.append([job for level in zip(*messages, strict=True) for job in level][:each])
        mixed = [job for level in zip(*streams, strict=True) for job in level]
        return mixed[:count], shipments

    def job(self, partner, parcel, steps):
        """The message that tells of these steps (of the last one, but for canonical JSON)."""
        if isinstance(partner, CanonicalPartner):
            body = partner.encode(partner.wrap([partner.event(parcel, step) for step in steps]))
        else:
            body = partner.body(parcel, steps)
            steps = steps[-1:]
        return self.bare_job(partner, body, tuple(fact(parcel, step) for step in steps))

    def bare_job(self, partner, body, facts):
        """A message of one's own making; its facts are remembered for the verdict."""
        job = Job(partner, body, partner.new_message_id(body), facts)
        self.facts[job.key] = facts
        return job

    def send(self, jobs, connections=4, stop=None):
        """Deliver all jobs over some connections at once; seconds it took."""
        pending = queue.SimpleQueue()
        for job in jobs:
            pending.put(job)

        def work():
            while not (stop and stop.is_set()):
                try:
                    job = pending.get_nowait()
                except queue.Empty:
                    return
                job.partner.deliver(job.body, job.message_id)

        start = time.monotonic()
        threads = [threading.Thread(target=work) for _connection in range(connections)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return time.monotonic() - start

    def drain(self, timeout=300):
        """Wait until every message of this trial is settled (bounded); seconds it took."""
        start = time.monotonic()
        query = (
            "SELECT count(*) FROM logistics_message WHERE connection_id = ANY(%s)"
            " AND state IN ('received', 'processing')"
        )

        def left():
            return self.arena.database.value(query, self.connection_ids)

        try:
            wait_for(lambda: not left(), timeout, interval=0.5)
        except AssertionError:
            pass  # the verdict tells what is unfinished
        return time.monotonic() - start

    def states(self, shipments):
        """How many of these shipments are in which state."""
        rows = self.arena.database.rows(
            "SELECT state, count(*) FROM logistics_shipment WHERE id = ANY(%s) GROUP BY state",
            list(shipments.values()),
        )
        return dict(rows)

    def log(self):
        """What the server wrote since this trial began."""
        return self.arena.log_since(self.mark)

    def judge(self, interrupted=False):
        """The verdict by the common rules; the ledger ends with it."""
        verdict = judge(
            self.ledger, self.arena.database, self.connection_ids, self.facts, interrupted
        )
        self.ledger.note(verdict=verdict.counts)
        self.ledger.close()
        verdict.figures["ledger"] = self.ledger_path.name
        return verdict
