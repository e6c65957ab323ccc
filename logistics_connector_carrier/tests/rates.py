"""Two accounts, and what they would answer: for tests of comparing."""

from types import SimpleNamespace
from unittest.mock import patch

from odoo.addons.logistics_connector_base.core import outcome as outcomes
from odoo.addons.logistics_connector_base.tests.common import InboxCommon
from odoo.exceptions import UserError
from odoo.tests import new_test_user

from ..core import booking as core
from ..engine.inquiry import Inquiry

SHIP_DAY = "2026-03-20"


def said(*rates):
    return SimpleNamespace(value=rates, words="", outcome=outcomes.Outcome(outcomes.DELIVERED))


def refused(words, status=400):
    kind = outcomes.DOUBT if status is None else outcomes.REJECTED
    outcome = outcomes.Outcome(kind, "refused", status)
    return SimpleNamespace(value=None, words=words, outcome=outcome)


def rate(service, base, fuel="0.00", currency="USD", **values):
    total = f"{float(base) + float(fuel):.2f}"
    charges = (
        core.Charge("", "Base", base, currency, "base"),
        core.Charge("375", "Fuel surcharge", fuel, currency, "fuel"),
    )
    return core.Rate(service, f"Service {service}", total, currency, charges, **values)


class RatesCommon(InboxCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.us = cls.env.ref("base.us")
        cls.env["stock.warehouse"].search([]).partner_id.write(
            {"street": "480 Harbor Way", "city": "Tacoma", "zip": "98421", "country_id": cls.us.id}
        )
        cls.receiver = cls.env["res.partner"].create(
            {
                "name": "Amador Boats",
                "is_company": True,
                "street": "1750 Lakeshore Dr",
                "city": "Muskegon",
                "zip": "49441",
                "country_id": cls.us.id,
            }
        )
        cls.env["delivery.carrier"].search([]).active = False
        cls.env["logistics.choice.rule"].search([]).active = False
        cls.ups, cls.fedex = (
            cls.env["logistics.connection"].create(
                {
                    "name": f"{code} account",
                    "provider_id": cls.env.ref(f"logistics_connector_carrier.provider_{code}").id,
                    "environment": "test",
                }
            )
            for code in ("ups", "fedex")
        )
        cls.freight = cls.env["product.product"].create(
            {"name": "Freight", "type": "service", "taxes_id": False}
        )
        cls.ground = cls.make_method("UPS Ground", cls.ups, "03")
        cls.air = cls.make_method("UPS 2nd Day", cls.ups, "02")
        cls.home = cls.make_method("FedEx Home", cls.fedex, "HOME")
        cls.pump = cls.env["product.product"].create(
            {"name": "Pump", "type": "consu", "weight": 2.0, "list_price": 40.0, "taxes_id": False}
        )
        cls.seller = new_test_user(cls.env, "sally", groups="sales_team.group_sale_salesman")
        cls.packer = new_test_user(cls.env, "pete", groups="stock.group_stock_user")

    @classmethod
    def make_method(cls, name, account, code, **values):
        services = cls.env["logistics.carrier.service"]
        known = [("provider_id", "=", account.provider_id.id), ("code", "=", code)]
        service = services.search(known) or services.create(
            {"provider_id": account.provider_id.id, "code": code, "name": f"Service {code}"}
        )
        return cls.env["delivery.carrier"].create(
            {
                "name": name,
                "delivery_type": "logistics",
                "product_id": cls.freight.id,
                "logistics_connection_id": account.id,
                "logistics_service_id": service.id,
                **values,
            }
        )

    def make_order(self, user=None, **values):
        order = self.env["sale.order"].create(
            {
                "partner_id": self.receiver.id,
                "user_id": (user or self.seller).id,
                "order_line": [(0, 0, {"product_id": self.pump.id, "product_uom_qty": 2})],
                **values,
            }
        )
        return order.with_user(user) if user else order

    def answering(self, **answers):
        """In the block, accounts answer so: name of the connection → what is said, or an
        exception. Nothing is called."""
        self.asked = []
        by_account = {self.ups.id: answers.get("ups"), self.fedex.id: answers.get("fedex")}

        def inquiry(connection, request):
            self.asked.append((connection.sudo().name, request))
            answer = by_account[connection.id]
            if isinstance(answer, Exception):
                raise answer

            return Inquiry(connection.id, lambda: answer)

        connections = self.env.registry["logistics.connection"]
        return patch.object(connections, "_rate_inquiry", inquiry)

    def answering_odoo(self, answer):
        """In the block, an account that is asked for one method says so: as in ``answering``."""

        def ask(_connection, _request):
            if answer.value is None:
                raise UserError(answer.words)
            return answer.value

        return patch.object(self.env.registry["logistics.connection"], "_ask_rates", ask)

    def compare(self, subject):
        action = subject.action_compare_rates()
        return self.env[action["res_model"]].with_user(subject.env.user).browse(action["res_id"])

    def rows(self, comparison):
        return {line.name: line for line in comparison.line_ids}
