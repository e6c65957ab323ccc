"""Transactions that collide: refusals injected into the database, and a race of two lanes."""

import contextlib
import uuid
from datetime import timedelta

from ..simulators.journey import EINDHOVEN, UTRECHT, Parcel, Step, now
from ..support.polling import TimedOut, wait_for
from .arena import fact
from .gate import Gate

# One in so many of the inbox' rows is refused, with each of the three codes in turn. Facts are
# written by the inbox alone: what people do meets real locks, not these.
INJECT = """
CREATE FUNCTION exam_contention() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE dice float := random() * {one_in};
BEGIN
    IF dice < 0.33 THEN RAISE EXCEPTION 'exam' USING ERRCODE = '40001'; END IF;
    IF dice < 0.67 THEN RAISE EXCEPTION 'exam' USING ERRCODE = '40P01'; END IF;
    IF dice < 1.00 THEN RAISE EXCEPTION 'exam' USING ERRCODE = '55P03'; END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER exam_contention BEFORE INSERT ON logistics_event FOR EACH ROW
    EXECUTE FUNCTION exam_contention();
"""
WITHDRAW = """
DROP TRIGGER IF EXISTS exam_contention ON logistics_event;
DROP FUNCTION IF EXISTS exam_contention();
"""

GATE = 1701
# Where a lane waits for what another one says of the same event ids (inbox/corrections.py).
IDS = 0x4C4F4745
WAITS_FOR_IDS = """
SELECT count(*) FROM pg_locks JOIN pg_database d ON d.oid = database
WHERE locktype = 'advisory' AND NOT granted AND classid = %s AND d.datname = current_database()
"""


class Collisions:
    """The injected refusals, for as long as it is entered."""

    def __init__(self, database, one_in):
        self.database, self.create = database, INJECT.format(one_in=one_in)

    def __enter__(self):
        self.database.rows(self.create)

    def __exit__(self, *_error):
        self.database.rows(WITHDRAW)


class Race:
    """A message is held when it is worked and not committed; another lane works one that tells
    other facts of other parcels under the same event ids. It has begun before the first one is
    committed, and must see it all the same."""

    messages = 2

    def __init__(self, field, pairs):
        self.field, self.pairs = field, pairs
        self.partner = field.partners[-1]  # who speaks canonical JSON, and gives ids

    def run(self):
        """Let the two meet, and wait until both are worked."""
        database = self.field.arena.database
        ids = [f"race-{uuid.uuid4().hex}" for _pair in range(self.pairs)]
        first, second = self._job(ids, "picked_up", 1), self._job(ids, "departed", 5)
        worked = f"NEW.external_id = '{first.message_id}' AND NEW.state = 'processed'"
        with Gate(database, "logistics_message", worked, GATE, "AFTER UPDATE") as gate:
            self.field.send([first])
            gate.wait_held(timeout=60)
            self.field.send([second])
            # Who does not wait here is seen by what comes out.
            with contextlib.suppress(TimedOut):
                wait_for(lambda: database.value(WAITS_FOR_IDS, IDS), 20)
        self.field.drain(60)

    def seen(self):
        """How many contradictions lie before a person."""
        return self.field.arena.database.value(
            "SELECT count(*) FROM logistics_event WHERE connection_id = ANY(%s) AND is_disputed",
            self.field.connection_ids,
        )

    def _job(self, ids, kind, hours):
        """A message with one event under each id, each of a parcel of its own."""
        place = EINDHOVEN if kind == "picked_up" else UTRECHT
        step = Step(kind, now() - timedelta(days=2) + timedelta(hours=hours), place)
        parcels = [Parcel(number) for number in self.field.parcels(self.partner, self.pairs)]
        events = [
            {**self.partner.event(parcel, step), "id": event_id}
            for parcel, event_id in zip(parcels, ids, strict=True)
        ]
        body = self.partner.encode(self.partner.wrap(events))
        return self.field.bare_job(
            self.partner, body, tuple(fact(parcel, step) for parcel in parcels)
        )
