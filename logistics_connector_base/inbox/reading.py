"""From raw bytes to items: parse, look at the identity again, translate the codes."""

import traceback
from dataclasses import replace
from datetime import UTC

import psycopg2

from ..core.canonical import (
    Instant,
    ParseContext,
    ParsedEvent,
    ParsedMessage,
    ParseError,
    Reference,
)
from ..core.identity import event_content, event_fingerprint, message_identity
from ..core.jsonsafe import clean_text
from ..core.personal import mask_text
from .contracts import Holder
from .item import Item, is_implausible, with_documents_apart
from .meanings import Meanings, tellers_by_print
from .snapshots import recognise
from .watchdog import NoWatchdog, TimeExceeded

TEXT_LIMIT = 500
# Seconds (and as many more for each megabyte) that a message may take to parse while others wait
# for it. One that takes longer has all its time when it is worked alone.
AMONG_OTHERS = 0.5
MEGABYTE = 1_000_000

INSERT_KEYS = """
INSERT INTO logistics_message_key (connection_id, identity, revision, digest, message_id,
    first_seen_at, last_seen_at, duplicate_count)
VALUES %s
ON CONFLICT (connection_id, identity, revision) DO NOTHING
"""
READ_KEYS = """
SELECT k.connection_id, k.identity, k.revision, k.digest, k.message_id
FROM logistics_message_key k
JOIN (VALUES %s) AS wanted(connection_id, identity, revision)
    USING (connection_id, identity, revision)
"""


