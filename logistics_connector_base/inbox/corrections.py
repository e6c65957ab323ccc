"""Corrections of a batch: which other shipments they touch, and where withdrawals belong."""

import zlib

from odoo.tools import SQL

from ..core.corrections import names_of
from . import tellings

# First key of the advisory locks on partners' event ids ("LOGE"). Ids share locks, so that a batch
# of thousands of them does not use up PostgreSQL's lock table.
LOCK_CLASS, LOCKS = 0x4C4F4745, 1024


class Corrections:
    """Looks at the items that have a partner's event id, or name another one's."""

    def __init__(self, env, items):
        self.env = env
        self.items = [
            item
            for item in items
            if item.parsed.source_id or item.parsed.retracts or item.parsed.corrects
        ]

    def lock(self):
        """Let no other batch say something of the same ids until this one is committed: an event
        and its withdrawal, worked at the same time, would not see each other. Before the shipments
        are locked: all batches take what they share in one order."""
        spoken = set()
        for item in self.items:
            event, company_id = item.parsed, item.message.company_id.id
            for text in (event.source_id, event.retracts, event.corrects):
                if text:
                    spoken.add(f"{company_id}:{event.issuer}:{next(names_of(text))}")
        locks = sorted({zlib.crc32(text.encode(errors="replace")) % LOCKS for text in spoken})
        if locks:
            self.env.execute_query(
                SQL("SELECT pg_advisory_xact_lock(%s, k) FROM unnest(%s) AS k", LOCK_CLASS, locks)
            )

    def shipments(self):
        """The shipments on which the events of these ids lie, known before anything is written: so
        all of them can be locked at once, in one order."""
        shipments = self.env["logistics.shipment"]
        if not self.items:
            return shipments
        named = [
            {
                "issuer": item.parsed.issuer,
                "source_id": item.parsed.source_id,
                "retracts": item.parsed.retracts,
                "corrects": item.parsed.corrects,
            }
            for item in self.items
        ]
        companies = {item.message.company_id.id for item in self.items}
        rows = self.env["logistics.event"]._rows_naming(named)
        found = {row["shipment_id"] for row in rows if row["namespace"] in companies}
        return shipments.browse(sorted(found - {None}))

    def lead(self):
        """Withdrawals that name no shipment follow the event that they withdraw, which may come
        after them. Call it when the batch's events are written."""
        if not self.items:
            return
        events = self.env["logistics.event"]
        rows = events.browse({item.event_id for item in self.items})._statement_rows()
        rows += events._rows_elsewhere(rows)
        led = events
        for row in rows:
            if not row["retracts"] or row["shipment_id"]:
                continue
            targets = [other for other in rows if _is_withdrawn_by(other, row)]
            homes = {other["shipment_id"] for other in targets if other["shipment_id"]}
            if len(homes) == 1:
                (home,) = homes
                events.browse(row["id"])._attach_rows(self.env["logistics.shipment"].browse(home))
            else:
                home = None  # of several shipments, or of none that is known yet
            for item in self.items:
                if item.event_id == row["id"]:
                    item.shipment_id, item.is_heard = home, bool(targets)
            if targets:
                led |= events.browse(row["id"])
        worked = {item.message for item in self.items}
        tellers = tellings.tellers(self.env, led)
        waiting = tellers.filtered(lambda message: message not in worked)
        waiting._recount_parked()


def _is_withdrawn_by(row, withdrawal):
    space = ("namespace", "party", "issuer")
    return (
        not row["retracts"]
        and all(row[name] == withdrawal[name] for name in space)
        and withdrawal["retracts"] in names_of(row["source_id"] or "")
    )
