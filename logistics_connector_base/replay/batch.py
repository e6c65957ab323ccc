"""One batch of messages worked again, in the caller's transaction: committed or rolled back."""

from ..core.replay_difference import difference, joined
from ..core.rereading import pairs
from ..inbox import acknowledgements
from ..inbox.batch import InboxBatch
from ..inbox.corrections import Corrections
from ..inbox.matching import Matcher
from ..inbox.meanings import retranslate
from . import moot, snapshot
from .reading import WORKED, RepeatReader
from .told import Told, readings, unsay
from .writing import RepeatWriter

# Where nothing was found out about a message, it is read anew in these states.
READABLE = (*WORKED, "dead")
KEEP_TIMES = """
UPDATE logistics_message m SET processed_at = v.processed_at
FROM (VALUES %s) AS v(id, state, processed_at) WHERE m.id = v.id AND m.state = v.state
"""
OWNERS = """
UPDATE logistics_event e SET message_id = v.message_id
FROM (VALUES %s) AS v(event_id, message_id) WHERE e.id = v.event_id
"""
LAST_WORDS = """
UPDATE logistics_event e SET unsaid_by_id = v.replay_id, read_as_id = v.read_as_id::int
FROM (VALUES %s) AS v(event_id, replay_id, read_as_id) WHERE e.id = v.event_id
"""