class Reader:
    """Reads messages (logistics.message, as superuser) into items.

    After :meth:`work`: ``items`` are the events found, ``parsed`` maps each message that was
    understood to its ParsedMessage, ``troubles`` are what people have to look at, ``failures`` are
    ids and errors of messages that the provider broke at, ``slow`` are the ids of those that took
    longer than a message may among others, and ``unread`` are those that were not come to.

    :param watchdog: interrupts a parser that takes more than ``seconds``, and as much again for
        each megabyte (among others: more than ``AMONG_OTHERS``); None lets it take its time
    """

    def __init__(self, messages, now, watchdog=None, seconds=0):
        self.messages = messages
        self.env = messages.env
        self.meanings = Meanings(self.env)
        self.now = now
        self.watchdog, self.seconds = watchdog or NoWatchdog(), seconds
        self.failures = []
        self.unread = []
        self.slow = []
        self.items = []
        self.parsed = {}
        self.purged = []
        self.troubles = []
        self.holder = Holder(self.env)

    def work(self):
        self._parse()
        self._sort_out_known()
        for message, parsed in self.parsed.items():
            for event in with_documents_apart(parsed.events):
                # One scan is one event whichever of a company's connections tells of it. What the
                # partner of another company says can neither take its place nor be hidden by it.
                fingerprint = f"{message.company_id.id}:{event_fingerprint(event)}"
                self.items.append(Item(message, event, fingerprint, content=event_content(event)))
        self._recognise()
        self._translate()
        for message in self.purged:
            self.items += self._items_of_purged(message)

    def _parse(self):
        bodies = self.messages._read_bodies()
        handlers = {}
        for index, message in enumerate(self.messages):
            if message.is_conflict and not message.conflict_accepted:
                self._conflict(message)
                continue
            if message.id not in bodies:
                self._go_without_body(message)
                continue
            try:
                parsed = self._parse_one(message, bodies[message.id], handlers)
            except ParseError as error:
                # Deterministic: trying again changes nothing until a person mends something.
                self._give_up(message, error)
            except psycopg2.Error:
                raise  # a provider that asks the database has lost us the transaction
            except Exception as error:
                self._fail(message, error)
            except TimeExceeded as error:
                if self._is_among_others:
                    self.slow.append(message.id)
                else:
                    self._fail(message, error)
                # The others have waited long enough: what is read is worked, the rest given back.
                self.unread = self.messages[index + 1 :].ids
                break
            else:
                if parsed is not None:
                    self.parsed[message] = parsed
        # What is worked once more is told then.
        again = {*self.slow, *(message_id for message_id, _error in self.failures)}
        self.troubles += [t for t in self.holder.troubles if t["message_id"] not in again]

    def _give_up(self, message, error):
        message.contract_id = self.holder.contract_ids.get(message.id)
        self.holder.broke(message)
        message._record_failure("ParseError", str(error))
        message._bury("ParseError", str(error), "parse_failure")

    def _recognise(self):
        recognise(self.env, self.items)

    @property
    def _is_among_others(self):
        return len(self.messages) > 1

    def _fail(self, message, error):
        # What the parser held, gigabytes perhaps, is not kept alive by its frames.
        traceback.clear_frames(error.__traceback__)
        self.failures.append((message.id, error))

    def _parse_one(self, message, body, handlers):
        """The ParsedMessage; None for one that is refused by its contract."""
        connection = message.connection_id
        if connection not in handlers:
            context = ParseContext(default_zone=connection.tz or "")
            handlers[connection] = connection.provider_id._handler(), context
        handler, context = handlers[connection]
        context = replace(context, received_at=message.received_at.replace(tzinfo=UTC))
        seconds = min(self.seconds, AMONG_OTHERS) if self._is_among_others else self.seconds
        with self.watchdog.limit(seconds * (1 + len(body) / MEGABYTE)):
            handshake = handler._handshake(body)
            if handshake is None:
                connection._check_depth(body)
                if self.holder.hold(message, body, not self._is_among_others):
                    return None
                return handler._parse_message(body, context)
        message._work_handshake(handshake)
        return ParsedMessage(events=(), message_type="handshake")

    def _go_without_body(self, message):
        """Keys outlive payloads: what it told is known, and may still find its shipment."""
        if message.event_ids:
            self.purged.append(message)
            self.parsed[message] = ParsedMessage((), message_type=message.message_type or "")
        else:
            message._bury("Purged", self.env._("The body was purged."), "processing_failure")

    def _items_of_purged(self, message):
        parked = self.env["logistics.parked.reference"].search([("message_id", "=", message.id)])
        waiting = parked.grouped("event_id")
        for event in message.event_ids:
            references = tuple(
                Reference(row.type or "tracking", row.value_key, row.issuer or "")
                for row in waiting.get(event, ())
            )
            occurred = event.occurred_at and Instant(event.occurred_at.replace(tzinfo=UTC))
            parsed = ParsedEvent(
                issuer=event.issuer,
                shipment_key=event.shipment_key or "",
                references=references,
                raw_code=event.raw_code or "",
                occurred=occurred or None,
            )
            yield Item(
                message,
                parsed,
                event.fingerprint,
                code=event.code,
                classifier=event.classifier,
                implausible=event.is_implausible,
                content=event.content_key or "",
            )

    def _sort_out_known(self):
        """Second look at the identity, for messages that carry it in the body (law 3): copies and
        conflicts are taken out."""
        keys = {
            message: (
                message.connection_id.id,
                *message_identity(parsed.external_id, parsed.revision, message.digest),
            )
            for message, parsed in self.parsed.items()
            if parsed.external_id
        }
        if not keys:
            return
        cr = self.env.cr
        cr.execute_values(
            INSERT_KEYS,
            [
                (*key, message.digest, message.id, message.received_at, message.received_at, 0)
                # In the order of the keys, as every lane has it: no two can wait for each other.
                # Of equal keys the message that came first is first.
                for message, key in sorted(keys.items(), key=lambda pair: (pair[1], pair[0].id))
            ],
        )
        rows = cr.execute_values(READ_KEYS, sorted(set(keys.values())), fetch=True)
        first = {tuple(row[:3]): row[3:] for row in rows}
        for message, key in keys.items():
            digest, first_id = first[key]
            if first_id == message.id or message.conflict_accepted:
                continue
            parsed = self.parsed.pop(message)
            # People look for it, and for the one that came first, by the partner's id.
            message.write(
                {
                    "external_id": clean_text(parsed.external_id, 255),
                    "revision": clean_text(parsed.revision, 100) or message.revision or "",
                }
            )
            if digest == message.digest:
                message.write({"state": "duplicate", "processed_at": self.now})
            else:
                self._conflict(message)

    def _conflict(self, message):
        if message.conflict_decision == "keep":
            message.write({"state": "dismissed", "processed_at": self.now})
            return
        message.write({"state": "conflict", "processed_at": self.now})
        self.troubles.append(
            {
                "type": "message_conflict",
                "key": f"conflict:{message.id}",
                "name": self.env._(
                    "Another content under the same id: %s", message.external_id or message.receipt
                ),
                "company_id": message.company_id.id,
                "connection_id": message.connection_id.id,
                "message_id": message.id,
                "provider": message.provider,
                "detail": self.env._(
                    "%(partner)s sent this id before, with other bytes and without a new revision.",
                    partner=message.connection_id.name,
                ),
            }
        )

    def _translate(self):
        codes = self.env["logistics.event.code"]._ids_by_code()
        reasons = self.env["logistics.event.reason"]._ids_by_code()
        tellers = self._tellers()
        for item in self.items:
            event = item.parsed
            item.classifier = event.classifier
            item.reason_id = reasons.get(event.reason)
            item.reason_stated = item.reason_id is not None
            self._translate_code(item, codes, tellers.get(item.fingerprint, ()))
            item.implausible = is_implausible(item)

    def _tellers(self):
        """Who tells each fact, where one of them may mean something of its own by its code: what
        it means is the same then, whoever told it first.

        :return: fingerprint → ids of connections
        """
        told = {}
        for item in self.items:
            if self.meanings.is_told_apart(item.parsed.issuer):
                told.setdefault(item.fingerprint, set()).add(item.message.connection_id.id)
        for fingerprint, connections in self._stored_tellers(told).items():
            told[fingerprint] |= connections
        return told

    def _stored_tellers(self, fingerprints):
        return tellers_by_print(self.env, fingerprints)

    def _translate_code(self, item, codes, connections):
        event = item.parsed
        if event.code in codes:
            item.code = event.code
            return
        found = self.meanings.find(event.issuer, item.raw_code, event.raw_sub_code, connections)
        if found:
            item.mapping_id, item.code = found.mapping_id, found.code
            item.reason_id = item.reason_id or found.reason_id or None
            item.classifier = found.classifier or event.classifier
        elif item.raw_code:
            item.unmapped = True
            self._report_unmapped(item, item.raw_code)

    def _report_unmapped(self, item, raw_code):
        event = item.parsed
        shown = " / ".join(part for part in (raw_code, event.raw_sub_code) if part)
        self.troubles.append(
            {
                "type": "unmapped_code",
                "key": f"unmapped:{item.message.company_id.id}:{event.issuer}:{raw_code}"
                f":{event.raw_sub_code}",
                "name": self.env._(
                    "%(issuer)s: unknown code %(code)s", issuer=event.issuer, code=shown
                ),
                "company_id": item.message.company_id.id,
                "connection_id": item.message.connection_id.id,
                "message_id": item.message.id,
                "provider": event.issuer,
                "raw_code": raw_code,
                "raw_sub_code": event.raw_sub_code,
                "detail": mask_text(clean_text(event.raw_text, TEXT_LIMIT), (event.signed_by,)),
            }
        )
