"""Trial 17: people edit the very records that events are moving, while PostgreSQL refuses some of
the inbox' statements as it does when transactions collide."""

import random
import threading
import time
from datetime import timedelta

import psycopg2

from ...simulators.journey import EINDHOVEN, UTRECHT, Parcel, journey, now
from ...support.polling import wait_for
from ...support.rpc import RpcError, Session
from .. import mutants
from ..arena import Field
from ..collisions import Collisions, Race
from ..tree import Mutant, Patch
from ..trial import Trial
from ..verdict import percentile
from .worker_kills import Pace

# Seconds that somebody may wait for a row because the inbox has it: as long as a batch takes, and
# the two seconds for which a batch waits for somebody else.
MOST_PATIENCE = 4
RETRYING = "tries left, try again in"  # what odoo.service.model.retrying logs before it sleeps
CONTENTION_IS_A_FAILURE = Mutant(
    "what collided with others is a failure of the message",
    (
        Patch(
            "logistics_connector_base/core/setbacks.py",
            "    if code in CONTENDED:\n        return CONTENTION\n",
            "    if code in CONTENDED:\n        return MESSAGE\n",
        ),
    ),
    finds=("noted as failures",),
)
WAITS_WITH_ALL_IT_HAS = Mutant(
    "the inbox waits for a held row for as long as it takes, with all that it has locked",
    (
        Patch(
            "logistics_connector_base/models/shipment/logistics_shipment.py",
            "(str(patience),)",
            '("0",)',
        ),
    ),
    finds=("would have waited",),
)
INBOX_IN_REPEATABLE_READ = Mutant(
    "the inbox works in REPEATABLE READ, as Odoo's own transactions do",
    (
        Patch(
            mutants.INBOX,
            '            cr.execute("SET TRANSACTION ISOLATION LEVEL READ COMMITTED")\n',
            "",
        ),
    ),
    finds=("were seen as conflicts",),
)


class Worker(threading.Thread):
    """Does one thing again and again until it is told to stop; what it raised is kept."""

    def __init__(self, rng, pause):
        super().__init__(daemon=True)
        self.rng, self.pause = rng, pause
        self.over = threading.Event()
        self.errors, self.seconds = [], []

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_error):
        self.over.set()
        self.join()

    def run(self):
        while not self.over.is_set():
            begin = time.monotonic()
            try:
                self.once()
            except (RpcError, psycopg2.Error, OSError) as error:
                self.errors.append(error)
            took = time.monotonic() - begin
            self.seconds.append(took)
            self.over.wait(max(0.0, self.pause - took))


class Person(Worker):
    """Edits deliveries, shipments and orders, each field nobody else's; remembers what was said to
    be saved."""

    FIELDS = {"stock.picking": "origin", "logistics.shipment": "service", "sale.order": "origin"}

    def __init__(self, arena, goods, rng, pause):
        super().__init__(rng, pause)
        self.rpc = Session(arena.rpc.url, arena.rpc.db)
        self.goods, self.saved, self.number = goods, {}, 0

    def once(self):
        model = self.rng.choice(list(self.FIELDS))
        record_id = self.rng.choice(self.goods)[model]
        self.number += 1
        text = f"edit {self.number}"
        self.rpc(model, "write", [record_id], {self.FIELDS[model]: text})
        self.saved[model, record_id] = text

    def overwritten(self):
        """Edits that were saved and are not there."""
        lost = []
        for (model, record_id), text in self.saved.items():
            name = self.FIELDS[model]
            found = self.rpc(model, "read", [record_id], [name])[0][name]
            if found != text:
                lost.append(f"{model} {record_id}: {found!r} is not {text!r}")
        return lost


class LongHold(Worker):
    """A transaction that keeps a shipment, or its order, for a while: an import, a person's
    debugger, another connector. Sometimes it takes both in the other order, so that somebody has
    to be refused with a deadlock."""

    def __init__(self, database, goods, rng, hold):
        super().__init__(rng, hold)
        self.database, self.goods, self.hold = database, goods, hold

    def once(self):
        good = self.rng.choice(self.goods)
        both = [
            ("sale_order", good["sale.order"]),
            ("logistics_shipment", good["logistics.shipment"]),
        ]
        if self.rng.random() < 0.5:
            both = [self.rng.choice(both)]
        connection = psycopg2.connect(self.database.cluster.dsn(self.database.name))
        try:
            with connection, connection.cursor() as cursor:
                for table, record_id in both:
                    cursor.execute(f"SELECT 1 FROM {table} WHERE id = %s FOR UPDATE", (record_id,))
                    self.over.wait(self.hold)
        finally:
            connection.close()