class RepeatBatch(InboxBatch):
    """Works messages that were worked before, and says what changed.

    What a message tells as before stays as it is. What it tells otherwise is appended, and what it
    told before does not count any more, unless another message tells it, too. What people decided,
    and what partners corrected or withdrew, holds.

    After :meth:`process`: ``before`` and ``after`` are snapshots, ``rows`` their difference as
    people read it; ``notes`` say of messages that were not read why (message id → text);
    ``again`` are ids of messages to work alone, ``failures`` those at which the provider broke.

    :param messages: those to read, in one of the states ``READABLE``, with their bodies
    :param replay_id: id of the logistics.replay in whose name it happens
    :param kept_ids: ids of events whose message cannot be read: their codes are translated anew
    :param meanings: :class:`~..inbox.meanings.Meanings`; None: as the stored mappings say
    """

    repeats_troubles = False
    outcome = ""  # with which cases of unknown codes are closed

    def __init__(self, messages, replay_id, kept_ids=(), meanings=None, watchdog=None, seconds=0):
        super().__init__(messages, watchdog, seconds)
        self.replay_id = replay_id
        self.kept_ids = set(kept_ids)
        self.meanings = meanings
        self.items, self.parsed, self.failures, self.held = [], {}, [], []
        self.notes, self.again, self.rows = {}, [], []
        self.lost = set()  # events that others tell still

    def process(self):
        """Do everything; the caller commits, or rolls back. Nothing is done where ``held`` says
        that somebody else has the shipments."""
        self.told = Told(self.env, self.messages.ids)
        states = {message.id: (message.state, message.processed_at) for message in self.messages}
        reader = RepeatReader(
            self.messages, self.now, self.watchdog, self.seconds, self.told, self.meanings
        )
        reader.work()
        self._take_over(reader)
        Corrections(self.env, self.items).lock()
        matcher = Matcher(self.env, self.items)
        matcher.match()
        self.held = sorted(message.id for message in matcher.left)
        if self.held:
            return
        corrections = Corrections(self.env, self.items)
        scope = self._scope(corrections)
        self.env["logistics.shipment"].browse(sorted(scope["shipments"]))._lock()
        self.before = snapshot.take(self.env, **scope)
        writer = RepeatWriter(self.env, self.items, self.now, reader.meanings, self.told)
        writer.append()
        # Before the facts that it replaces are set aside: the file does not go and come again.
        self._file_documents()
        carried = self._set_aside(writer)
        self._retranslate(reader, writer)
        bound = matcher.bind_unique_ids()
        self._displace()
        homes = {item.event_id: item.shipment_id for item in self.items}
        corrections.lead()
        writer.touched |= {i.event_id for i in self.items if homes[i.event_id] != i.shipment_id}
        self._fold(writer.touched, scope["shipments"])
        fresh = {m: parsed for m, parsed in self.parsed.items() if states[m.id][0] not in WORKED}
        stated = self._file_statements(fresh)
        waiting = self._park()
        acknowledged = acknowledgements.work(self.env, fresh)
        self._finish()
        self._keep_times(states)
        self.env["logistics.parked.reference"]._wake(bound)
        events = {t.get("event_id") for t in writer.troubles}
        self.env["logistics.exception"]._report(
            reader.troubles
            + self._news_of(reader, writer)
            + [t for t in writer.troubles if t["event_id"] not in carried & events]
            + waiting
            + acknowledged
            + stated
        )
        moot.close(self.env, writer, self._numbers_before, self.outcome)
        scope["events"] |= {item.event_id for item in self.items}
        self.after = snapshot.take(self.env, **scope)
        self.rows = joined(difference(self.before, self.after))

    def _take_over(self, reader):
        self.items, self.parsed, self.holder = reader.items, reader.parsed, reader.holder
        self.failures = reader.failures
        self.again = [*reader.slow, *reader.unread]
        self.notes = {message.id: text for message, text in reader.unreadable}
        # What nobody has read tells what it told.
        read = {message.id for message in self.parsed}
        for message_id in list(self.told.by_message):
            if message_id not in read:
                del self.told.by_message[message_id]

    def _scope(self, corrections):
        """Everything that may change: what snapshots are taken of."""
        prints = {item.fingerprint for item in self.items}
        self.env.cr.execute(
            "SELECT id, shipment_id FROM logistics_event "
            "WHERE fingerprint = ANY(%s) OR id = ANY(%s)",
            (sorted(prints), sorted(self.told.events | self.kept_ids)),
        )
        rows = self.env.cr.fetchall()
        shipments = set(self._shipments().ids) | set(corrections.shipments().ids)
        shipments |= {shipment_id for _event_id, shipment_id in rows if shipment_id}
        keys = {self._parking_key(item) for item in self.items}
        keys |= {message._failure_key() for message in self.messages if message.state == "dead"}
        for item in self.items:
            keys.add(
                f"unmapped:{item.message.company_id.id}:{item.parsed.issuer}:{item.raw_code}"
                f":{item.parsed.raw_sub_code}"
            )
        self.env.cr.execute(moot.CODE_KEYS, (sorted({event_id for event_id, _shipment in rows}),))
        keys |= {row[0] for row in self.env.cr.fetchall()}
        self._numbers_before = moot.waiting_numbers(self.env, {event_id for event_id, _s in rows})
        keys |= set(self._numbers_before)
        return {
            "messages": set(self.messages.ids),
            "events": {event_id for event_id, _shipment in rows},
            "shipments": shipments,
            "keys": keys,
        }

    def _retranslate(self, reader, writer):
        """What events mean whose message cannot be read any more, or that others tell than did."""
        shared, classifiers = writer.with_own_meanings()
        for event in self.env["logistics.event"].browse(sorted(self.lost)):
            # What the partner's message named itself has no other meaning.
            translated = event.mapping_id or event.is_unmapped
            if translated and reader.meanings.is_told_apart(event.issuer):
                shared.add(event.id)
        changed, flipped = retranslate(
            self.env, self.kept_ids | shared, reader.meanings, classifiers
        )
        writer.touched |= changed
        for event in self.env["logistics.event"].browse(sorted(flipped)):
            (writer.unmapped if event.is_unmapped else writer.mapped).add(event.id)

    # -- what is not told any more ------------------------------------------------------------

    def _set_aside(self, writer):
        """What the messages do not tell any more counts no more, unless others tell it.

        :return: ids of new events to which a person's decision was carried over
        """
        by_event = {}
        told_now = {message.id: set() for message in self.parsed}
        for item in self.items:
            told_now[item.message.id].add(item.event_id)
            by_event.setdefault(item.event_id, item)
        gone, successors = set(), {}
        for message_id, before in self.told.by_message.items():
            lost = before - told_now[message_id]
            fresh = told_now[message_id] - before
            gone |= {(event_id, message_id) for event_id in lost}
            if lost and fresh:
                new, _contents = readings(self.env, fresh)
                ids = {reading.fingerprint: key for key, reading in new.items()}
                found = pairs((self.told.readings[key] for key in lost), new.values())
                for old, successor in found.items():
                    successors.setdefault(self.told.ids[old], ids[successor])
        if not gone:
            return set()
        unsay(self.env, self.replay_id, gone)
        over = self._hand_over(gone)
        self.lost = {event_id for event_id, _message in gone} - over
        events = self.env["logistics.event"]
        if over:
            rows = [(key, self.replay_id, successors.get(key)) for key in sorted(over)]
            self.env.flush_all()
            self.env.cr.execute_values(LAST_WORDS, rows, page_size=len(rows))
            events.browse(over).invalidate_recordset(["unsaid_by_id", "read_as_id"])
        writer.touched |= over
        carried = set()
        for old_id, new_id in successors.items():
            is_new = old_id in over and new_id in writer.new.values()
            if is_new and writer.inherit(by_event[new_id], events.browse(old_id)):
                carried.add(new_id)
        for item in self.items:  # the same fact may have been told twice
            item.shipment_id = by_event[item.event_id].shipment_id
        self._settle(over)
        return carried

    def _hand_over(self, gone):
        """Facts that others tell as well are theirs now.

        :return: ids of the events that nobody tells any more
        """
        left = {event_id: set(self.told.tellers[event_id]) for event_id, _message in gone}
        for event_id, message_id in gone:
            left[event_id].discard(message_id)
        for item in self.items:
            if item.event_id in left:
                left[item.event_id].add(item.message.id)
        heirs = []
        for event in self.env["logistics.event"].browse(sorted(left)):
            owner = event.message_id.id
            if left[event.id] and owner not in left[event.id]:
                heirs.append((event.id, min(left[event.id])))
        if heirs:
            self.env.flush_all()
            self.env.cr.execute_values(OWNERS, heirs, page_size=len(heirs))
            self.env["logistics.event"].browse([row[0] for row in heirs]).invalidate_recordset(
                ["message_id"]
            )
        return {event_id for event_id, tellers in left.items() if not tellers}

    def _settle(self, over):
        """What hangs on events that nobody tells any more: nobody waits for their shipment, and
        nothing contradicts them."""
        events = self.env["logistics.event"].browse(sorted(over))
        self.env["logistics.parked.reference"].search([("event_id", "in", events.ids)]).unlink()
        for event in events.filtered("source_id"):
            disputed = events.search(
                [
                    ("issuer", "=", event.issuer),
                    ("source_id", "=", event.source_id),
                    ("is_disputed", "=", True),
                ]
            )
            for other in disputed.filtered(lambda other: not other._rivals()):
                other.is_disputed = False
                other._resolve_settled(
                    [other.id], self.env._("What it contradicted was read anew, and is gone.")
                )

    # -- what follows -------------------------------------------------------------------------

    def _fold(self, touched, scope):
        """Fold what was touched, and what is stored otherwise than its events say."""
        events = self.env["logistics.event"].browse(sorted(touched))
        shipments = self.env["logistics.shipment"].browse(sorted(scope))
        moved = events.shipment_id | events._corrected_shipments()
        for shipment, values, _contradiction in (shipments - moved)._folded():
            if values:
                moved |= shipment
        moved._refold()
        alone = events.filtered(lambda event: not event.shipment_id)
        if alone:
            rows = alone._statement_rows()
            alone._write_standings(rows, alone._rows_elsewhere(rows))

    def _keep_times(self, states):
        """When a message was worked is when it was worked first: latencies are reckoned from it."""
        rows = [(key, *kept) for key, kept in states.items() if kept[0] in WORKED and kept[1]]
        if rows:
            self.env.flush_all()
            self.env.cr.execute_values(
                KEEP_TIMES, rows, template="(%s, %s, %s::timestamp)", page_size=len(rows)
            )
            self.messages.invalidate_recordset(["processed_at"])

    def _news_of(self, reader, writer):
        """The troubles with codes that were known until now, or came up just now."""
        fresh = set(writer.new.values()) | writer.unmapped
        return [trouble for item, trouble in reader.unmapped if item.event_id in fresh]
