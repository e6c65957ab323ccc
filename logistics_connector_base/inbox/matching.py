"""Which shipments the items belong to."""

from dataclasses import replace
from datetime import timedelta

from odoo.tools import SQL

from ..core.identity import normalise_number
from ..core.matching import SHARED, Candidate, reference_keys, resolve

# A carrier's unique id is tied to a shipment by the number they share only when the ship dates fit:
# the number may be on its second life.
UID_WINDOW = timedelta(days=14)
# Milliseconds for which a batch waits for shipments that another lane, or a person, has: as long as
# a batch takes. One message alone comes again; it has perhaps done so for a while.
PATIENCE, PATIENCE_ALONE = 2000, 100

BIND = """
INSERT INTO logistics_shipment_reference
    (shipment_id, company_id, package_id, type, value, issuer, value_key,
     create_uid, create_date, write_uid, write_date)
SELECT s.id, s.company_id, v.package_id, v.type, v.value, v.issuer, v.value_key,
       v.uid, now() AT TIME ZONE 'UTC', v.uid, now() AT TIME ZONE 'UTC'
FROM (VALUES %s) AS v(shipment_id, package_id, type, value, issuer, value_key, uid)
JOIN logistics_shipment s ON s.id = v.shipment_id
ON CONFLICT (shipment_id, type, value, issuer) DO NOTHING
RETURNING value_key
"""


class Matcher:
    """Finds the shipment of each item; sets ``shipment_id`` and ``why``. Messages in ``left`` are
    not matched: somebody else has their shipment now."""

    def __init__(self, env, items):
        self.env = env
        self.items = items
        self.left = set()

    def match(self):
        by_connection = {}
        for item in self.items:
            by_connection.setdefault(item.message.connection_id, []).append(item)
        self._lock_candidates(by_connection)
        for connection, items in by_connection.items():
            items = [item for item in items if item.message not in self.left]
            candidates, by_key = self._candidates(connection, items)
            for item in items:
                self._match_one(item, candidates, by_key)

    def _lock_candidates(self, connections):
        """Lock every shipment that may come out, before it is looked at: another lane may bind a
        carrier's unique id to one of them just now, which would change the verdict. Messages for
        shipments that somebody else keeps are left."""
        keys = {key for item in self.items for key in reference_keys(item.parsed.references)}
        companies = {company for c in connections for company in c._served_companies().ids}
        rows = self.env.execute_query(
            SQL(
                "SELECT DISTINCT shipment_id, value_key FROM logistics_shipment_reference "
                "WHERE value_key = ANY(%s) AND company_id = ANY(%s)",
                sorted(keys),
                sorted(companies),
            )
        )
        shipments = self.env["logistics.shipment"].browse({row[0] for row in rows})
        alone = len({item.message for item in self.items}) == 1
        held = set(shipments._lock_free(PATIENCE_ALONE if alone else PATIENCE).ids)
        # From here on people may wait for us: we wait for others no longer than that.
        self.env.cr.execute("SELECT set_config('lock_timeout', %s, true)", (str(PATIENCE),))
        if not held:
            return
        held_keys = {key for shipment_id, key in rows if shipment_id in held}
        self.left = {
            item.message
            for item in self.items
            if held_keys & set(reference_keys(item.parsed.references))
        }

    def _candidates(self, connection, items):
        """Shipments that share a number with these events.

        :return: ``({shipment_id: Candidate}, {key: {shipment ids}})``
        """
        keys = sorted({key for item in items for key in reference_keys(item.parsed.references)})
        companies = connection._served_companies().ids
        self.env["logistics.shipment.reference"].flush_model()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT r.shipment_id, r.type, r.value, r.issuer, r.valid_from, r.valid_to,
                       r.package_id, COALESCE(r.is_chosen, false), r.value_key,
                       s.ship_date
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
        near = [
            candidates[number] for number in sorted(set().union(*(by_key.get(k, ()) for k in keys)))
        ]
        near = [candidate for candidate in near if _may_be_bound(event, candidate)]
        known_time = event.occurred is not None and not item.implausible
        occurred = event.occurred.utc if known_time else None
        match = resolve(event.references, occurred, event.ship_date, near)
        item.shipment_id, item.why = match.shipment_id, match.why
        item.matched_by = match.reference.type if match.reference else ""
        if not match.shipment_id or item.matched_by in SHARED:
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

    def bind_unique_ids(self):
        """Keep the carrier's unique ids as references: from now on they tell shipments apart that
        share a number. An order's number proves too little: the order may have another parcel.

        :return: the keys of the ids that are new
        """
        wanted = {}
        for item in self.items:
            if item.matched_by in SHARED:
                continue
            for reference in item.parsed.references:
                if item.shipment_id and reference.type == "carrier_uid":
                    key = (item.shipment_id, reference.type, reference.value, reference.issuer)
                    wanted.setdefault(key, item)
        if not wanted:
            return []
        packages = self.env["logistics.shipment.package"]._by_number({key[0] for key in wanted})
        rows = []
        for (shipment_id, kind, value, issuer), item in wanted.items():
            package = packages.get((shipment_id, normalise_number(item.number or "")))
            key = normalise_number(value)
            rows.append((shipment_id, package, kind, value, issuer, key, self.env.uid))
        bound = self.env.cr.execute_values(
            BIND,
            rows,
            template="(%s, %s::int, %s, %s, %s, %s, %s)",
            page_size=len(rows),
            fetch=True,
        )
        self.env["logistics.shipment.reference"].invalidate_model()
        return [row[0] for row in bound]


def _may_be_bound(event, candidate):
    """Whether a unique id that no shipment knows yet may be tied to this one by the number."""
    issuers = {ref.issuer for ref in event.references if ref.type == "carrier_uid"}
    bound = any(
        kind == "carrier_uid" and issuer in issuers
        for kind, _v, issuer, *_r in candidate.references
    )
    if not issuers or bound or not event.ship_date or not candidate.ship_date:
        return True
    return abs(event.ship_date - candidate.ship_date) <= UID_WINDOW


def _package_of(event, candidate):
    numbers = {normalise_number(ref.value) for ref in event.references if ref.type == "tracking"}
    for kind, value, _issuer, _from, _to, package_id, *_chosen in candidate.references:
        if kind == "tracking" and normalise_number(value) in numbers:
            return package_id
    return None
