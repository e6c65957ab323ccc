from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from ...core import release as core

STATES = [
    (core.HELD, "Held back"),
    (core.QUEUED, "About to be told"),
    (core.SENT, "Told"),
    (core.ACCEPTED, "Accepted"),
    (core.REJECTED, "Rejected"),
    (core.CANCEL_ASKED, "Asked to cancel"),
    (core.CANCELLED, "Cancelled"),
    (core.TOO_LATE, "Too late to change"),
    (core.CLOSED, "Done"),
]
KINDS = [
    ("delivery", "Delivery"),
    ("receipt", "Receipt"),
    ("return", "Return"),
    ("transfer", "Transfer"),
]


class LogisticsRelease(models.Model):
    """A transfer that a 3PL's warehouse is asked to work: what it was told in each version, what it
    answered, and why it is not told yet."""

    _name = "logistics.release"
    _description = "Warehouse Release"
    _order = "id desc"
    _rec_names_search = ["picking_id"]
    _logistics_scope = "logistics.exception"  # of a shipment, or of a connection alone

    picking_id = fields.Many2one(
        "stock.picking", "Transfer", required=True, readonly=True, index=True, ondelete="cascade"
    )
    connection_id = fields.Many2one(
        "logistics.connection",
        "3PL",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
        groups="logistics_connector_base.group_logistics_user,"
        "logistics_connector_base.group_logistics_service",
    )
    warehouse_id = fields.Many2one(
        "stock.warehouse", required=True, readonly=True, index=True, ondelete="restrict"
    )
    company_id = fields.Many2one(related="picking_id.company_id", store=True, index=True)
    shipment_id = fields.Many2one(
        "logistics.shipment",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
        groups="logistics_connector_base.group_logistics_user,"
        "logistics_connector_base.group_logistics_service",
    )
    kind = fields.Selection(KINDS, required=True, readonly=True)
    state = fields.Selection(STATES, required=True, readonly=True, default=core.HELD, index=True)
    version = fields.Integer(readonly=True, help="The last that was told; 0: none yet.")
    reasons = fields.Text(
        "Held back because",
        readonly=True,
        help="Why the warehouse is not told, or not told of a change. It is told when all of these "
        "are settled.",
    )
    leaves_at = fields.Datetime(
        "Leaves on", readonly=True, help="What was ready after the cut-off waits until then."
    )
    hold_text = fields.Char("Held back by a person", readonly=True)
    forced_text = fields.Char("Let go by a person", readonly=True)
    problem = fields.Text(readonly=True, help="What a person has to settle with the warehouse.")
    clash_digest = fields.Char(readonly=True)
    looked_at = fields.Datetime(readonly=True)
    version_ids = fields.One2many("logistics.release.version", "release_id", "Told", readonly=True)
    told_at = fields.Datetime("First told", compute="_compute_told", store=True)
    is_held = fields.Boolean("Held back from the warehouse", compute="_compute_is_held", store=True)

    # Of a transfer between two 3PLs' warehouses, each of them has its own.
    _live_uniq = models.UniqueIndex(
        "(picking_id, warehouse_id) WHERE state != 'cancelled'",
        "This transfer was released to this warehouse already.",
    )
    _held = models.Index("(looked_at NULLS FIRST) WHERE state = 'held' OR is_held")

    @api.depends("picking_id.name")
    def _compute_display_name(self):
        for release in self:
            release.display_name = release.picking_id.name

    @api.depends("version_ids.told_at")
    def _compute_told(self):
        for release in self:
            release.told_at = min(release.version_ids.mapped("told_at"), default=False)

    @api.depends("state", "reasons")
    def _compute_is_held(self):
        for release in self:
            release.is_held = bool(release.reasons) and release.state not in core.OVER

    @api.ondelete(at_uninstall=False)
    def _unlink_except_told(self):
        if any(release.version for release in self):
            raise UserError(self.env._("The warehouse was told of this transfer. It stays."))

    # -- what people do -----------------------------------------------------------------------

    def _check_may_work(self):
        """People of the warehouse, and of Logistics."""
        user = self.env.user
        if not (
            user.has_group("stock.group_stock_user")
            or user.has_group("logistics_connector_base.group_logistics_user")
        ):
            raise AccessError(self.env._("Only people of the warehouse may do this."))
        self.check_access("read")

    def action_tell_again(self):
        """Tell the warehouse once more, as a new version: after it has rejected it, or lost it."""
        self._check_may_work()
        for release in self.sudo():
            if release.state not in (core.REJECTED, *core.AT_WORK):
                raise UserError(
                    self.env._("%s is not a matter that can be told again.", release.display_name)
                )
            if release.state == core.QUEUED:
                raise UserError(self.env._("%s is about to be told already.", release.display_name))
            release._tell_again()
        return True

    def action_view_messages(self):
        self.ensure_one()
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "logistics_connector_base.action_logistics_message"
        )
        ids = self.sudo().version_ids.message_id.ids
        return {**action, "domain": [("id", "in", ids)], "context": {}}

    # -- trouble ------------------------------------------------------------------------------

    def _report(self, kind, text):
        """Show a person a release that clashes with what the warehouse does. As superuser."""
        self.ensure_one()
        self.problem = text
        self.env["logistics.exception"]._report(
            [
                {
                    "type": kind,
                    "key": f"release:{self.id}",
                    "name": self.env._(
                        "%(number)s: %(text)s",
                        number=self.picking_id.name,
                        text=text.partition("\n")[0][:120],
                    ),
                    "company_id": self.company_id.id,
                    "connection_id": self.connection_id.id,
                    "shipment_id": self.shipment_id.id,
                    "warehouse_id": self.warehouse_id.id,
                    "reference": self.picking_id.name,
                    "detail": text,
                }
            ]
        )

    def _settle(self, text):
        """What was wrong with it is over. As superuser."""
        self.filtered("problem").problem = False
        self.env["logistics.exception"]._resolve_keys(
            [f"release:{release.id}" for release in self], text
        )
