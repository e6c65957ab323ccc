"""Appending the facts of a batch: what is new is inserted, what waited gets its shipment."""

from datetime import UTC, timedelta
from typing import NamedTuple

from odoo.tools import SQL

from ..core.corrections import names_of
from ..core.instants import plausible, zone
from ..core.jsonsafe import clean_text
from . import tellings
from .contenders import Contenders
from .item import is_implausible
from .meanings import retranslate
from .reading import TEXT_LIMIT

WINDOW = timedelta(days=2)  # a longer one is none


class Known(NamedTuple):
    """What an event that is stored already says."""

    id: int
    fingerprint: str
    shipment_id: int | None
    raw_code: str
    raw_sub_code: str
    occurred_at: object
    signed_by: str
    content: str
    erased_at: object  # on a person's request: what was blanked stays blank
    message_id: int | None = None
    unsaid_by_id: int | None = None  # the replay after which no message told it any more


class Writer:
    """Writes items as events; sets ``event_id``, and a ``shipment_id`` that was decided before.

    :param meanings: :class:`~.meanings.Meanings`, by which the items were translated
    """

    def __init__(self, env, items, now, meanings):
        self.env = env
        self.items = items
        self.now = now
        self.meanings = meanings
        self.troubles = []
        self.fresh = set()  # fingerprints of what nobody had told before

    def append(self):
        """Insert the facts that are new; give those that waited the shipment they waited for."""
        codes = self.env["logistics.event.code"]._ids_by_code()
        shipments = self.env["logistics.shipment"].browse(
            {item.shipment_id for item in self.items if item.shipment_id}
        )
        homes = {s.id: (s.company_id.id, s.warehouse_id.id or None) for s in shipments}
        self._find_contenders()
        rows = {}
        for item in self.items:
            rows.setdefault(item.fingerprint, self._row(item, codes, homes))
        events = self.env["logistics.event"]
        new = events._insert(list(rows.values()))
        self.fresh.update(new)
        known = self._known_events([print_ for print_ in rows if print_ not in new])
        self._keep_tellings(rows, new, known)
        waiting = {}
        for item in self.items:
            if item.fingerprint in new:
                item.event_id = new[item.fingerprint]
                continue
            first = known[item.fingerprint]
            item.event_id = first.id
            if first.shipment_id:
                # A person or an earlier message has decided.
                item.shipment_id = first.shipment_id
            elif item.shipment_id:
                waiting.setdefault(item.shipment_id, set()).add(item.event_id)
            self._complete(first, rows[item.fingerprint])
        self._settle_meanings(set(new.values()))
        for shipment_id, event_ids in waiting.items():
            events.browse(event_ids)._attach_rows(shipments.browse(shipment_id))
        # Two messages of this batch may tell one event, and only one of them know whose it is.
        homes = {item.event_id: item.shipment_id for item in self.items if item.shipment_id}
        for item in self.items:
            item.shipment_id = item.shipment_id or homes.get(item.event_id)
        for item in self.items:
            if item.fingerprint not in new:
                continue
            if item.implausible:
                self._report_implausible(item)
            if item.is_disputed:
                self._report_conflict(item)
            elif item.rival:
                self._obey_decision(item)

    def _find_contenders(self):
        Contenders(self.env, self.items).find()

    def _keep_tellings(self, rows, new, known):
        """Remember who else told a fact: it stays when one of them is read otherwise later."""
        again, told = {}, set()
        for item in self.items:
            first = known.get(item.fingerprint)
            if first and first.unsaid_by_id:
                again.setdefault(first.id, item.message.id)
            owner = first.message_id if first else rows[item.fingerprint]["message_id"]
            if owner != item.message.id:
                told.add((first.id if first else new[item.fingerprint], item.message.id))
        tellings.keep(self.env, sorted(told))
        tellings.say_again(self.env, again)

    def with_own_meanings(self):
        """The events whose code some connection may mean otherwise than the rest.

        :return: their ids; event id → classifier as a message states it
        """
        codes = self.env["logistics.event.code"]._ids_by_code()
        classifiers = {
            item.event_id: item.parsed.classifier
            for item in self.items
            if item.parsed.code not in codes and self.meanings.is_told_apart(item.parsed.issuer)
        }
        return set(classifiers), classifiers

    def _settle_meanings(self, new):
        """A fact that was known means what all who tell it say together: another lane may have
        learnt of one of them since it was read here."""
        shared, classifiers = self.with_own_meanings()
        changed, _flipped = retranslate(self.env, shared - new, self.meanings, classifiers)
        for item in self.items:
            if item.event_id in changed:
                changed.discard(item.event_id)
                self._judge_time(item)

    def _judge_time(self, item):
        """Estimates may lie in the future, facts may not: what it means now decides."""
        event = self.env["logistics.event"].browse(item.event_id)
        item.code, item.classifier = event.code, event.classifier
        implausible = is_implausible(item)
        if event.decision or event.is_implausible == implausible:
            return
        event.is_implausible = implausible
        if implausible:
            self._report_implausible(item)
        else:
            self.env["logistics.exception"]._resolve_keys(
                [f"time:{event.id}"], self.env._("It means something else now: the time is right.")
            )

    def _known_events(self, fingerprints):
        if not fingerprints:
            return {}
        rows = self.env.execute_query(
            SQL(
                "SELECT id, fingerprint, shipment_id, raw_code, raw_sub_code, occurred_at, "
                "signed_by, content_key, erased_at, message_id, unsaid_by_id "
                "FROM logistics_event WHERE fingerprint = ANY(%s)",
                fingerprints,
            )
        )
        return {row[1]: Known(*row) for row in rows}

    def _complete(self, first, row):
        """A known event came again: what only completes it is taken over."""
        if row["signed_by"] and not first.signed_by and not first.erased_at:
            # The name of who signed often comes after the scan, with the same scan once more.
            self.env["logistics.event"].browse(first.id).write({"signed_by": row["signed_by"]})

    def _obey_decision(self, item):
        """A person decided about the whole message before it was worked."""
        event = self.env["logistics.event"].browse(item.event_id)
        choice = item.message.conflict_decision
        event.is_disputed = True
        event.with_user(item.message.conflict_decided_by_id)._settle_conflict(choice)

    def _report_conflict(self, item):
        if len(list(names_of(item.parsed.source_id))) > 1 and item.code == "DOC_POD":
            return  # the scan that brought the document is reported, and both are decided together
        self.troubles.append(
            {
                "type": "message_conflict",
                "key": f"event-conflict:{item.event_id}",
                "name": self.env._(
                    "Event %(id)s came again with another content (%(number)s)",
                    id=item.parsed.source_id,
                    number=item.number,
                ),
                "company_id": item.message.company_id.id,
                "connection_id": item.message.connection_id.id,
                "message_id": item.message.id,
                "event_id": item.event_id,
                "shipment_id": item.shipment_id,
                "provider": item.parsed.issuer,
                "detail": self.env._(
                    "%s used the same id for other facts and declared no new revision.",
                    item.message.connection_id.name,
                ),
            }
        )

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
            "provider": message.provider,
            "issuer": event.issuer,
            "shipment_key": clean_text(event.shipment_key, TEXT_LIMIT),
            "tracking_number": clean_text(item.number, TEXT_LIMIT),
            "code_id": codes[item.code],
            "reason_id": item.reason_id,
            "reason_stated": item.reason_stated,
            "mapping_id": item.mapping_id,
            "classifier": item.classifier,
            "raw_code": clean_text(item.raw_code, TEXT_LIMIT),
            "raw_sub_code": clean_text(event.raw_sub_code, TEXT_LIMIT),
            "raw_text": clean_text(event.raw_text, TEXT_LIMIT),
            "source_id": clean_text(event.source_id, TEXT_LIMIT),
            "source_base": clean_text(next(names_of(event.source_id), ""), TEXT_LIMIT),
            "revision": clean_text(event.revision, TEXT_LIMIT),
            "retracts": clean_text(event.retracts, TEXT_LIMIT),
            "corrects": clean_text(event.corrects, TEXT_LIMIT),
            "occurred_at": _column(occurred),
            "occurred_offset": _offset(occurred, message.connection_id.tz),
            "occurred_precision": occurred.precision if occurred else None,
            "zone_assumed": bool(occurred and occurred.assumed),
            "recorded_at": _column(event.recorded),
            "received_at": message.received_at,
            "processed_at": self.now,
            "estimated_delivery_at": _column(_estimate(item)),
            "estimated_delivery_from_at": _column(_estimate_from(item)),
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
            "is_disputed": item.is_disputed,
            "content_key": item.content,
            "standing": _first_standing(item),
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
                "provider": item.parsed.issuer,
            }
        )


