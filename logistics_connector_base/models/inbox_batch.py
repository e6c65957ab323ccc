"""One batch of messages, from raw bytes to shipments, in the caller's transaction.

Set-based: bodies, candidates, known events and shipments are read and written once per batch. Every
step may be done again: events have fingerprints, effects have keys.
"""

from dataclasses import dataclass, replace
from datetime import UTC, timedelta

from odoo import fields
from odoo.tools import SQL

from ..core.canonical import ParseContext, ParsedEvent, ParseError
from ..core.identity import event_fingerprint, message_identity, normalise_number
from ..core.instants import plausible
from ..core.jsonsafe import clean_text
from ..core.matching import Candidate, reference_keys, resolve

UNMAPPED = "TRK_INFO"
POD_KINDS = {"pod", "signature", "photo"}
# A carrier's unique id is tied to a shipment by the number they share only when the ship dates fit:
# the number may be on its second life.
UID_WINDOW = timedelta(days=14)
TEXT_LIMIT = 500


@dataclass(slots=True)
class Item:
    """One parsed event on its way: what it came with and what was found out about it."""

    message: object
    parsed: ParsedEvent
    fingerprint: str
    provider: str
    code: str = UNMAPPED
    reason_id: int | None = None
    mapping_id: int | None = None
    classifier: str = "actual"
    unmapped: bool = False
    implausible: bool = False
    shipment_id: int | None = None
    why: str = ""
    event_id: int | None = None

    @property
    def number(self):
        """The number under which people know the shipment."""
        for kind in ("tracking", "master_tracking", "waybill", "sscc"):
            for reference in self.parsed.references:
                if reference.type == kind:
                    return reference.value
        first = self.parsed.references[:1]
        return first[0].value if first else self.parsed.shipment_key


