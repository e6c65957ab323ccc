from odoo import api, fields, models
from odoo.addons.logistics_connector_wms.core import release as core
from odoo.exceptions import ValidationError

PAYMENTS = [
    ("prepaid", "Account of the 3PL"),
    ("third_party", "Our account"),
    ("collect", "The receiver pays"),
]


class LogisticsShippingMethod(models.Model):
    """What a 3PL calls one of our delivery methods, and who pays the carrier there."""

    _name = "logistics.shipping.method"
    _description = "3PL's Shipping Method"
    _order = "connection_id, carrier_id, id"
    _rec_name = "carrier_id"
    _check_company_auto = True
    _logistics_scope = "logistics.code.coverage"  # narrowed as what belongs to a connection

    connection_id = fields.Many2one(
        "logistics.connection", "3PL", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="connection_id.company_id", store=True, index=True)
    carrier_id = fields.Many2one(
        "delivery.carrier",
        "Delivery method",
        required=True,
        index=True,
        ondelete="cascade",
        check_company=True,
    )
    carrier_code = fields.Char(
        "Their carrier", required=True, help="As their system calls it, such as “UPS” or “DHLPE”."
    )
    service_code = fields.Char(
        "Their service", help="As their system calls it, such as “Ground”. Empty: theirs to choose."
    )
    payment = fields.Selection(
        PAYMENTS, "Billed to", required=True, default="prepaid", help="Whom the carrier bills."
    )
    account = fields.Char("Account number", help="The account with the carrier that is billed.")

    _carrier_uniq = models.UniqueIndex(
        "(connection_id, carrier_id)", "What this 3PL calls this delivery method is said already."
    )

    @api.constrains("payment", "account")
    def _check_account(self):
        for method in self:
            if method.payment == "third_party" and not (method.account or "").strip():
                raise ValidationError(
                    self.env._(
                        "%s: which account of ours is billed?", method.carrier_id.display_name
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        methods = super().create(vals_list)
        methods._look_at_releases()
        return methods

    def write(self, vals):
        before = [(method.connection_id, method.carrier_id) for method in self]
        result = super().write(vals)
        self._look_at_releases(before)
        return result

    def unlink(self):
        before = [(method.connection_id, method.carrier_id) for method in self]
        result = super().unlink()
        self.browse()._look_at_releases(before)
        return result

    def _look_at_releases(self, others=()):
        """What waits for a word may go; what was told in other words is told anew."""
        pairs = {*others, *((method.connection_id, method.carrier_id) for method in self)}
        releases = self.env["logistics.release"].sudo()
        for connection, carrier in pairs:
            found = releases.search(
                [
                    ("connection_id", "=", connection.id),
                    ("picking_id.carrier_id", "=", carrier.id),
                    ("state", "not in", core.OVER),
                ]
            )
            releases._look_soon(found.picking_id)

    @api.model
    def _of(self, connection, carrier):
        """As superuser.

        :return: one method, or none
        """
        domain = [("connection_id", "=", connection.id), ("carrier_id", "=", carrier.id)]
        return self.search(domain, limit=1)

    def _told(self):
        """What the 3PL is told of it; see ``shipping`` of schemas/release-1.1.json."""
        self.ensure_one()
        words = {
            "method": self.carrier_id.with_context(lang=None).name,
            "carrier": self.carrier_code,
            "service": self.service_code,
            "payment": self.payment,
            "account": self.account,
        }
        return {name: value for name, value in words.items() if value}
