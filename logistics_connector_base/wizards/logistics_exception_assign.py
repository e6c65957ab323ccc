from odoo import fields, models
from odoo.exceptions import UserError


class LogisticsExceptionAssign(models.TransientModel):
    """Gives cases to a person, to a desk, or to both."""

    _name = "logistics.exception.assign"
    _description = "Assign Exceptions"

    exception_ids = fields.Many2many("logistics.exception", required=True)
    user_id = fields.Many2one(
        "res.users",
        "Owner",
        domain=lambda self: [
            ("share", "=", False),
            (
                "all_group_ids",
                "in",
                self.env.ref("logistics_connector_base.group_logistics_user").ids,
            ),
        ],
    )
    team_id = fields.Many2one("logistics.team")
    is_unowned = fields.Boolean(
        "Nobody's", help="Takes the owner away: anyone of the desk may take it."
    )

    def action_assign(self):
        self.ensure_one()
        if not self.user_id and not self.team_id and not self.is_unowned:
            raise UserError(self.env._("Choose an owner, a team, or both."))
        user = self.user_id if self.user_id or self.is_unowned else None
        if self.is_unowned:
            user = self.user_id.browse()
        team = self.team_id or None
        return self.exception_ids._in_bulk(
            lambda case: case._assign(user, team),
            self.env._("Assign"),
            {"type": "ir.actions.act_window_close"},
        )
