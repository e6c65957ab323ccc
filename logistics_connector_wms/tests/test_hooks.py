"""The addon goes, and comes back: what came over its connections stays readable."""

from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import convert_file

from ..hooks import MODULE, PROVIDERS, pre_init_hook, uninstall_hook
from .advice_common import AdviceCommon


@tagged("post_install", "-at_install")
class TestHooks(AdviceCommon):
    def owned(self):
        known = self.env["ir.model.data"].search(
            [("module", "=", MODULE), ("model", "=", "logistics.provider")]
        )
        return self.env["logistics.provider"].browse(known.mapped("res_id"))

    def test_every_provider_of_the_addon_is_named(self):
        self.assertEqual(set(self.owned().mapped("code")), set(PROVIDERS))

    def test_a_provider_with_a_history_stays_and_is_taken_up_again(self):
        used = self.connection.provider_id
        uninstall_hook(self.env)
        self.assertEqual(self.connection.state, "retired")
        self.assertFalse(self.connection.active)
        self.assertFalse(used.active)
        self.assertNotIn(used, self.owned(), "it would be deleted, or hold up what is")
        pre_init_hook(self.env)
        self.assertIn(used, self.owned())
        self.assertEqual(
            self.env.ref(f"{MODULE}.provider_{used.code}"), used, "data finds it by its name"
        )
        with self.assertRaises(UserError):
            self.env["logistics.provider"].new({"handler": "logistics.gone"})._handler()

    def test_data_makes_them_active_again(self):
        self.owned().active = False
        for folder in ("provider", "provider_shiphero", "provider_shipbob"):
            file = f"{MODULE}/data/logistics_{folder}_data.xml"
            convert_file(self.env, MODULE, file.partition("/")[2], {}, mode="update")
        self.assertEqual(set(self.owned().mapped("active")), {True})
