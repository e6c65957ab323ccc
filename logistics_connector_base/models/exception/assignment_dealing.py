from contextlib import contextmanager

from odoo import api, fields

from ...core.desk import least_loaded, round_robin, weight

GROUP = "logistics_connector_base.group_logistics_user"
# How long it is waited for whoever edits a rule just now.
PATIENCE = "SET LOCAL lock_timeout = '2s'"


@contextmanager
def beside(env):
    """A cursor that reads what others have committed since the transaction of ``env`` began."""
    with env.registry.cursor() as cr:
        cr.execute("SET TRANSACTION ISOLATION LEVEL READ COMMITTED")
        cr.execute(PATIENCE)
        yield cr


class Dealing:
    """Who is there, and how much everybody has, read once for all the rules of one dealing. To be
    called by one at a time (``logistics.exception._one_at_a_time``)."""

    def __init__(self, rules, counts):
        """
        :param rules: as superuser; those that may deal now
        :param dict counts: id of the rule → how many cases it deals
        """
        self.env = rules.env
        users = self.env["res.users"].union(*(rule._candidates() for rule in rules))
        group = self.env.ref(GROUP)
        able = users.filtered(lambda user: user.active and group in user.all_group_ids)
        self.there = able - self._on_leave(able)
        # Also of rules that go by the load: so it is seen whether somebody dealt meanwhile.
        taken = {
            rule.id: rule._take_turns(counts[rule.id])
            for rule in rules
            if rule.method in ("round_robin", "least_loaded")
        }
        self.turns = {rule_id: turn for rule_id, (turn, _is_blind) in taken.items()}
        self.loads = {}
        if any(rule.method == "least_loaded" for rule in rules):
            self.loads = self._loads(any(is_blind for _turn, is_blind in taken.values()))

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
            turn = self.turns[rule.id]
            self.turns[rule.id] += len(weights)
            return round_robin(members, turn, len(weights))
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

    def _loads(self, is_blind):
        """Weight of each one's open cases, in whatever company.

        :param bool is_blind: whether this transaction does not see what was dealt last
        :return: user id → weight
        """
        if not is_blind:
            return self._loads_in(self.env)
        own = self._loads_in(self.env)
        with beside(self.env) as cr:
            committed = self._loads_in(api.Environment(cr, self.env.uid, {}, su=True))
        return {
            user_id: max(own.get(user_id, 0), committed.get(user_id, 0))
            for user_id in self.there.ids
        }

    def _loads_in(self, env):
        loads = {}
        for user, rank, count in env["logistics.exception"]._read_group(
            [("user_id", "in", self.there.ids), ("is_open", "=", True)],
            ["user_id", "severity_rank"],
            ["__count"],
        ):
            loads[user.id] = loads.get(user.id, 0) + weight(rank) * count
        return loads
