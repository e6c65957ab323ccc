from odoo import fields, models
from odoo.addons.logistics_connector_base.core import outcome as outcomes
from odoo.exceptions import UserError

from ...core import booking as core
from ...engine.errors import EngineError, NotOffered

GOOD, FAIR, BAD = "success", "warning", "danger"


class LogisticsConnection(models.Model):
    """The first steps after the access was typed: try it, and sell it."""

    _inherit = "logistics.connection"

    booking_method_count = fields.Integer(
        "Delivery methods", compute="_compute_booking_method_count", compute_sudo=True
    )

    def _compute_booking_method_count(self):
        groups = self.env["delivery.carrier"]._read_group(
            [("logistics_connection_id", "in", self.ids)],
            ["logistics_connection_id"],
            ["__count"],
        )
        counts = {connection.id: count for connection, count in groups}
        for connection in self:
            connection.booking_method_count = counts.get(connection.id, 0)

    def action_try_booking(self):
        """Ask the carrier for a price, which books nothing, and tell what it said of our access.

        :raises UserError: something is not set up
        """
        self.ensure_one()
        self.check_access("write")
        tone, text = self._try_booking()
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {"type": tone, "message": text, "sticky": tone != GOOD},
        }

    def _try_booking(self):
        """Whether the carrier takes our access: (GOOD, FAIR or BAD, a sentence). Asked within the
        limit of calls, but whatever was wrong before: that it is over is what a trial shows."""
        ask = self.sudo()._rate_call(self.sudo()._trial_request())
        try:
            said = ask()
        except NotOffered:
            return FAIR, self.env._(
                "%s has no prices to ask for, so its access cannot be tried without booking.",
                self.provider_id.name,
            )
        except EngineError as error:
            return BAD, str(error)
        words = said.words or said.outcome.text
        if said.value is not None:
            names = {"carrier": self.provider_id.name, "count": len(said.value)}
            return GOOD, self.env._(
                "%(carrier)s takes the access, and offers %(count)s services.", **names
            )
        if said.outcome.kind == outcomes.REJECTED:
            return FAIR, self.env._(
                "%(carrier)s takes the access, but would not price the trial: %(words)s",
                carrier=self.provider_id.name,
                words=words,
            )
        return BAD, self.env._(
            "%(carrier)s cannot be booked: %(words)s", carrier=self.provider_id.name, words=words
        )

    def _trial_request(self):
        """A kilogram from our warehouse to itself: it needs no customs, and no carrier goes
        nowhere.

        :raises UserError: the warehouse has no address
        """
        company = self.company_id or self.env.company
        warehouse = self.env["stock.warehouse"].search([("company_id", "=", company.id)], limit=1)
        sender = warehouse.partner_id or company.partner_id
        party = sender._booking_party()
        if not (party.country and party.zip and party.city):
            raise UserError(
                self.env._("“%s” needs a postal code, a city and a country.", sender.display_name)
            )
        return core.BookingRequest(
            reference="TRIAL",
            service="",
            ship_date=fields.Date.context_today(self).isoformat(),
            shipper=party,
            recipient=party,
            parcels=(core.Parcel("1", 1.0),),
        )

    def action_view_booking_methods(self):
        """The delivery methods that are booked with this account; the first one is made here."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Delivery methods"),
            "res_model": "delivery.carrier",
            "view_mode": "list,form",
            "domain": [("logistics_connection_id", "=", self.id)],
            "context": {
                "default_delivery_type": "logistics",
                "default_logistics_connection_id": self.id,
                "default_logistics_provider_id": self.provider_id.id,
                "default_company_id": self.company_id.id,
                "default_integration_level": "rate_and_ship",
            },
        }
