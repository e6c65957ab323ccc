"""Appending the facts of a batch: what is new is inserted, what waited gets its shipment."""

from datetime import UTC

from odoo.tools import SQL

from ..core.jsonsafe import clean_text
from .reading import TEXT_LIMIT


class Writer:
    """Writes items as events; sets ``event_id``, and a ``shipment_id`` that was decided before."""

    def __init__(self, env, items, now):
        self.env = env
        self.items = items
        self.now = now
        self.troubles = []

    def append(self):
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
            "provider": message.provider,
            "issuer": event.issuer,
            "shipment_key": clean_text(event.shipment_key, TEXT_LIMIT),
            "tracking_number": clean_text(item.number, TEXT_LIMIT),
            "code_id": codes[item.code],
            "reason_id": item.reason_id,
            "mapping_id": item.mapping_id,
            "classifier": item.classifier,
            "raw_code": clean_text(item.raw_code, TEXT_LIMIT),
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
                "provider": item.parsed.issuer,
            }
        )


def _column(instant):
    """An Instant as the naive UTC of a timestamp column."""
    return instant.utc.astimezone(UTC).replace(tzinfo=None, microsecond=0) if instant else None
