"""Factories for tests of desks: two companies, people with the least rights, cases, teams."""

from lxml import etree
from odoo.tests import new_test_user
from odoo.tools.safe_eval import safe_eval


class DeskCommon:
    """Mix it in before TransactionCase. ``worker`` and ``other_worker`` are plain Logistics users
    of the first company; ``manager`` belongs to both companies."""

    USER = "logistics_connector_base.group_logistics_user"
    MANAGER = "logistics_connector_base.group_logistics_manager"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company = cls.env.company
        # What is shipped would give cases other times than a test's own policies do.
        cls.env["logistics.sla.policy"].search([]).active = False
        cls.elsewhere = cls.env["res.company"].create({"name": "Elsewhere"})
        cls.worker = cls.make_user("desk_worker", cls.USER)
        cls.other_worker = cls.make_user("desk_other_worker", cls.USER)
        cls.manager = cls.make_user("desk_manager", cls.MANAGER)
        cls.manager.company_ids = [(4, cls.elsewhere.id)]

    @classmethod
    def make_user(cls, login, groups, company=None, **values):
        company = company or cls.company
        return new_test_user(
            cls.env,
            login,
            f"base.group_user,{groups}",
            company_id=company.id,
            company_ids=[(6, 0, company.ids)],
            **values,
        )

    @classmethod
    def make_team(cls, name, *members, **values):
        return cls.env["logistics.team"].create(
            {"name": name, "member_ids": [(6, 0, [user.id for user in members])], **values}
        )

    @classmethod
    def make_calendar(cls, tz="Europe/Berlin", **values):
        """Monday to Friday, nine to five."""
        return cls.env["resource.calendar"].create(
            {
                "name": f"Nine to five, {tz}",
                "tz": tz,
                "company_id": False,
                "attendance_ids": [(5, 0, 0)]
                + [
                    (
                        0,
                        0,
                        {"name": day, "dayofweek": day, "hour_from": 9, "hour_to": 17},
                    )
                    for day in "01234"
                ],
                **values,
            }
        )

    @classmethod
    def make_policy(cls, name="Policy", **values):
        """Around the clock, unless a calendar is given."""
        hours = {"around_the_clock": "calendar_id" not in values}
        return cls.env["logistics.sla.policy"].create(
            {"name": name, "respond_hours": 2, "resolve_hours": 8, **hours, **values}
        )

    def trouble(self, key, **values):
        return {
            "type": "delivery_exception",
            "key": key,
            "name": f"Trouble {key}",
            "company_id": self.company.id,
            **values,
        }

    def report(self, key, **values):
        """One case, opened as detectors open it."""
        return self.env["logistics.exception"]._report([self.trouble(key, **values)])

    def behind_filter(self, arch, name, user):
        """The cases that a user sees behind a filter of a search view."""
        node = etree.fromstring(arch).find(f".//filter[@name='{name}']")
        domain = safe_eval(node.get("domain"), {"uid": user.id})
        return self.env["logistics.exception"].with_user(user).search(domain)