class Probe(Worker):
    """How long would somebody wait for a row that the inbox has in work?"""

    def __init__(self, database, goods, rng, pause=0.05):
        super().__init__(rng, pause)
        self.database, self.goods, self.waits = database, goods, []

    def once(self):
        good = self.rng.choice(self.goods)
        with self.database.connect() as connection, connection.cursor() as cursor:
            begin = time.monotonic()
            cursor.execute(
                "SELECT 1 FROM logistics_shipment WHERE id = %s FOR NO KEY UPDATE",
                (good["logistics.shipment"],),
            )
            self.waits.append(time.monotonic() - begin)


class Contention(Trial):
    number = 17
    title = "Contention"
    passes_when = (
        "verdict clean; no message dead or noted as failed; no edit refused or lost; "
        "nobody waits for a row of the inbox longer than 4 s; what contradicts another lane is seen"
    )
    load = {
        "seconds": 120,
        "rate": 20,
        "people": 4,
        "edits": 20,
        "goods": 60,
        "one_in": 300,
        "refusals": 1,
        "hold": 8,
        "pairs": 50,
    }
    short_load = {
        "seconds": 6,
        "rate": 15,
        "people": 2,
        "edits": 8,
        "goods": 12,
        "one_in": 4,
        "refusals": 10,
        "hold": 6,
        "pairs": 3,
    }
    mutants = (CONTENTION_IS_A_FAILURE, WAITS_WITH_ALL_IT_HAS, INBOX_IN_REPEATABLE_READ)

    def run(self, arena, seed, seconds, rate, people, edits, goods, one_in, refusals, hold, pairs):
        field = Field(arena, self.number, seed)
        race = Race(field, pairs)
        race.run()
        records = self._goods(arena, field, goods)
        jobs = self._jobs(field, records, int(rate * seconds))
        rng = random.Random(f"17 {seed}")
        # Some are held by a stranger, one after the other; people edit and the probe asks for the
        # rest, which must not have to wait because the inbox waits.
        held, free = records[: len(records) // 10 + 1], records[len(records) // 10 + 1 :]
        crowd = [
            Person(arena, part, random.Random(rng.random()), people / edits)
            for part in _parts(free, people)
        ]
        holder = LongHold(arena.database, held, random.Random(rng.random()), hold)
        probe = Probe(arena.database, free, random.Random(rng.random()))
        # Refused until all is worked: however slow the machine is, there is much to refuse.
        with Collisions(arena.database, one_in):
            with holder, probe:
                for person in crowd:
                    person.start()
                with Pace(field, jobs, rate) as pace:
                    wait_for(lambda: pace.sent >= len(jobs), seconds * 3 + 60)
                for person in crowd:
                    person.over.set()
                for person in crowd:
                    person.join()
            drained = field.drain(60)
        drained += field.drain(120)
        verdict = field.judge()
        self._expect(verdict, field, crowd, probe, records, len(jobs) + race.messages)
        seen = race.seen()
        verdict.expect(seen == pairs, f"{seen} of {pairs} contradictions were seen as conflicts")
        refused = field.log().count("ERROR: exam")
        verdict.expect(
            refused >= refusals, f"{refused} were refused, not {refusals}: the trial proves little"
        )
        times = sorted(second for person in crowd for second in person.seconds)
        verdict.figures |= {
            "edits": len(times),
            "edits_per_s": round(len(times) / seconds, 1),
            "edit_p50_ms": round(percentile(times, 0.5) * 1000),
            "edit_p99_ms": round(percentile(times, 0.99) * 1000),
            "edits_retried_by_odoo": field.log().count(RETRYING),
            "refusals_injected": refused,
            "contradictions_seen": seen,
            "longest_wait_for_a_row_ms": round(max(probe.waits) * 1000),
            "drained_after_s": round(drained, 1),
        }
        return verdict

    def _expect(self, verdict, field, crowd, probe, records, sent):
        database = field.arena.database
        refused = [str(error) for person in crowd for error in person.errors]
        verdict.expect(not refused, f"{len(refused)} edits were refused, e.g. {refused[:1]}")
        lost = [text for person in crowd for text in person.overwritten()]
        verdict.expect(not lost, f"{len(lost)} edits were overwritten, e.g. {lost[:1]}")
        attempts = database.value(
            "SELECT count(*) FROM logistics_message_attempt a"
            " JOIN logistics_message m ON m.id = a.message_id WHERE m.connection_id = ANY(%s)",
            field.connection_ids,
        )
        verdict.expect(not attempts, f"{attempts} tries were noted as failures of their message")
        dead = verdict.counts["dead"]
        verdict.expect(not dead, f"{dead} messages died of other people's locks")
        verdict.expect(not probe.errors, f"the probe was refused: {probe.errors[:1]}")
        waited = max(probe.waits, default=0)
        verdict.expect(
            waited < MOST_PATIENCE, f"somebody would have waited {waited:.1f} s for a row"
        )
        applied = verdict.counts["applied"]
        verdict.expect(applied == sent, f"{applied} of {sent} messages were applied")
        wrong = self._wrong_states(field, records)
        verdict.expect(not wrong, f"{len(wrong)} shipments differ, e.g. {wrong[:2]}")

    # -- what is edited and moved -------------------------------------------------------------

    @staticmethod
    def _goods(arena, field, count):
        """Confirmed orders with a delivery and a shipment each: dicts model → id, with "number"."""
        rpc, partner = arena.rpc, field.partners[-1]
        customer = rpc("res.partner", "create", [{"name": "Ada"}])[0]
        product = rpc("product.product", "create", [{"name": "Lamp", "type": "consu"}])[0]
        line = (0, 0, {"product_id": product, "product_uom_qty": 1})
        orders = rpc(
            "sale.order",
            "create",
            [{"partner_id": customer, "order_line": [line]} for _order in range(count)],
        )
        rpc("sale.order", "action_confirm", orders)
        found = rpc(
            "stock.picking", "search_read", [("sale_id", "in", orders)], ["sale_id"], order="id"
        )
        goods = []
        for picking in found:
            number = partner.number(field.rng)
            order_id = picking["sale_id"][0]
            values = {
                "issuer": partner.issuer,
                "package_ids": [(0, 0, {"tracking_number": number})],
                "picking_ids": [(6, 0, [picking["id"]])],
                "sale_order_ids": [(6, 0, [order_id])],
            }
            shipment = rpc("logistics.shipment", "create", [values])[0]
            goods.append(
                {
                    "stock.picking": picking["id"],
                    "logistics.shipment": shipment,
                    "sale.order": order_id,
                    "number": number,
                }
            )
        assert len(goods) == count, f"{len(goods)} deliveries for {count} orders"
        return goods

    @staticmethod
    def _jobs(field, records, count):
        """Messages for all of them in turn; the last one of each parcel tells of the delivery."""
        partner, start = field.partners[-1], now() - timedelta(days=6)
        steps = journey("delivered", start, EINDHOVEN, UTRECHT, "J. Jansen")
        each = max(2, -(-count // len(records)))
        jobs = []
        for turn in range(each):
            for record in records:
                step = steps[-1] if turn == each - 1 else steps[2]
                moved = type(step)(step.kind, step.at + timedelta(minutes=turn % 200), step.place)
                jobs.append(field.job(partner, Parcel(record["number"]), [moved]))
        return jobs

    @staticmethod
    def _wrong_states(field, records):
        rows = field.arena.database.rows(
            "SELECT id, state FROM logistics_shipment WHERE id = ANY(%s) AND state <> 'delivered'",
            [record["logistics.shipment"] for record in records],
        )
        return [f"{shipment} is {state}" for shipment, state in rows]


def _parts(records, count):
    """The records in ``count`` parts of about one size."""
    return [records[index::count] for index in range(count)]
