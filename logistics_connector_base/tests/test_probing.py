"""Who may not read what is ours learns nothing of it by searching, sorting or grouping either.

Over all models: whoever adds a field need not think of it, this does.
"""

from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from .orders import OrdersCommon

OURS = "logistics_connector"
# What customers may know: of themselves, whether they want our e-mails.
THEIRS = {("res.partner", "logistics_news"), ("res.users", "logistics_news")}


@tagged("post_install", "-at_install")
class TestProbing(OrdersCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.buyer = new_test_user(cls.env, "prober", "base.group_portal")
        cls.seller = cls.make_user("probing_seller", "sales_team.group_sale_salesman_all_leads")

    def fields_of_ours(self, user):
        """Each of our fields on a model of which the user may read some rows."""
        for name in sorted(self.env.registry):
            model = self.env[name].with_user(user)
            if model._abstract or model._transient or not model.has_access("read"):
                continue
            for field in model._fields.values():
                if field._modules and field._modules[0].startswith(OURS):
                    yield model, field

    def probes(self, model, field):
        """Whether searching, sorting or grouping by it answers."""
        value = {"boolean": True, "integer": 1, "float": 1.0, "datetime": "2026-01-01"}
        term = value.get(field.type, "a" if field.type in ("char", "text") else 1)
        if field.type == "selection":
            term = next(iter(field.get_values(self.env)), "a")
        domains = [[(field.name, "=", term)], [(field.name, "ilike", "a")]]
        if not field.required and field.type != "boolean":  # of these, Odoo knows without a look
            domains += [
                [(field.name, "!=", False)],
                [(field.name, "in", [term, False])],
                [(field.name, "not in", [term])],
            ]
        for domain in domains:
            try:
                model.search(domain, limit=1)
            except AccessError:
                continue
            except (UserError, ValueError, NotImplementedError):
                continue  # nobody may search by it so
            return domain
        return None

    @mute_logger("odoo.orm.models", "odoo.models", "odoo.domains", "odoo.orm.domains")
    def test_customers_neither_read_nor_guess(self):
        seen, open_ = set(), []
        for model, field in self.fields_of_ours(self.buyer):
            if (model._name, field.name) in THEIRS:
                continue
            seen.add(model._name)
            can_search = (field.store or field.search) and self.probes(model, field)
            if can_search or model._has_field_access(field, "read"):
                open_.append((model._name, field.name, can_search))
        self.assertFalse(open_)
        self.assertLessEqual({"sale.order", "stock.picking"}, seen)

    @mute_logger("odoo.orm.models", "odoo.models", "odoo.domains", "odoo.orm.domains")
    def test_the_staff_guess_no_field_that_they_may_not_read(self):
        found = [
            (model._name, field.name)
            for model, field in self.fields_of_ours(self.seller)
            if field.search and not model._has_field_access(field, "read")
            if self.probes(model, field)
        ]
        self.assertFalse(found)

    def test_by_way_of_another_field(self):
        """A customer reaches orders from other records, too."""
        order = self.sell((self.lamp, 1), partner_id=self.buyer.partner_id.id)
        lines = self.env["sale.order.line"].with_user(self.buyer)
        self.assertTrue(lines.search([("order_id", "=", order.id)]))
        for path in ("logistics_state", "logistics_blocked_reason", "billing_hold_reason"):
            with self.assertRaises(AccessError):
                lines.search([(f"order_id.{path}", "!=", False)])
        with self.assertRaises(AccessError):
            lines.search([("order_id.shipment_ids.name", "ilike", "a")])
