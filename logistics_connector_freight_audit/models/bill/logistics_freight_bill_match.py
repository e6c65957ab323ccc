from decimal import Decimal

from odoo import Command, api, models
from odoo.addons.logistics_connector_base.core.identity import normalise_number
from odoo.tools import SQL, ormcache

from ...core.match import Ours, Told, match

# Everything that has one of these numbers, whatever kind of number it is.
NAMED = """
SELECT shipment_id FROM logistics_shipment_reference
WHERE company_id = %(company)s AND value_key = ANY(%(keys)s)
UNION SELECT id FROM logistics_shipment
WHERE company_id = %(company)s AND name = ANY(%(keys)s)
"""
# What left about the day that a bill tells, by the same carrier, and is on no bill yet.
ABOUT = """
SELECT s.id FROM logistics_shipment s
WHERE s.company_id = %(company)s AND s.issuer = %(issuer)s
    AND s.ship_date BETWEEN %(day)s::date - 1 AND %(day)s::date + 1
    AND NOT EXISTS (SELECT FROM logistics_freight_bill_shipment l WHERE l.shipment_id = s.id)
ORDER BY s.id LIMIT 200
"""
NUMBERS = """
SELECT r.shipment_id, r.type, r.value_key, COALESCE(r.issuer, ''), r.valid_from, r.valid_to
FROM logistics_shipment_reference r WHERE r.shipment_id = ANY(%(shipments)s)
"""
WEIGHTS = """
SELECT shipment_id, sum(weight) FROM logistics_shipment_package
WHERE shipment_id = ANY(%(shipments)s) GROUP BY shipment_id
"""
KILOGRAMS = {"kg": Decimal(1), "lb": Decimal("0.45359237"), "oz": Decimal("0.028349523125")}


class LogisticsFreightBillShipment(models.Model):
    """Finding the shipment that is billed."""

    _inherit = "logistics.freight.bill.shipment"

    def _match(self):
        """Match lines of one bill; those that turn out to be one shipment become one line.

        :return: the lines that are left
        """
        if not self:
            return self
        bill = self.bill_id.ensure_one()
        terms = bill.carrier_id
        told = {line: line._told() for line in self}
        found = self._named(bill, told)
        for line in self:
            if not told[line].numbers:
                ours = []
            else:
                keys = {number for _kind, number in told[line].numbers}
                ours = [one for key in keys for one in found.get(key, ())]
                ours = list({one.id: one for one in ours}.values()) or line._about(told[line])
            verdict = match(told[line], ours, terms.days_before, terms.days_after)
            line._take_match(verdict)
        return self._merge()

    def _told(self):
        """What the bill tells of it, as core.match.Told."""
        self.ensure_one()
        numbers = {("tracking", number) for number in self.tracking_numbers or ()}
        numbers |= {("master", number) for number in self.master_numbers or ()}
        numbers |= {(kind, value) for kind, value in self.references or ()}
        numbers |= {("original", one) for one in self.charge_ids.mapped("original") if one}
        keys = {(kind, normalise_number(value)) for kind, value in numbers}
        return Told(
            issuer=self.issuer or "",
            numbers=tuple(sorted(pair for pair in keys if pair[1])),
            ship_date=self.ship_date or None,
            bill_date=self.bill_id.date,
            weight=self._kilograms(self.entered_weight),
        )

    def _kilograms(self, weight):
        factor = KILOGRAMS.get(self.weight_unit or "")
        return Decimal(str(weight)) * factor if weight and factor else None

    def _named(self, bill, told):
        """Normalised number → shipments (core.match.Ours) that have it."""
        keys = sorted({number for one in told.values() for _kind, number in one.numbers})
        if not keys:
            return {}
        self.env["logistics.shipment.reference"].flush_model()
        rows = self.env.execute_query(SQL(NAMED, company=bill.company_id.id, keys=keys))
        found = {}
        for one in self._ours([row[0] for row in rows]):
            for _type, number, *_rest in one.numbers:
                found.setdefault(number, []).append(one)
        return found

    def _about(self, told):
        """Shipments that are named nowhere, but left about that day."""
        if not told.ship_date or not told.weight:
            return []
        rows = self.env.execute_query(
            SQL(ABOUT, company=self.company_id.id, issuer=told.issuer, day=told.ship_date)
        )
        return self._ours([row[0] for row in rows])

    def _ours(self, ids):
        if not ids:
            return []
        shipments = self.env["logistics.shipment"].sudo().browse(ids)
        numbers, weights = {}, {}
        for shipment_id, *number in self.env.execute_query(SQL(NUMBERS, shipments=ids)):
            numbers.setdefault(shipment_id, []).append(tuple(number))
        for shipment_id, weight in self.env.execute_query(SQL(WEIGHTS, shipments=ids)):
            weights[shipment_id] = self._in_kilograms(weight)
        return [
            Ours(
                id=one.id,
                issuer=one.issuer or "",
                numbers=(
                    *numbers.get(one.id, ()),
                    ("shipment", normalise_number(one.name), "", None, None),
                ),
                ship_date=one.ship_date or None,
                weight=weights.get(one.id),
            )
            for one in shipments
        ]

    def _in_kilograms(self, weight):
        """A weight in the unit of the settings, in kg; None where there is none."""
        if not weight:
            return None
        unit, kilogram = self.env["uom.uom"].browse(self._weight_unit_ids())
        return Decimal(str(unit._compute_quantity(weight, kilogram, round=False)))

    @api.model
    @ormcache(cache="stable")
    def _weight_unit_ids(self):
        """The unit of the settings, and the kilogram. Remembered: asked for each shipment, it cost
        more than the matching."""
        unit = self.env["product.template"]._get_weight_uom_id_from_ir_config_parameter()
        return unit.id, self.env.ref("uom.product_uom_kgm").id

    def _take_match(self, verdict):
        shared = list(verdict.ids) if verdict.state == "consolidated" else []
        values = {}
        if shared or self.shared_shipment_ids:
            values["shared_shipment_ids"] = [Command.set(shared)]
        self.write(
            {
                **values,
                "match_state": verdict.state,
                "match_key": verdict.key,
                "match_score": verdict.score,
                "match_notes": list(verdict.notes),
                "candidates": [[one.id, one.score, one.why] for one in verdict.candidates],
                "shipment_id": verdict.ids[0] if verdict.ids else False,
            }
        )

    def _merge(self):
        """Lines of a bill that were matched with one shipment become the first of them: it is
        judged as a whole."""
        kept = self
        lines = self.search(
            [("bill_id", "in", self.bill_id.ids), ("shipment_id", "in", self.shipment_id.ids)],
            order="id",
        )
        by_shipment = {}
        for line in lines.filtered(lambda one: one.match_state == "matched"):
            by_shipment.setdefault(line.shipment_id, []).append(line)
        for same in by_shipment.values():
            first, *others = same
            if not others:
                continue
            others = self.browse([one.id for one in others])
            others.charge_ids.write({"line_id": first.id})
            kept = (kept - others) | first
            others.unlink()
            first._gather()
        return kept.exists()
