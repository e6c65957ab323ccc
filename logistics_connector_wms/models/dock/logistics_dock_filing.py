from dataclasses import replace

from odoo import api, fields, models
from odoo.addons.logistics_connector_base.core.jsonsafe import clean_text
from odoo.addons.logistics_connector_base.core.personal import mask_text
from odoo.tools import SQL

from ...core.appointment import ENDINGS, STAGES, fold
from .logistics_dock_appointment import OVER

UNKNOWN = "appointment_unknown_order"
# Open transfers that a person is shown beside an order that nobody knows.
SHOWN = 10
OPEN = """
INSERT INTO logistics_dock_appointment (connection_id, company_id, name, direction, state)
VALUES %s ON CONFLICT (connection_id, name) DO NOTHING
"""
# In one order, as all that lanes lock.
LOCK = """
SELECT connection_id, name, id FROM logistics_dock_appointment
WHERE (connection_id, name) IN %s ORDER BY id FOR NO KEY UPDATE
"""


class LogisticsDockAppointment(models.Model):
    """Filing what was told, in the transaction of its message, and folding it."""

    _inherit = "logistics.dock.appointment"

    @api.model
    def _take_statements(self, told):
        """File what was told, each of it once, and fold the appointments that it changes.

        :param told: list of (message, ``core.appointment.Telling``)
        :return: troubles to report
        """
        found = {}
        for message, telling in told:
            telling = _storable(telling)
            found.setdefault((message.connection_id.id, telling.id), []).append((message, telling))
        ids, troubles = self._open_appointments(found), []
        for key in sorted(found):
            appointment = self.browse(ids[key])
            fresh = appointment._file(found[key])
            if fresh:
                appointment._refold(fresh.message_id)
                troubles += appointment._contradictions(fresh) + appointment._unknown_troubles()
        return troubles

    @api.model
    def _open_appointments(self, found):
        """Make the appointments that are new, and keep others off all of them.

        :return: dict, (connection id, number) → id
        """
        values = [
            (number, rows[0][0].connection_id.company_id.id, name, rows[0][1].direction, "set")
            for (number, name), rows in sorted(found.items())
        ]
        self.env.flush_all()
        self.env.cr.execute_values(OPEN, values)
        self.env.cr.execute(LOCK, (tuple(sorted(found)),))
        ids = {(number, name): row for number, name, row in self.env.cr.fetchall()}
        self.invalidate_model()
        return ids

    def _file(self, rows):
        """Keep what was not told before.

        :param rows: list of (message, Telling)
        :return: the new ``logistics.dock.telling``
        """
        tellings = self.env["logistics.dock.telling"]
        known, values = set(self.telling_ids.mapped("digest")), {}
        owner = {"appointment_id": self.id, "connection_id": self.connection_id.id}
        for message, telling in rows:
            if telling.digest not in known:
                values.setdefault(telling.digest, {**owner, **tellings._row(message, telling)})
        return tellings.create(list(values.values()))

    def _refold(self, messages):
        """What the appointment is, by all that was told of it."""
        known = fold(self.telling_ids._read())
        times = {state: moment.replace(tzinfo=None) for state, moment in known.times.items()}
        self.write(
            {
                "direction": known.direction,
                "state": known.state,
                "window_from": known.starts and known.starts.replace(tzinfo=None),
                "window_to": known.ends and known.ends.replace(tzinfo=None),
                "door": known.door or False,
                "carrier": known.carrier or False,
                "vehicle": known.vehicle or False,
                "text": known.text or False,
                "stay_minutes": known.stay or 0,
                **{f"{state}_at": times.get(state, False) for state in (*STAGES, *ENDINGS)},
                "message_id": messages.sorted("id")[-1:].id,
            }
        )
        self._link(known.orders, known.warehouse)

    # -- whose transfers ----------------------------------------------------------------------

    def _link(self, orders, warehouse_code):
        """Find the transfers that it names, and whose it is by them."""
        warehouse = self.env["stock.warehouse"]._logistics_find(self.connection_id, warehouse_code)
        pickings = self._find_transfers(orders, warehouse)
        names = set(pickings.mapped("name"))
        unknown = [order for order in orders if order not in names]
        company = pickings.company_id if len(pickings.company_id) == 1 else False
        by_type = pickings.picking_type_id.warehouse_id & self.connection_id.warehouse_ids
        self.write(
            {
                "picking_ids": [(6, 0, pickings.ids)],
                "order_refs": ", ".join(orders) or False,
                "unknown_refs": ", ".join(unknown) or False,
                "company_id": (company or self.connection_id.company_id).id,
                "warehouse_id": (warehouse or by_type[:1]).id,
            }
        )

    def _transfers_here(self):
        """Domain of the transfers that its truck may bring or fetch."""
        warehouses = self.connection_id.warehouse_ids.ids
        codes = ("incoming", "internal") if self.direction == "in" else ("outgoing", "internal")
        return [
            ("company_id", "in", self.connection_id._served_companies().ids),
            ("picking_type_code", "in", codes),
            "|",
            ("picking_type_id.warehouse_id", "in", warehouses),
            ("location_dest_id.warehouse_id", "in", warehouses),
        ]

    def _find_transfers(self, orders, warehouse):
        """The transfers of these numbers. Two companies may use the same one: then it is that in
        the building of which they speak, or nobody knows."""
        sure = found = self.env["stock.picking"]
        if orders:
            found = found.search([("name", "in", orders), *self._transfers_here()])
        for same in found.grouped("name").values():
            if len(same) > 1:
                same = same.filtered(lambda one: one.picking_type_id.warehouse_id == warehouse)
            if len(same) == 1:
                sure |= same
        return sure

    @api.model
    def _sweep(self):
        """Cron, each ten minutes: transfers that were not here when an appointment named them, and
        the cases of those that are."""
        waiting = self.search([("unknown_refs", "!=", False), ("state", "not in", OVER)])
        for appointment in waiting:
            appointment._look_again()
        cases = self.env["logistics.exception"].search(
            [("type_code", "=", UNKNOWN), ("is_open", "=", True)]
        )
        settled = self.search(
            [
                ("connection_id", "in", cases.connection_id.ids),
                "|",
                ("unknown_refs", "=", False),
                ("state", "in", OVER),
            ]
        )
        keys = {one._case_key() for one in settled} & set(cases.mapped("key"))
        cases._resolve_keys(keys, self.env._("Its transfers are known, or it is over."))

    def _look_again(self):
        self.env.execute_query(
            SQL(
                "SELECT id FROM logistics_dock_appointment WHERE id = %s FOR NO KEY UPDATE", self.id
            )
        )
        self.invalidate_recordset()
        known = fold(self.telling_ids._read())
        self._link(known.orders, known.warehouse)

    # -- what a person has to see -------------------------------------------------------------

    def _case_key(self):
        return f"appointment:{self.id}"

    def _trouble(self, kind, key, name, detail, message):
        return {
            "type": kind,
            "key": key,
            "name": name[:200],
            "company_id": self.company_id.id,
            "warehouse_id": self.warehouse_id.id,
            "connection_id": self.connection_id.id,
            "message_id": message.id,
            "provider": self.connection_id.provider_id.code,
            "reference": self.name,
            "detail": detail,
        }

    def _unknown_troubles(self):
        """An appointment for transfers that are not here: what they name beside what we expect."""
        if not self.unknown_refs or self.state in OVER:
            return []
        name = self.env._(
            "Appointment %(number)s: no transfer %(orders)s is known here",
            number=self.name,
            orders=self.unknown_refs,
        )
        return [self._trouble(UNKNOWN, self._case_key(), name, self._two_sides(), self.message_id)]

    def _two_sides(self):
        still = [("state", "not in", ("done", "cancel")), *self._transfers_here()]
        ours = self.env["stock.picking"].search(still, order="scheduled_date, id", limit=SHOWN)
        rows = [
            f"{picking.name}: {fields.Date.to_string(picking.scheduled_date)}" for picking in ours
        ]
        return self.env._(
            "They say: %(theirs)s\nOf these we know: %(known)s\n\nWhat we expect there:\n%(ours)s",
            theirs=self.order_refs or "-",
            known=", ".join(self.picking_ids.mapped("name")) or "-",
            ours="\n".join(rows) or "-",
        )

    def _contradictions(self, fresh):
        """Another content under the same revision, time and state: the fold takes one of the two,
        whichever came first, and a person is told."""
        told = list(zip(self.telling_ids, self.telling_ids._read(), strict=True))
        troubles = []
        for row, telling in told:
            same = [one for one, other in told if other.identity == telling.identity]
            if row not in fresh or len(same) < 2 or row.id == min(one.id for one in same):
                continue
            first = min(same, key=lambda one: one.id)
            detail = self.env._(
                "What came first:\n%(first)s\n\nWhat came later, without a greater revision:\n"
                "%(later)s",
                first=first._in_words(),
                later=row._in_words(),
            )
            key = f"appointment-conflict:{first.id}:{row.digest[:16]}"
            name = self.env._("Another content under the same number: %s", self.display_name)
            troubles.append(self._trouble("advice_conflict", key, name, detail, row.message_id))
        return troubles


def _storable(telling):
    """What it says as it may be kept and shown."""
    words = {
        name: clean_text(getattr(telling, name), 100)
        for name in ("door", "carrier", "vehicle", "warehouse")
    }
    return replace(
        telling,
        id=clean_text(telling.id, 200),
        orders=tuple(clean_text(order, 200) for order in telling.orders),
        text=mask_text(clean_text(telling.text, 500)),
        **words,
    )
