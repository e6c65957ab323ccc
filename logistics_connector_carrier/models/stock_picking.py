import re
from datetime import timedelta

from odoo import api, fields, models
from odoo.addons.logistics_connector_base.core.identity import normalise_number
from odoo.addons.logistics_connector_base.core.matching import DAYS_BEFORE

# Odoo joins several numbers with commas; people write what they like. No blanks: UPS and others
# print them inside a number.
SEPARATORS = re.compile(r"[,;\n]+")
# Fields of a delivery that its shipment repeats.
FOLLOWED = {"carrier_tracking_ref", "carrier_id", "carrier_price", "date_done"}


class StockPicking(models.Model):
    """A delivery with a tracking number is a shipment, whoever wrote the number: a person, an
    import, Odoo's own carrier integration, a number handed on by an earlier step."""

    _inherit = "stock.picking"

    @api.model_create_multi
    def create(self, vals_list):
        pickings = super().create(vals_list)
        for picking in pickings:
            if picking.carrier_tracking_ref:
                picking._follow_tracking(set(), FOLLOWED)
        return pickings

    def write(self, vals):
        changed = FOLLOWED & vals.keys()
        if not changed:
            return super().write(vals)
        before = {picking.id: set(picking._tracking_numbers()) for picking in self}
        result = super().write(vals)
        for picking in self:
            picking._follow_tracking(before[picking.id], changed)
        return result

    def cancel_shipment(self):
        """The carrier voids the label: not the same as a number that somebody mistyped."""
        return super(StockPicking, self.with_context(logistics_void=True)).cancel_shipment()

    def _tracking_numbers(self):
        """The tracking numbers of this delivery: normalised → as it was written, in order."""
        self.ensure_one()
        numbers = {}
        for part in SEPARATORS.split(self.carrier_tracking_ref or ""):
            text = part.strip()
            if key := normalise_number(text):
                numbers.setdefault(key, text)
        return numbers

    def _follow_tracking(self, before, changed):
        """Keep the shipment in line with the delivery. May be done again at any time.

        Works for who validates deliveries without any right of Logistics: shipments are written as
        superuser, and only through here.

        :param set before: the (normalised) numbers that the delivery had
        :param set changed: the fields that were written
        """
        self.ensure_one()
        picking = self.sudo()
        numbers = picking._tracking_numbers()
        gone = before - numbers.keys()
        if picking.state == "cancel" or not (numbers or gone or picking.shipment_ids):
            return
        if gone and (shipment := picking._live_shipments()[-1:]):
            is_void = bool(self.env.context.get("logistics_void"))
            shipment._drop_numbers(gone, picking, is_void)
        if numbers and picking._is_last_leg():
            # A shipment that was released to a warehouse before gets the number as well.
            shipment = picking._ensure_shipment(picking._carrier_values())
            shipment._carry_numbers(numbers, picking)
        shipment = picking._live_shipments()[-1:]
        if not shipment:
            return
        if "carrier_id" in changed:
            shipment._set_carrier(picking.carrier_id)
        if "date_done" in changed and picking.date_done:
            shipment.ship_date = picking.date_done.date()
        shipment._estimate_charge(picking)

    def _shipment_values(self):
        values = super()._shipment_values()
        promised = self.sudo().sale_id.commitment_date
        return {
            **values,
            **self._carrier_values(),
            "promised_delivery_at": promised or values["promised_delivery_at"],
        }

    def _carrier_values(self):
        """What the delivery says of the carrier and of the day the goods leave."""
        self.ensure_one()
        picking = self.sudo()
        today = fields.Date.today()
        planned = picking.scheduled_date.date() if picking.scheduled_date else today
        return {
            **picking.carrier_id._shipment_carrier_values(),
            # What is late leaves today at the earliest; carriers' scans are matched around the day.
            "ship_date": picking.date_done.date() if picking.date_done else max(planned, today),
        }

    def _number_valid_from(self):
        """First day on which scans of this delivery's numbers can be its own, where that is before
        what follows from the day of shipping: a label may be made long before."""
        self.ensure_one()
        today = fields.Date.today()
        ship_date = self._carrier_values()["ship_date"]
        return today - DAYS_BEFORE if ship_date > today else False

    def _shipped_packages(self):
        """Outermost packages that leave with this delivery, in the order they were made."""
        self.ensure_one()
        packed = self.package_history_ids.package_id | self.move_line_ids.result_package_id
        return packed.outermost_package_id.sorted("id")

    def _label_time(self, keys):
        """When the labels of these numbers were made at the latest: now, or before the goods left,
        or before the first scan that waits for them. A number is often typed long after."""
        self.ensure_one()
        moments = [fields.Datetime.now()]
        if self.date_done:
            moments.append(self.date_done)
        waiting = self.env["logistics.parked.reference"].search([("value_key", "in", list(keys))])
        leaves = min(self._carrier_values()["ship_date"], fields.Date.today())
        earliest = fields.Datetime.to_datetime(leaves - DAYS_BEFORE)
        moments += [
            event.occurred_at - timedelta(seconds=1)
            for event in waiting.event_id
            if event.occurred_at and not event.is_implausible and event.occurred_at > earliest
        ]
        return min(moments)
