from odoo import api, fields, models
from odoo.addons.logistics_connector_base.models.connection.logistics_connection import OPEN_STATES
from odoo.exceptions import AccessError, UserError

from ...core import master as core
from .logistics_master_record import MANAGER

# What a connection's flow must be called, for master data to be sent by it.
MASTER_FLOW = "master"
USER = "logistics_connector_base.group_logistics_user"
POLICY = {"master_items", "master_category_id", "master_lots", "master_customers"}


class LogisticsConnection(models.Model):
    """Which master data a 3PL is told."""

    _inherit = "logistics.connection"

    master_items = fields.Selection(
        [
            ("used", "What lies there, or is in open transfers"),
            ("category", "Those of a category as well"),
            ("all", "All that is kept in stock"),
        ],
        "Products",
        required=True,
        default="used",
        tracking=True,
        help="What was told once stays told until it is archived.",
    )
    master_category_id = fields.Many2one(
        "product.category",
        "Category",
        tracking=True,
        help="With those below it.",
    )
    master_lots = fields.Boolean(
        "Lots and serial numbers",
        default=True,
        tracking=True,
        help="Those that lie there or are in open transfers, with their expiry.",
    )
    master_customers = fields.Selection(
        [
            ("none", "None"),
            ("open", "Those of open releases"),
            ("all", "All"),
        ],
        "Customers",
        required=True,
        default="open",
        tracking=True,
        help="Whose last release was done a quarter of a year ago is withdrawn, unless all are "
        "told.",
    )
    master_record_ids = fields.One2many(
        "logistics.master.record",
        "connection_id",
        groups="logistics_connector_base.group_logistics_user",
    )
    master_text = fields.Char(
        "Master data",
        compute="_compute_master",
        groups="logistics_connector_base.group_logistics_user",
    )
    has_master_flow = fields.Boolean(
        compute="_compute_master", groups="logistics_connector_base.group_logistics_user"
    )

    @api.depends("master_record_ids.state")
    def _compute_master(self):
        counts = {}
        groups = self.env["logistics.master.record"]._read_group(
            [("connection_id", "in", self.ids)], ["connection_id", "state"], ["__count"]
        )
        for connection, state, count in groups:
            counts.setdefault(connection.id, {})[state] = count
        for connection in self:
            found = counts.get(connection.id, {})
            # What is gone there is not what they have.
            whole = sum(count for state, count in found.items() if state != core.WITHDRAWN)
            connection.master_text = (
                self.env._("%(known)s of %(all)s", known=found.get(core.KNOWN, 0), all=whole)
                if found
                else False
            )
            known = connection._origin  # none while a form for a new one is filled in
            connection.has_master_flow = bool(known and known._master_flow())

    @api.constrains("master_items", "master_category_id")
    def _check_master_category(self):
        for connection in self:
            if connection.master_items == "category" and not connection.master_category_id:
                raise UserError(
                    self.env._("Choose the category whose products the 3PL is to know.")
                )

    def write(self, vals):
        result = super().write(vals)
        if POLICY & vals.keys():
            # Who is not to be known any more is found by a round over all.
            syncs = self.env["logistics.master.sync"].sudo()
            syncs.search([("connection_id", "in", self.ids)]).full_at = False
        return result

    def _master_flow(self):
        """The flow by which master data is sent, none where there is none in use."""
        self.ensure_one()
        return self._flow(MASTER_FLOW).filtered("active")

    def _tells_master(self):
        """Whether master data is told by this connection now. As superuser."""
        self.ensure_one()
        return bool(
            self.active and self.state in OPEN_STATES and self.warehouse_ids and self._master_flow()
        )

    def _tell_master_soon(self):
        """Look and tell at once, and not with the next run of the cron."""
        self.env.ref("logistics_connector_wms.cron_master_sync").sudo()._trigger()

    def action_tell_master(self):
        """Tell the 3PL what it does not know yet, without waiting for the next round."""
        self._check_tells_master(USER)
        self._tell_master_soon()
        return _note(self.env._("What is new or has changed is told within a minute or two."))

    def action_tell_master_again(self):
        """Tell the 3PL everything once more, as after a new start of its system."""
        self._check_tells_master(MANAGER)
        self.ensure_one()
        rows = self.env["logistics.master.record"].sudo()
        found = rows.search([("connection_id", "=", self.id), ("wanted", "!=", False)])
        found.is_asked = True
        self._tell_master_soon()
        return _note(self.env._("%s records are told again.", len(found)))

    def _check_tells_master(self, group):
        self.check_access("read")
        if not (self.env.su or self.env.user.has_group(group)):
            raise AccessError(self.env._("You may not have this 3PL told of master data."))
        for connection in self.sudo():
            if not connection._tells_master():
                raise UserError(
                    self.env._(
                        "“%s” cannot be told of master data: it is live, runs a warehouse, and "
                        "has a flow with the code “master” (page Sending).",
                        connection.display_name,
                    )
                )

    def action_view_master(self):
        """What this 3PL was told, and what it knows."""
        self.ensure_one()
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "logistics_connector_wms.action_master_record"
        )
        return {**action, "domain": [("connection_id", "=", self.id)], "context": {}}


def _note(text):
    return {
        "type": "ir.actions.client",
        "tag": "display_notification",
        "params": {"type": "success", "message": text},
    }
