"""Each page of monitoring opens for each role that has it, and for nobody else."""

from odoo.tests import HttpCase, new_test_user, tagged

from ..models.logistics_tower import MANAGER, USER
from .test_tower import TowerData

ROLES = {
    "worker": USER,
    "leader": MANAGER,
    "administrator": "logistics_connector_base.group_logistics_admin",
}


@tagged("post_install", "-at_install")
class TestPages(TowerData, HttpCase):
    def test_each_role_opens_each_page(self):
        self.make_tower()
        self.late.picked_up_at = self.now
        self.message("dead", hours=1)
        self.env["logistics.alert.rule"].create(
            {
                "name": "Given up on",
                "metric": "health.failed",
                "company_id": self.company.id,
                "after_minutes": 0,
            }
        ).action_look()
        self.env.flush_all()
        self.count(reach=40)
        first = self.now.date().replace(day=1)
        self.env["logistics.scorecard"]._count(first, self.now.date())
        for role, group in ROLES.items():
            with self.subTest(role):
                user = new_test_user(
                    self.env,
                    f"pages-{role}",
                    group,
                    company_id=self.company.id,
                    company_ids=[(6, 0, self.company.ids)],
                )
                self.start_tour(
                    "/odoo/logistics-tower", "logistics_monitoring_pages", login=user.login
                )

    def test_nobody_else_finds_the_menus(self):
        plain = new_test_user(self.env, "pages-nobody", "base.group_user")
        shown = self.env["ir.ui.menu"].with_user(plain).load_menus(False)
        for name in ("menu_logistics_tower", "menu_alert_rule", "menu_scorecard"):
            menu = self.env.ref(f"logistics_connector_monitoring.{name}")
            self.assertNotIn(menu.id, shown)
