from odoo.tests import HttpCase, tagged

from .test_tower import TowerData


@tagged("post_install", "-at_install")
class TestTowerPage(TowerData, HttpCase):
    def test_from_a_number_to_its_rows(self):
        """As somebody with the least rights in Logistics."""
        self.make_tower()
        self.count(reach=40)
        self.clerk.password = "clerk-clerk"
        self.start_tour("/odoo/logistics-tower", "logistics_tower", login="clerk")
