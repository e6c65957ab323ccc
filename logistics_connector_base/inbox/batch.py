"""One batch of messages, in the caller's transaction.

Set-based: bodies, candidates, known events and shipments are read and written once per batch. Every
step may be done again: events have fingerprints, effects have keys.
"""

from datetime import UTC, datetime

from ..core.canonical import REFERENCE_TYPES
from ..core.identity import normalise_number
from ..core.jsonsafe import clean_text
from . import acknowledgements, tellings
from .corrections import Corrections
from .matching import Matcher
from .reading import TEXT_LIMIT, Reader
from .writing import Writer

FINISH = """
UPDATE logistics_message m
SET state = CASE WHEN v.parked > 0 THEN 'parked' ELSE 'processed' END,
    contract_id = v.contract_id, event_count = v.events, parked_count = v.parked,
    processed_at = clock_timestamp() AT TIME ZONE 'UTC',
    message_type = v.message_type, external_id = v.external_id, revision = v.revision,
    lane = NULL, next_try_at = NULL, error_class = NULL, error_text = NULL
FROM (VALUES %s) AS v(id, events, parked, message_type, external_id, revision, contract_id)
WHERE m.id = v.id
"""


class InboxBatch:
    """Works ``messages`` (recordset of logistics.message, claimed by the caller).

    Several batches may be under way at once. What they may both want is taken in one order: message
    keys, partners' event ids, shipments with their orders, fingerprints, what takes statements,
    then the exceptions.

    ``repeats_troubles``: what waits already is counted once more with its exception.

    After :meth:`process`, ``failures``, ``unread`` and ``slow`` are those of the :class:`Reader`;
    ``held`` are the ids of messages whose shipments somebody else has. The caller settles them.
    ``told`` says what became of each other one, for the log.
    """

    repeats_troubles = True

    def __init__(self, messages, watchdog=None, seconds=0):
        self.messages = messages.sudo()
        self.watchdog, self.seconds = watchdog, seconds
        self.env = self.messages.env
        # Finer than Odoo's whole seconds, as the time of receipt is: latency is the difference.
        self.now = datetime.now(UTC).replace(tzinfo=None)
        self.told = []

    def process(self):
        """Do everything; the caller commits."""
        reader = Reader(self.messages, self.now, self.watchdog, self.seconds)
        reader.work()
        self.items, self.parsed = reader.items, reader.parsed
        self.holder = reader.holder
        self.failures, self.unread, self.slow = reader.failures, reader.unread, reader.slow
        Corrections(self.env, self.items).lock()
        matcher = Matcher(self.env, self.items)
        matcher.match()
        self._leave(matcher, reader)
        corrections = Corrections(self.env, self.items)
        # Most are locked already: the matcher locks what may come out before it looks.
        (self._shipments() | corrections.shipments())._lock()
        writer = Writer(self.env, self.items, self.now, reader.meanings)
        writer.append()
        bound = matcher.bind_unique_ids()
        self._displace()
        corrections.lead()
        (self._shipments() | corrections.shipments())._refold()
        self._file_documents()
        stated = self._file_statements(self.parsed)
        waiting = self._park()
        acknowledged = acknowledgements.work(self.env, self.parsed)
        self._finish()
        # What somebody else said of a unique id may have waited for this: to learn whose it is.
        self.env["logistics.parked.reference"]._wake(bound)
        self.env["logistics.exception"]._report(
            reader.troubles + writer.troubles + waiting + acknowledged + stated
        )
        self.env["logistics.exception"]._hear(*self._heard(writer.fresh))
        self.holder.settle({message.connection_id.id for message in self.parsed})

    def _leave(self, matcher, reader):
        """Go on without the messages whose shipments somebody else has."""
        self.held = sorted(message.id for message in matcher.left)
        if not self.held:
            return
        self.items = matcher.items = [
            item for item in self.items if item.message not in matcher.left
        ]
        self.parsed = {m: parsed for m, parsed in self.parsed.items() if m not in matcher.left}
        reader.troubles = [
            trouble for trouble in reader.troubles if trouble.get("message_id") not in self.held
        ]

    def _shipments(self):
        return self.env["logistics.shipment"].browse(
            sorted({item.shipment_id for item in self.items if item.shipment_id})
        )

    def _heard(self, fresh):
        """Of which shipments something new was told, and when, and of which numbers without one.

        :return: (id → time of the last receipt, key of the number's case → the same)
        """
        heard, unmatched = {}, {}
        for item in self.items:
            if item.fingerprint in fresh:
                found = item.shipment_id or self._parking_key(item)
                times = heard if item.shipment_id else unmatched
                at = item.message.received_at
                times[found] = max(at, times.get(found, at))
        return heard, unmatched

    def _displace(self):
        """Where a person took a message in the place of the first one, the first one's events count
        no more, but for those that both tell."""
        for message in self.parsed:
            if message.conflict_decision == "take":
                kept = {item.event_id for item in self.items if item.message == message}
                displaced = message._displaced_events(kept)
                if displaced:
                    displaced.with_user(message.conflict_decided_by_id)._decide("dismissed")

    def _file_documents(self):
        for item in self.items:
            if item.shipment_id and item.parsed.documents:
                shipment = self.env["logistics.shipment"].browse(item.shipment_id)
                event = self.env["logistics.event"].browse(item.event_id)
                for document in item.parsed.documents:
                    shipment._file_document(document, event)

    def _file_statements(self, read):
        """Give the models what messages state beside events; each files it, and works it later.

        :param dict read: message → ParsedMessage
        :return: troubles to report
        """
        told = {}
        for message, parsed in read.items():
            for statement in parsed.statements:
                told.setdefault(statement.desk, []).append((message, statement))
        troubles = []
        for desk in sorted(told):  # in one order for all lanes, as all that may be locked is
            troubles += self.env[desk]._take_statements(told[desk])
        return troubles

    def _park(self):
        """Remember what the events without a shipment wait for; forget it for those with one.

        :return: troubles to report
        """
        parked = self.env["logistics.parked.reference"]
        attached = [item.event_id for item in self.items if item.shipment_id]
        found = parked.search([("event_id", "in", attached)])
        # Another message told the same fact first, and did not know whose it was: it is worked
        # again, or it would wait for a shipment that is there.
        tellers = found.message_id | tellings.tellers(self.env, found.event_id)
        others = tellers.filtered(lambda m: m.state == "parked") - self.messages
        found.unlink()
        others._requeue()
        waiting = {item.event_id: item for item in self.items if not item.shipment_id}
        already = set(parked.search([("event_id", "in", list(waiting))]).event_id.ids)
        parked.create(
            [
                {
                    "event_id": event_id,
                    "message_id": item.message.id,
                    "value_key": key,
                    "type": kind,
                    "issuer": clean_text(issuer, 100),
                }
                for event_id, item in waiting.items()
                if event_id not in already
                for key, (kind, issuer) in _numbers(item.parsed.references).items()
            ]
        )
        troubles = []
        for event_id, item in waiting.items():
            if event_id in already and not self.repeats_troubles:
                continue
            if item.parsed.retracts and not item.parsed.references:
                continue  # it says nothing but which event it withdraws, and waits for that one
            ambiguous = item.why == "ambiguous"
            kind = "ambiguous_shipment" if ambiguous else "unknown_shipment"
            title = (
                self.env._("%s fits several shipments", item.number)
                if ambiguous
                else self.env._("No shipment for %s", item.number)
            )
            troubles.append(
                {
                    "type": kind,
                    "key": self._parking_key(item),
                    "name": title,
                    "company_id": item.message.company_id.id,
                    "connection_id": item.message.connection_id.id,
                    "message_id": item.message.id,
                    "event_id": item.event_id,
                    "provider": item.parsed.issuer,
                    "reference": clean_text(item.number, TEXT_LIMIT),
                }
            )
        waiting_keys = {self._parking_key(item) for item in waiting.values()}
        found = {self._parking_key(item): item.event_id for item in self.items if item.shipment_id}
        self.env["logistics.exception"]._resolve_keys(
            found.keys() - waiting_keys, self.env._("The shipment was found."), found
        )
        return troubles

    def _parking_key(self, item):
        number = normalise_number(item.number or "")
        return f"parked:{item.message.connection_id.id}:{number}"

    def _finish(self):
        """Write what became of each message, in one statement."""
        counts = {message.id: [0, 0] for message in self.parsed}
        for item in self.items:
            counts[item.message.id][0] += 1
            counts[item.message.id][1] += not (item.shipment_id or item.is_heard)
        if not counts:
            return
        retried = [message for message in self.parsed if message.error_class]
        retried = {message.connection_id: message for message in retried}
        rows = []
        for message, parsed in self.parsed.items():
            rows.append(
                (
                    message.id,
                    *counts[message.id],
                    clean_text(parsed.message_type, 100) or None,
                    clean_text(parsed.external_id, 255) or message.external_id or None,
                    clean_text(parsed.revision, 100) or message.revision or "",
                    self.holder.contract_ids.get(message.id),
                )
            )
        self.env.flush_all()
        self.env.cr.execute_values(
            FINISH, rows, template="(%s, %s, %s, %s, %s, %s, %s::integer)", page_size=len(rows)
        )
        self.told = [
            {
                "state": "parked" if counts[message.id][1] else "processed",
                "correlation_id": message.correlation_id,
                "message_id": message.id,
                "connection_id": message.connection_id.id,
                "events": counts[message.id][0],
            }
            for message in self.parsed
        ]
        self.messages.invalidate_recordset()
        for message in retried.values():
            message._resolve_failures()


def _numbers(references):
    """The normalised values of references: value → (type, issuer), of the strongest type."""
    numbers = {}
    ordered = sorted(references, key=lambda reference: REFERENCE_TYPES.index(reference.type))
    for reference in ordered:
        key = normalise_number(reference.value)
        if key:
            numbers.setdefault(key, (reference.type, reference.issuer))
    return numbers
