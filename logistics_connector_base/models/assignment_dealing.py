from odoo import fields

from ..core.desk import least_loaded, round_robin, weight

GROUP = "logistics_connector_base.group_logistics_user"


class Dealing:
    """Who is there, and how much everybody has, read once for all the rules of one dealing."""

    def __init__(self, rules):
        """:param rules: as superuser; those that may deal now"""
        self.env = rules.env
        users = self.env["res.users"].union(*(rule._candidates() for rule in rules))
        group = self.env.ref(GROUP)
        able = users.filtered(lambda user: user.active and group in user.all_group_ids)
        self.there = able - self._on_leave(able)
        busy = rules.filtered(lambda rule: rule.method == "least_loaded")
        self.loads = self._loads(self.there) if busy else {}

    def owners(self, rule, company_id, weights):
        """The owner of each case of one rule and company; False where nobody is there.

        :param list weights: of the cases
        """
        members = [
            user.id
            for user in rule._candidates() & self.there
            if company_id in user.company_ids.ids
        ]
        if not members:
            return [False] * len(weights)
        if rule.method == "user":
            return members * len(weights)
        if rule.method == "round_robin":
            return round_robin(members, rule._take_turns(len(weights)), len(weights))
        owners = least_loaded(members, self.loads, weights)
        for owner, load in zip(owners, weights, strict=True):
            self.loads[owner] = self.loads.get(owner, 0) + load
        return owners

    def _on_leave(self, users):
        """Who has time off just now, by the calendar of their resource."""
        now = fields.Datetime.now()
        leaves = self.env["resource.calendar.leaves"].search(
            [
                ("resource_id.user_id", "in", users.ids),
                ("time_type", "=", "leave"),
                ("date_from", "<=", now),
                ("date_to", ">", now),
            ]
        )
        return leaves.resource_id.user_id

    def _loads(self, users):
        """Weight of each one's open cases, in whatever company: user id → weight."""
        loads = {}
        for user, rank, count in self.env["logistics.exception"]._read_group(
            [("user_id", "in", users.ids), ("is_open", "=", True)],
            ["user_id", "severity_rank"],
            ["__count"],
        ):
            loads[user.id] = loads.get(user.id, 0) + weight(rank) * count
        return loads
