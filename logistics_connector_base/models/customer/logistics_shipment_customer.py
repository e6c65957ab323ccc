from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL

from ...core import customer
from ..shipment.logistics_shipment_documents import FILED, MARK

# Whose events a customer may see (the taxonomy says it, code by code).
SHOWN = ("customer", "both")
THEIRS = """
SELECT shipment.id FROM logistics_shipment shipment
JOIN res_partner partner ON partner.id = shipment.partner_id
WHERE partner.commercial_partner_id = %s
UNION
SELECT link.shipment_id FROM logistics_shipment_sale_order_rel link
JOIN sale_order ON sale_order.id = link.sale_order_id
JOIN res_partner partner ON partner.id = sale_order.partner_id
WHERE partner.commercial_partner_id = %s AND sale_order.state <> 'cancel'
"""
WITH_SHOWN_TROUBLE = """
SELECT event.shipment_id FROM logistics_event event
JOIN logistics_event_code code ON code.id = event.code_id
WHERE event.shipment_id = logistics_shipment.id AND event.standing = 'active'
      AND code.visibility IN ('customer', 'both') AND position('exception' IN code.flag_set) > 0
"""


class LogisticsShipment(models.Model):
    """Whose shipment it is, in the eyes of customers.

    Customers have no right on any table of ours, so that no call, search or export of theirs can
    reach one. What they see is read as superuser, within :meth:`_customer_domain`, and handed out
    as words by :meth:`_customer_view`: nothing is shown that is not named there.
    """

    _inherit = "logistics.shipment"

    @api.model
    def _customer_domain(self, partner, companies):
        """The shipments of a customer: those that go to them, and those with an order of theirs.

        :param partner: any contact of the customer
        :param companies: the companies whose shipments the user may see
        """
        mine = SQL(THEIRS, *[partner.commercial_partner_id.id] * 2)
        # Each way is asked by its own index; with OR in one condition neither could be used.
        return Domain("id", "in", SQL("(%s)", mine)) & Domain("company_id", "in", companies.ids)

    @api.model
    def _customer_filter(self, name):
        """A domain for what a customer looks for in the list: "on_the_way", "delivered",
        "problem"; anything else finds all."""
        if name == "on_the_way":
            return Domain("state", "in", customer.ON_THE_WAY_STATES)
        if name == "delivered":
            return Domain("state", "=", "delivered")
        if name == "problem":
            # The flag may come from what is not shown to customers.
            troubled = Domain("has_delivery_exception", "=", True) & Domain(
                "id", "in", SQL("(%s)", SQL(WITH_SHOWN_TROUBLE))
            )
            return Domain("state", "in", customer.PROBLEM_STATES) | troubled
        return Domain.TRUE

    @api.model
    def _customer_search(self, partner, text):
        """A domain for what a customer types: a number of the shipment, of a parcel of it, of an
        order of theirs, or their own reference of that order."""
        orders = (
            self.env["sale.order"]
            .sudo()
            ._search(
                Domain("partner_id.commercial_partner_id", "=", partner.commercial_partner_id.id)
                & (Domain("name", "ilike", text) | Domain("client_order_ref", "ilike", text))
            )
        )
        return (
            Domain("name", "ilike", text)
            | Domain("tracking_numbers", "ilike", text)
            | Domain("sale_order_ids", "in", orders)
        )

    def _customer_orders(self, partner=None):
        """The orders that may be named: those of the customer; without one (on the page that a link
        opens) all of them, if they are one customer's, else none."""
        self.ensure_one()
        orders = self.sudo().sale_order_ids.filtered(lambda order: order.state != "cancel")
        if partner:
            theirs = partner.commercial_partner_id
            return orders.filtered(lambda order: order.partner_id.commercial_partner_id == theirs)
        return orders if len(orders.partner_id.commercial_partner_id) == 1 else orders.browse()

    def _customer_siblings(self, partner=None):
        """The other shipments of the same orders."""
        self.ensure_one()
        shipments = self._customer_orders(partner).shipment_ids - self.sudo()
        return shipments.filtered(lambda other: other.company_id == self.sudo().company_id)

    def _is_erased_for_customers(self):
        """Whether a person asked that what we know of them here be erased."""
        self.ensure_one()
        return bool(
            self.env["logistics.event"]
            .sudo()
            .search_count([("shipment_id", "=", self.id), ("erased_at", "!=", False)], limit=1)
        )

    def _customer_language(self, partner=None):
        """The language of whom the shipment goes to; of the company where that is not known."""
        self.ensure_one()
        shipment = self.sudo()
        people = (
            partner,
            self._customer_orders().partner_id[:1],
            shipment.partner_id,
            shipment.company_id.partner_id,
        )
        installed = [code for code, _name in self.env["res.lang"].get_installed()]
        spoken = [person.lang for person in people if person and person.lang in installed]
        return spoken[0] if spoken else installed[0]

    def _customer_proofs(self, audience):
        """The proofs of delivery that may be shown: of events that count and that the customer may
        see, if the company wants it so.

        :param str audience: "portal" (a customer who is logged in) or "public" (whoever has the
            link)
        """
        self.ensure_one()
        shipment = self.sudo()
        allowed = {"portal": ("portal",), "public": ("portal", "public")}
        if audience not in allowed.get(shipment.company_id.logistics_proof_audience, ()):
            return self.env["ir.attachment"]
        events = shipment.event_ids.filtered(
            lambda event: (
                event.standing == "active"
                and event.code_id.visibility in SHOWN
                and (event.code_id.state == "delivered" or event.code_id.group == "document")
            )
        )
        ledger = shipment.env["logistics.effect"].search(
            [
                ("shipment_id", "=", shipment.id),
                ("kind", "=", FILED),
                ("res_model", "=", "ir.attachment"),
                ("event_id", "in", events.ids),
            ]
        )
        # Those that were withdrawn have been marked so; their filing row stays.
        files = shipment.document_ids.filtered(lambda file: file.id in ledger.mapped("res_id"))
        return files.filtered(lambda file: not file.name.startswith(MARK))
