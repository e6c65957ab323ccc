"""Customers who are logged in: their shipments, in Odoo's own portal."""

from odoo import http
from odoo.addons.portal.controllers.portal import CustomerPortal, pager
from odoo.fields import Domain
from odoo.http import request

from ..models.customer.logistics_shipment_tracking_page import PUBLIC_ID
from .track import proof_response

ORDERS = {"new": "id desc", "expected": "estimated_delivery_at asc nulls last, id desc"}


class ShipmentPortal(CustomerPortal):
    def _prepare_home_portal_values(self, counters):
        values = super()._prepare_home_portal_values(counters)
        if "logistics_shipment_count" in counters:
            # That there are some is all that the card needs.
            values["logistics_shipment_count"] = self._my_shipments().search_count(
                self._my_shipment_domain(), limit=1
            )
        return values

    @staticmethod
    def _my_shipments():
        # Customers have no right on the table: what they may see is the domain's, what is shown of
        # it the view's.
        return request.env["logistics.shipment"].sudo()

    def _my_shipment_domain(self):
        return request.env["logistics.shipment"]._customer_domain(
            request.env.user.partner_id, request.env.companies
        )

    def _my_shipment(self, public_id):
        """The customer's shipment, or an empty recordset: somebody else's is as unknown as none."""
        if not PUBLIC_ID.match(public_id):
            return self._my_shipments().browse()
        return self._my_shipments().search(
            self._my_shipment_domain() & Domain("public_id", "=", public_id), limit=1
        )

    @http.route(
        ["/my/shipments", "/my/shipments/page/<int:page>"],
        type="http",
        auth="user",
        website=True,
        methods=["GET"],
        logistics_page=True,
    )
    def portal_my_shipments(self, page=1, sortby=None, filterby=None, search=None, **_ignored):
        env = request.env
        sortings = {
            "new": {"label": env._("Newest")},
            "expected": {"label": env._("Expected first")},
        }
        filters = {
            "all": {"label": env._("All")},
            "on_the_way": {"label": env._("On the way")},
            "delivered": {"label": env._("Delivered")},
            "problem": {"label": env._("With a problem")},
        }
        sortby = sortby if sortby in sortings else "new"
        filterby = filterby if filterby in filters else "all"
        search = (search or "").replace("\0", "").strip()[:100]
        shipments = self._my_shipments()
        domain = self._my_shipment_domain() & shipments._customer_filter(filterby)
        if search:
            domain &= shipments._customer_search(env.user.partner_id, search)
        shown = pager(
            url="/my/shipments",
            total=shipments.search_count(domain),
            page=page,
            step=self._items_per_page,
            url_args={"sortby": sortby, "filterby": filterby, "search": search},
        )
        found = shipments.search(
            domain, order=ORDERS[sortby], limit=self._items_per_page, offset=shown["offset"]
        )
        values = self._prepare_portal_layout_values()
        values.update(
            {
                "page_name": "logistics_shipment",
                "default_url": "/my/shipments",
                "pager": shown,
                "shipments": found._customer_links("portal"),
                "searchbar_sortings": sortings,
                "sortby": sortby,
                "searchbar_filters": filters,
                "filterby": filterby,
                "search": search,
                "news_url": env.user.partner_id._delivery_news_url(),
            }
        )
        return self._private(request.render("logistics_connector_base.portal_my_shipments", values))

    @http.route(
        "/my/shipments/<string:public_id>",
        type="http",
        auth="user",
        website=True,
        methods=["GET"],
        logistics_page=True,
    )
    def portal_my_shipment(self, public_id, **_ignored):
        shipment = self._my_shipment(public_id)
        if not shipment:
            return request.not_found()
        values = self._prepare_portal_layout_values()
        values.update(
            {
                "page_name": "logistics_shipment",
                "view": shipment._customer_view("portal", request.env.user.partner_id),
                "path": f"/my/shipments/{shipment.public_id}",
                "res_company": shipment.company_id,  # whose logo is shown
            }
        )
        return self._private(request.render("logistics_connector_base.portal_my_shipment", values))

    @http.route(
        "/my/shipments/<string:public_id>/proof/<int:file_id>",
        type="http",
        auth="user",
        methods=["GET"],
        logistics_page=True,
    )
    def portal_my_shipment_proof(self, public_id, file_id, **_ignored):
        shipment = self._my_shipment(public_id)
        files = shipment and shipment._customer_proofs("portal").filtered(
            lambda file: file.id == file_id
        )
        return proof_response(files) if files else request.not_found()

    @staticmethod
    def _private(response):
        response.headers["Cache-Control"] = "private, no-store"
        return response