def _first_standing(item):
    if item.is_disputed:
        return "disputed"
    return "quarantined" if item.implausible else "active"


def _estimate(item):
    """The expected delivery of a scan, unless it cannot be: the scan counts without it."""
    estimate = item.parsed.estimated_delivery
    if estimate is None or item.classifier != "actual":
        return estimate
    received = item.message.received_at.replace(tzinfo=UTC)
    return estimate if plausible(estimate, received, "estimated") else None


def _estimate_from(item):
    """The beginning of the window, where it is one: before its end, by less than two days."""
    begins, ends = item.parsed.estimated_from, _estimate(item)
    if not begins or not ends:
        return None
    return begins if timedelta(0) < ends.utc - begins.utc < WINDOW else None


def _offset(instant, default_zone):
    """Minutes east of UTC by which a time is shown: the source's, or those of the zone assumed."""
    if instant is None:
        return 0
    if instant.offset_minutes is not None or not instant.assumed:
        return instant.offset_minutes or 0
    local = instant.utc.astimezone(zone(default_zone or ""))
    return int(local.utcoffset().total_seconds() // 60)


def _column(instant):
    """An Instant as the naive UTC of a timestamp column."""
    return instant.utc.astimezone(UTC).replace(tzinfo=None, microsecond=0) if instant else None
