import re

from odoo import api, fields, models
from odoo.tools import SQL, consteq, hmac

SCOPE = "logistics.shipment.track"
# 128 bits: whoever guesses a thousand million links a second needs 10²¹ years. The page needs no
# limit of its own against guessing.
TOKEN_LENGTH = 32
PUBLIC_ID = re.compile(r"[0-9a-f]{32}\Z")
TOKEN = re.compile(rf"[0-9a-f]{{{TOKEN_LENGTH}}}\Z")


class LogisticsShipment(models.Model):
    """The page on which anybody with its link sees a shipment, and no other.

    The link is derived: a keyed hash (the key is the database's secret) of the public id and a
    number. Nothing is stored for the shipments that are there already, and another number makes
    the old link worthless.
    """

    _inherit = "logistics.shipment"

    tracking_page_version = fields.Integer(
        readonly=True, copy=False, help="Counts the links that were withdrawn."
    )
    tracking_page_url = fields.Char(
        "Customer's page",
        compute="_compute_tracking_page_url",
        compute_sudo=True,
        groups="logistics_connector_base.group_logistics_user,"
        "logistics_connector_base.group_logistics_service",
        help="Whoever has this link sees where the shipment is, without logging in.",
    )

    @api.depends("public_id", "tracking_page_version", "company_id.logistics_tracking_page")
    def _compute_tracking_page_url(self):
        for shipment in self:
            is_shown = shipment.company_id.logistics_tracking_page and shipment._origin
            shipment.tracking_page_url = is_shown and (
                shipment.get_base_url() + shipment._tracking_page_path()
            )

    def _tracking_page_path(self):
        self.ensure_one()
        return f"/track/{self.public_id}/{self._tracking_page_token()}"

    def _tracking_page_token(self):
        self.ensure_one()
        shipment = self.sudo()
        message = (shipment.public_id, shipment.tracking_page_version or 0)
        return hmac(shipment.env, SCOPE, message)[:TOKEN_LENGTH]

    @api.model
    def _by_tracking_page(self, public_id, token):
        """The shipment that a link shows, as superuser; an empty recordset for whatever is wrong
        with the link: the caller cannot tell an unknown id from a wrong token."""
        if not PUBLIC_ID.match(public_id) or not TOKEN.match(token):
            return self.sudo().browse()
        shipment = self.sudo().search([("public_id", "=", public_id)], limit=1)
        # Without a shipment a token is made all the same, for the same time.
        right = hmac(self.sudo().env, SCOPE, (public_id, shipment.tracking_page_version or 0))[
            :TOKEN_LENGTH
        ]
        if not consteq(right, token) or not shipment.company_id.logistics_tracking_page:
            return shipment.browse()
        return shipment

    def action_renew_tracking_page(self):
        """Withdraw the link, and with it those of the shipments that its page leads to."""
        shipments = self.sudo()
        for shipment in self:
            shipment.check_access("write")
            shipments |= shipment.sudo()._customer_siblings()
        shipments.env.execute_query(
            SQL(
                "UPDATE logistics_shipment "
                "SET tracking_page_version = coalesce(tracking_page_version, 0) + 1 "
                "WHERE id = ANY(%s) RETURNING id",
                shipments.ids,
            )
        )
        shipments.invalidate_recordset(["tracking_page_version", "tracking_page_url"])
        for shipment in self:
            shipment.sudo()._message_log(
                body=self.env._("The link of the customer's page was renewed; the old one is dead.")
            )
        return True