class InboxBatch:
    """Processes ``messages`` (recordset of logistics.message, claimed by the caller)."""

    def __init__(self, messages):
        self.messages = messages.sudo()
        self.env = self.messages.env
        self.now = fields.Datetime.now()
        self.items = []
        self.troubles = []
        self.done = []  # messages parsed without trouble

    def process(self):
        """Do everything; the caller commits."""
        self._parse()
        self._map()
        self._match()
        shipments = self.env["logistics.shipment"].browse(
            sorted({item.shipment_id for item in self.items if item.shipment_id})
        )
        shipments._lock()
        self._append()
        self._bind_unique_ids()
        shipments._refold()
        self._file_documents()
        self._park()
        self._finish()
        self.env["logistics.exception"]._report(self.troubles)

    # -- parse --------------------------------------------------------------------------------

    def _parse(self):
        bodies = self.messages._read_bodies()
        handlers = {}
        for message in self.messages:
            if message.is_conflict and not message.conflict_accepted:
                self._conflict(message)
                continue
            if message.id not in bodies:
                message._bury("Purged", self.env._("The body was purged."), "processing_failure")
                continue
            connection = message.connection_id
            if connection not in handlers:
                handlers[connection] = connection.provider_id._handler()
            context = ParseContext(
                default_zone=connection.tz or "",
                received_at=message.received_at.replace(tzinfo=UTC),
            )
            try:
                parsed = handlers[connection]._parse_message(bodies[message.id], context)
            except ParseError as error:
                # Deterministic: trying again changes nothing until a person mends something.
                message._record_failure("ParseError", str(error))
                message._bury("ParseError", str(error), "parse_failure")
                continue
            if self._is_known(message, parsed):
                continue
            message.message_type = parsed.message_type or False
            self.done.append(message)
            for event in _with_documents_apart(parsed.events):
                self.items.append(
                    Item(message, event, event_fingerprint(event), message.provider)
                )

    def _is_known(self, message, parsed):
        """Second look at the message's identity, where it stands in the body (law 3)."""
        if not parsed.external_id:
            return False
        key = message_identity(parsed.external_id, parsed.revision, message.digest)
        message.write(
            {"external_id": clean_text(parsed.external_id, 255), "revision": parsed.revision[:100]}
        )
        self.env.flush_all()
        self.env.cr.execute(
            """
            INSERT INTO logistics_message_key AS k (connection_id, identity, revision, digest,
                message_id, first_seen_at, last_seen_at, duplicate_count)
            VALUES (%s, %s, %s, %s, %s, %s, %s, 0)
            ON CONFLICT (connection_id, identity, revision)
            DO UPDATE SET last_seen_at = EXCLUDED.last_seen_at
            RETURNING digest, message_id
            """,
            (
                message.connection_id.id,
                key.identity,
                key.revision,
                message.digest,
                message.id,
                message.received_at,
                message.received_at,
            ),
        )
        digest, first_id = self.env.cr.fetchone()
        if first_id == message.id or message.conflict_accepted:
            return False
        if digest == message.digest:
            message.write({"state": "duplicate", "processed_at": self.now})
        else:
            self._conflict(message)
        return True

    def _conflict(self, message):
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

    # -- map ----------------------------------------------------------------------------------

    def _map(self):
        mappings = self.env["logistics.event.mapping"]
        codes = self.env["logistics.event.code"]._ids_by_code()
        reasons = self.env["logistics.event.reason"]._ids_by_code()
        for item in self.items:
            event = item.parsed
            item.classifier = event.classifier
            item.reason_id = reasons.get(event.reason)
            received = item.message.received_at.replace(tzinfo=UTC)
            item.implausible = event.occurred is None or not plausible(
                event.occurred, received, event.classifier
            )
            if event.code in codes:
                item.code = event.code
                continue
            raw_code = event.raw_code or event.code
            found = mappings._lookup_code(item.provider, raw_code, event.raw_sub_code)
            if found:
                item.mapping_id, item.code, reason_id, classifier = found
                item.reason_id = item.reason_id or reason_id or None
                item.classifier = classifier or event.classifier
            elif raw_code:
                item.unmapped = True
                self._report_unmapped(item, raw_code)

    def _report_unmapped(self, item, raw_code):
        event = item.parsed
        shown = " / ".join(part for part in (raw_code, event.raw_sub_code) if part)
        self.troubles.append(
            {
                "type": "unmapped_code",
                "key": f"unmapped:{item.message.company_id.id}:{item.provider}:{raw_code}"
                f":{event.raw_sub_code}",
                "name": self.env._(
                    "%(provider)s: unknown code %(code)s", provider=item.provider, code=shown
                ),
                "company_id": item.message.company_id.id,
                "connection_id": item.message.connection_id.id,
                "message_id": item.message.id,
                "provider": item.provider,
                "raw_code": raw_code,
                "raw_sub_code": event.raw_sub_code,
                "detail": clean_text(event.raw_text, TEXT_LIMIT),
            }
        )

    # -- match --------------------------------------------------------------------------------

    def _match(self):
        by_connection = {}
        for item in self.items:
            by_connection.setdefault(item.message.connection_id, []).append(item)
        for connection, items in by_connection.items():
            candidates, by_key = self._candidates(connection, items)
            for item in items:
                self._match_one(item, candidates, by_key)

    def _candidates(self, connection, items):
        """Shipments that share a number with these events.

        :return: ``({shipment_id: Candidate}, {key: {shipment ids}})``
        """
        keys = sorted({key for item in items for key in reference_keys(item.parsed.references)})
        companies = connection._served_companies().ids
        rows = self.env.execute_query(
            SQL(
                """
                SELECT r.shipment_id, r.type, r.value, r.issuer, r.valid_from, r.valid_to,
                       r.package_id, r.value_key, s.ship_date
                FROM logistics_shipment_reference r
                JOIN logistics_shipment s ON s.id = r.shipment_id
                WHERE r.shipment_id IN (
                    SELECT shipment_id FROM logistics_shipment_reference
                    WHERE value_key = ANY(%s) AND company_id = ANY(%s))
                """,
                keys,
                companies,
            )
        )
        references, dates, by_key = {}, {}, {}
        for shipment_id, *reference, value_key, ship_date in rows:
            references.setdefault(shipment_id, []).append(tuple(reference))
            dates[shipment_id] = ship_date
            by_key.setdefault(value_key, set()).add(shipment_id)
        candidates = {
            shipment_id: Candidate(shipment_id, tuple(known), dates[shipment_id])
            for shipment_id, known in references.items()
        }
        return candidates, by_key

    def _match_one(self, item, candidates, by_key):
        event = item.parsed
        keys = reference_keys(event.references)
        near = [candidates[number] for number in sorted(set().union(*(by_key.get(k, ()) for k in keys)))]
        near = [candidate for candidate in near if _may_be_bound(event, candidate)]
        occurred = None if item.implausible else event.occurred.utc
        match = resolve(event.references, occurred, event.ship_date, near)
        item.shipment_id, item.why = match.shipment_id, match.why
        if not match.shipment_id:
            return
        # Within this batch, too, a number belongs to the unique id that came first.
        candidate = candidates[match.shipment_id]
        new = [
            (ref.type, ref.value, ref.issuer, None, None, _package_of(event, candidate))
            for ref in event.references
            if ref.type == "carrier_uid"
        ]
        new = [ref for ref in new if ref[:3] not in {known[:3] for known in candidate.references}]
        if new:
            candidates[match.shipment_id] = replace(
                candidate, references=(*candidate.references, *new)
            )

    def _bind_unique_ids(self):
        """Keep the carrier's unique ids as references: from now on they tell shipments apart that
        share a number."""
        wanted = {}
        for item in self.items:
            for reference in item.parsed.references:
                if item.shipment_id and reference.type == "carrier_uid":
                    key = (item.shipment_id, reference.type, reference.value, reference.issuer)
                    wanted.setdefault(key, item)
        if not wanted:
            return
        for (shipment_id, kind, value, issuer), item in wanted.items():
            package = self.env["logistics.shipment.package"]._find_by_number(
                shipment_id, item.number
            )
            self.env.cr.execute(
                """
                INSERT INTO logistics_shipment_reference
                    (shipment_id, company_id, package_id, type, value, issuer, value_key,
                     create_uid, create_date, write_uid, write_date)
                SELECT s.id, s.company_id, %s, %s, %s, %s, %s, %s, now() AT TIME ZONE 'UTC',
                       %s, now() AT TIME ZONE 'UTC'
                FROM logistics_shipment s WHERE s.id = %s
                ON CONFLICT (shipment_id, type, value, issuer) DO NOTHING
                """,
                (
                    package.id or None,
                    kind,
                    value,
                    issuer,
                    normalise_number(value),
                    self.env.uid,
                    self.env.uid,
                    shipment_id,
                ),
            )
        self.env["logistics.shipment.reference"].invalidate_model()

    # -- append -------------------------------------------------------------------------------

    def _append(self):
        """Insert the facts that are new; give those that waited the shipment they waited for."""
        codes = self.env["logistics.event.code"]._ids_by_code()
        shipments = self.env["logistics.shipment"].browse(
            {item.shipment_id for item in self.items if item.shipment_id}
        )
        homes = {s.id: (s.company_id.id, s.warehouse_id.id or None) for s in shipments}
        rows = {}
        for item in self.items:
            rows.setdefault(item.fingerprint, self._row(item, codes, homes))
        events = self.env["logistics.event"]
        new = events._insert(list(rows.values()))
        known = self._known_events([print_ for print_ in rows if print_ not in new])
        waiting = {}
        for item in self.items:
            if item.fingerprint in new:
                item.event_id = new[item.fingerprint]
                continue
            item.event_id, attached = known[item.fingerprint]
            if attached:
                item.shipment_id = attached  # a person or an earlier message has decided
            elif item.shipment_id:
                waiting.setdefault(item.shipment_id, set()).add(item.event_id)
        for shipment_id, event_ids in waiting.items():
            events.browse(event_ids)._attach_rows(shipments.browse(shipment_id))
        for item in self.items:
            if item.implausible and item.fingerprint in new:
                self._report_implausible(item)

    def _known_events(self, fingerprints):
        if not fingerprints:
            return {}
        rows = self.env.execute_query(
            SQL(
                "SELECT fingerprint, id, shipment_id FROM logistics_event "
                "WHERE fingerprint = ANY(%s)",
                fingerprints,
            )
        )
        return {print_: (event_id, shipment_id) for print_, event_id, shipment_id in rows}

    def _row(self, item, codes, homes):
        event, message = item.parsed, item.message
        company_id, warehouse_id = homes.get(item.shipment_id, (message.company_id.id, None))
        occurred, place = event.occurred, event.place
        return {
            "fingerprint": item.fingerprint,
            "company_id": company_id,
            "warehouse_id": warehouse_id,
            "shipment_id": item.shipment_id,
            "connection_id": message.connection_id.id,
            "message_id": message.id,
            "provider": item.provider,
            "issuer": event.issuer,
            "shipment_key": clean_text(event.shipment_key, TEXT_LIMIT),
            "tracking_number": clean_text(item.number, TEXT_LIMIT),
            "code_id": codes[item.code],
            "reason_id": item.reason_id,
            "mapping_id": item.mapping_id,
            "classifier": item.classifier,
            "raw_code": clean_text(event.raw_code or event.code, TEXT_LIMIT),
            "raw_sub_code": clean_text(event.raw_sub_code, TEXT_LIMIT),
            "raw_text": clean_text(event.raw_text, TEXT_LIMIT),
            "source_id": clean_text(event.source_id, TEXT_LIMIT),
            "revision": clean_text(event.revision, TEXT_LIMIT),
            "retracts": clean_text(event.retracts, TEXT_LIMIT),
            "corrects": clean_text(event.corrects, TEXT_LIMIT),
            "occurred_at": _column(occurred),
            "occurred_offset": (occurred.offset_minutes or 0) if occurred else 0,
            "occurred_precision": occurred.precision if occurred else None,
            "zone_assumed": bool(occurred and occurred.assumed),
            "recorded_at": _column(event.recorded),
            "received_at": message.received_at,
            "processed_at": self.now,
            "estimated_delivery_at": _column(event.estimated_delivery),
            "place_name": clean_text(place.name or place.street, TEXT_LIMIT),
            "city": clean_text(place.city, TEXT_LIMIT),
            "zip": clean_text(place.zip, 30),
            "state_name": clean_text(place.state, 100),
            "country_code": clean_text(place.country, 3),
            "latitude": place.latitude,
            "longitude": place.longitude,
            "stop_sequence": event.stop_sequence,
            "signed_by": clean_text(event.signed_by, 200),
            "is_unmapped": item.unmapped,
            "is_implausible": item.implausible,
            "standing": "quarantined" if item.implausible else "active",
        }

    def _report_implausible(self, item):
        self.troubles.append(
            {
                "type": "quarantined_time",
                "key": f"time:{item.event_id}",
                "name": self.env._("Implausible time of an event for %s", item.number),
                "company_id": item.message.company_id.id,
                "connection_id": item.message.connection_id.id,
                "message_id": item.message.id,
                "event_id": item.event_id,
                "shipment_id": item.shipment_id,
                "provider": item.provider,
            }
        )

    # -- effects ------------------------------------------------------------------------------

    def _file_documents(self):
        for item in self.items:
            if item.shipment_id and item.parsed.documents:
                shipment = self.env["logistics.shipment"].browse(item.shipment_id)
                event = self.env["logistics.event"].browse(item.event_id)
                for document in item.parsed.documents:
                    shipment._file_document(document, event)

    # -- park and finish ----------------------------------------------------------------------

    def _park(self):
        """Remember what the events without a shipment wait for; forget it for those with one."""
        parked = self.env["logistics.parked.reference"]
        attached = [item.event_id for item in self.items if item.shipment_id]
        parked.search([("event_id", "in", attached)]).unlink()
        waiting = {item.event_id: item for item in self.items if not item.shipment_id}
        already = set(parked.search([("event_id", "in", list(waiting))]).event_id.ids)
        parked.create(
            [
                {"event_id": event_id, "message_id": item.message.id, "value_key": key}
                for event_id, item in waiting.items()
                if event_id not in already
                for key in reference_keys(item.parsed.references)
            ]
        )
        for item in waiting.values():
            ambiguous = item.why == "ambiguous"
            kind = "ambiguous_shipment" if ambiguous else "unknown_shipment"
            title = (
                self.env._("%s fits several shipments", item.number)
                if ambiguous
                else self.env._("No shipment for %s", item.number)
            )
            self.troubles.append(
                {
                    "type": kind,
                    "key": self._parking_key(item),
                    "name": title,
                    "company_id": item.message.company_id.id,
                    "connection_id": item.message.connection_id.id,
                    "message_id": item.message.id,
                    "event_id": item.event_id,
                    "provider": item.provider,
                    "reference": clean_text(item.number, TEXT_LIMIT),
                }
            )
        waiting_keys = {self._parking_key(item) for item in waiting.values()}
        found_keys = {self._parking_key(item) for item in self.items if item.shipment_id}
        self.env["logistics.exception"]._resolve_keys(
            found_keys - waiting_keys, self.env._("The shipment was found.")
        )

    def _parking_key(self, item):
        number = normalise_number(item.number or "")
        return f"parked:{item.message.connection_id.id}:{number}"

    def _finish(self):
        """Write what became of each message, in one statement."""
        counts = {message.id: [0, 0] for message in self.done}
        for item in self.items:
            counts[item.message.id][0] += 1
            counts[item.message.id][1] += not item.shipment_id
        if not counts:
            return
        retried = [message for message in self.done if message.attempt_ids]
        self.env.flush_all()
        self.env.execute_query(
            SQL(
                """
                UPDATE logistics_message m
                SET state = CASE WHEN v.parked > 0 THEN 'parked' ELSE 'processed' END,
                    event_count = v.events, parked_count = v.parked, processed_at = %s,
                    next_try_at = NULL, error_class = NULL, error_text = NULL
                FROM (VALUES %s) AS v(id, events, parked)
                WHERE m.id = v.id RETURNING m.id
                """,
                self.now,
                SQL(", ").join(SQL("(%s, %s, %s)", key, *pair) for key, pair in counts.items()),
            )
        )
        self.messages.invalidate_recordset()
        for message in retried:
            message._resolve_failures()


