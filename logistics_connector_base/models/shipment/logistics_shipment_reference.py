from datetime import timedelta

from odoo import api, fields, models

from ...core.identity import normalise_number

TYPES = [
    ("shipment", "Shipment number"),
    ("carrier_uid", "Carrier's unique id"),
    ("sscc", "SSCC"),
    ("tracking", "Tracking number"),
    ("master_tracking", "Master tracking number"),
    ("waybill", "Waybill"),
    ("bol", "Bill of lading"),
    ("picking", "Delivery order"),
    ("order", "Sales order"),
    ("customer", "Customer reference"),
]


class LogisticsShipmentReference(models.Model):
    """An identifier of a shipment: kind, value, who issued it, and when it is valid (tracking
    numbers are recycled)."""

    _name = "logistics.shipment.reference"
    _description = "Shipment Reference"
    _order = "shipment_id, type, id"
    _rec_name = "value"

    shipment_id = fields.Many2one(
        "logistics.shipment", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="shipment_id.company_id", store=True, index=True)
    package_id = fields.Many2one("logistics.shipment.package", ondelete="cascade")
    type = fields.Selection(TYPES, required=True)
    value = fields.Char(required=True, index="trigram")
    issuer = fields.Char(
        default="", help="Namespace of the number: a provider's code. Empty: any issuer's."
    )
    value_key = fields.Char(
        compute="_compute_value_key",
        store=True,
        help="The value without blanks and dashes, in capitals: what events are looked up by.",
    )
    valid_from = fields.Date()
    valid_to = fields.Date()
    is_chosen = fields.Boolean(
        "Chosen",
        readonly=True,
        help="Several shipments have this number, and a person chose this one for its events.",
    )

    _lookup = models.Index("(value_key)")
    _reference_uniq = models.Constraint(
        "UNIQUE(shipment_id, type, value, issuer)", "The shipment has this reference already."
    )

    @api.depends("value")
    def _compute_value_key(self):
        for reference in self:
            reference.value_key = normalise_number(reference.value or "")

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            vals["issuer"] = vals.get("issuer") or ""
        references = super().create(vals_list)
        references._wake_parked()
        return references

    def write(self, vals):
        result = super().write(vals)
        if {"value", "issuer", "valid_from", "valid_to", "type", "shipment_id"} & set(vals):
            self._wake_parked()
        return result

    def unlink(self):
        """A number that fitted two shipments may fit one now."""
        keys = self.mapped("value_key")
        result = super().unlink()
        self.env["logistics.parked.reference"].sudo()._wake(keys)
        return result

    @api.model
    def _choose(self, shipment, number, first_day):
        """Remember that the events with a number are this shipment's: those that fit others as well
        come to it from now on, as far as its window reaches (a number is used again some day).

        :param date first_day: of the earliest event that waits, or False
        """
        key = normalise_number(number)
        carriers = ("sscc", "tracking", "master_tracking", "waybill")
        same = self.search(
            [
                ("value_key", "=", key),
                ("type", "in", carriers),
                ("company_id", "=", shipment.company_id.id),
            ]
        )
        own = same.filtered(lambda ref: ref.shipment_id == shipment and not ref._is_expired())
        # The newer choice counts where two lives of a number overlap.
        same.filtered("is_chosen").is_chosen = False
        if own:
            own.is_chosen = True
            starts = own.filtered(lambda ref: ref.valid_from and first_day < ref.valid_from)
            if first_day and starts:
                starts.valid_from = first_day
            return own
        return self.create(
            {
                "shipment_id": shipment.id,
                "type": "tracking",
                "value": number,
                "issuer": "",
                "valid_from": first_day,
                "is_chosen": True,
            }
        )

    def _is_expired(self):
        self.ensure_one()
        return bool(self.valid_from and self.valid_to and self.valid_to < self.valid_from)

    def _expire(self):
        """Let nothing be found by these references any more, whatever day it is from: the number
        was a mistake, or somebody else has it now. They stay, so that people can find it."""
        today = fields.Date.today()
        # A window that ends before it begins holds no day at all.
        self.write({"valid_from": today, "valid_to": today - timedelta(days=1)})

    def _wake_parked(self):
        """Messages that waited for one of these numbers are worked again."""
        keys = [reference.value_key for reference in self if reference.value_key]
        self.env["logistics.parked.reference"].sudo()._wake(keys)
