from unittest.mock import patch

from odoo.tests import HttpCase, tagged

from ..models import logistics_connection_health
from .common import HealthData


@tagged("post_install", "-at_install")
class TestHealthPage(HealthData, HttpCase):
    def test_page_shows_connections_and_the_missing_channel(self):
        self.make_connections()
        self.message("dead", hours=1)
        self.clerk.password = "clerk-clerk"
        with patch.object(logistics_connection_health, "_channels", lambda: "root:1"):
            self.start_tour("/odoo/logistics-health", "logistics_health", login="clerk")