def _with_documents_apart(events):
    """A proof of delivery is a fact of its own (flag "POD received"), also where the carrier hands
    it over inside the delivery scan."""
    for event in events:
        proofs = tuple(d for d in event.documents if d.kind in POD_KINDS)
        if not proofs or event.code == "DOC_POD":
            yield event
            continue
        others = tuple(d for d in event.documents if d.kind not in POD_KINDS)
        yield replace(event, documents=others)
        yield replace(
            event,
            code="DOC_POD",
            raw_code=f"{event.raw_code or event.code}#document",
            classifier="actual",
            source_id="",
            revision="",
            estimated_delivery=None,
            documents=proofs,
        )


def _may_be_bound(event, candidate):
    """Whether a unique id that no shipment knows yet may be tied to this one by the number."""
    issuers = {ref.issuer for ref in event.references if ref.type == "carrier_uid"}
    bound = any(kind == "carrier_uid" and issuer in issuers for kind, _v, issuer, *_r in candidate.references)
    if not issuers or bound or not event.ship_date or not candidate.ship_date:
        return True
    return abs(event.ship_date - candidate.ship_date) <= UID_WINDOW


def _package_of(event, candidate):
    numbers = {normalise_number(ref.value) for ref in event.references if ref.type == "tracking"}
    for kind, value, _issuer, _from, _to, package_id in candidate.references:
        if kind == "tracking" and normalise_number(value) in numbers:
            return package_id
    return None


def _column(instant):
    """An Instant as the naive UTC of a timestamp column."""
    return instant.utc.astimezone(UTC).replace(tzinfo=None, microsecond=0) if instant else None
