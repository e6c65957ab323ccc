from odoo import api, fields, models
from odoo.exceptions import ValidationError


class LogisticsTeam(models.Model):
    """A desk: the people who work one sort of exceptions, and who leads them."""

    _name = "logistics.team"
    _description = "Logistics Team"
    _inherit = ["mail.thread"]
    _order = "sequence, name, id"

    name = fields.Char(required=True, translate=True, tracking=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True, tracking=True)
    company_id = fields.Many2one(
        "res.company", tracking=True, index="btree_not_null", help="Empty: works for every company."
    )
    user_id = fields.Many2one(
        "res.users",
        "Leader",
        tracking=True,
        domain="[('share', '=', False)]",
        help="Is told when cases of the team are late. Sees them among “My team's”.",
    )
    member_ids = fields.Many2many(
        "res.users",
        "logistics_team_member_rel",
        "team_id",
        "user_id",
        string="Members",
        domain="[('share', '=', False)]",
    )
    open_count = fields.Integer("Open cases", compute="_compute_open_counts")
    unowned_count = fields.Integer("Nobody's", compute="_compute_open_counts")

    def _compute_open_counts(self):
        counts = {}
        for team, user, count in self.env["logistics.exception"]._read_group(
            [("team_id", "in", self.ids), ("is_open", "=", True)],
            ["team_id", "user_id"],
            ["__count"],
        ):
            whole, unowned = counts.get(team.id, (0, 0))
            counts[team.id] = whole + count, unowned + (0 if user else count)
        for team in self:
            team.open_count, team.unowned_count = counts.get(team.id, (0, 0))

    @api.constrains("company_id", "member_ids", "user_id")
    def _check_members(self):
        for team in self:
            for user in team.member_ids | team.user_id:
                # What somebody may not see, nobody can work on.
                if team.company_id and team.company_id not in user.sudo().company_ids:
                    raise ValidationError(
                        self.env._(
                            "%(user)s does not belong to %(company)s, the company of the team "
                            "“%(team)s”.",
                            user=user.name,
                            company=team.company_id.name,
                            team=team.name,
                        )
                    )

    def action_view_open(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.name,
            "res_model": "logistics.exception",
            "view_mode": "list,kanban,form",
            "domain": [("team_id", "=", self.id)],
            "context": {"search_default_open": 1},
        }
