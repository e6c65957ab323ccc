from odoo import api, models


class LogisticsException(models.Model):
    """Cases find their desk and owner by the assignment rules: when they open, when they open again
    and belong to nobody, and when a person asks for it."""

    _inherit = "logistics.exception"

    @api.model_create_multi
    def create(self, vals_list):
        cases = super().create(self._with_desks(vals_list))
        cases._take_from_blind()
        return cases

    @api.model
    def _with_desks(self, vals_list):
        """The values of new cases with team and owner, where they have none. Whoever opens cases
        with a desk or an owner of their own knows better than the rules."""
        bare = [
            index
            for index, vals in enumerate(vals_list)
            if not vals.get("team_id") and not vals.get("user_id")
        ]
        dealt = self._dealt([self._case_of(vals_list[index]) for index in bare])
        filled = list(vals_list)
        for index, (team_id, user_id) in zip(bare, dealt, strict=True):
            desk = {"team_id": team_id}
            if user_id:
                state = vals_list[index].get("state", "new")
                desk |= {"user_id": user_id, "state": "assigned" if state == "new" else state}
            filled[index] = {**vals_list[index], **desk} if team_id else vals_list[index]
        return filled

    @api.model
    def _dealt(self, cases):
        if not cases:
            return []
        # Loads and turns are read and written by one at a time.
        self._one_at_a_time()
        return self.env["logistics.assignment.rule"]._deal(cases)

    def _assign_by_rules(self):
        """Give open cases to whom the rules say; who owns one already keeps it.

        :return: the cases that came to a desk
        """
        unowned = self.filtered(lambda case: case.is_open and not case.user_id)
        if not unowned:
            return unowned
        by_desk = {}
        dealt = self._dealt([case._case() for case in unowned])
        for case, desk in zip(unowned, dealt, strict=True):
            by_desk[desk] = by_desk.get(desk, self.browse()) | case
        found = self.browse()
        for (team_id, user_id), cases in by_desk.items():
            if team_id:
                # One write for each desk, whatever the number of cases.
                cases._put({"team_id": team_id, **({"user_id": user_id} if user_id else {})})
                found |= cases
        found._take_from_blind()
        return found

    def _take_from_blind(self):
        """Who sees a part of the shipments only is not given a case that lies outside of it: the
        team's member with the fewest open cases who may see it is, or nobody."""
        for owner, cases in self.sudo().grouped("user_id").items():
            if owner._is_narrowed():
                for case in cases - cases._seen_by(owner):
                    case.user_id = case._seers()[:1]

    def _seers(self):
        """The members of the case's team who may see it, those with the fewest open cases first."""
        self.ensure_one()
        members = self.team_id.member_ids.filtered(
            lambda user: (
                user.active
                and self.company_id in user.company_ids
                and self.filtered_domain(user._logistics_domain(self._name))
            )
        )
        load = dict(
            self._read_group(
                [("user_id", "in", members.ids), ("is_open", "=", True)], ["user_id"], ["__count"]
            )
        )
        return members.sorted(lambda user: (load.get(user, 0), user.id))

    def action_assign_by_rules(self):
        """Deal these cases; says what became of them."""
        self._check_open()
        found = self._assign_by_rules()
        owned = len(found.filtered("user_id"))
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success" if found else "warning",
                "message": self.env._(
                    "%(owned)s given to a person, %(team)s to a team, %(left)s left as they are.",
                    owned=owned,
                    team=len(found) - owned,
                    left=len(self) - len(found),
                ),
                "next": {"type": "ir.actions.act_window_close"},
            },
        }

    def write(self, vals):
        closed = self.filtered(lambda case: not case.is_open) if "state" in vals else self.browse()
        result = super().write(vals)
        if closed:
            # Opened again, by a person or because it came back, and nobody's.
            closed._assign_by_rules()
        return result
