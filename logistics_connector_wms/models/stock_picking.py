from odoo import api, fields, models
from odoo.addons.logistics_connector_base.models.connection.logistics_connection import OPEN_STATES
from odoo.exceptions import UserError

from ..core import release as core

# What a warehouse is told of the transfer itself.
TOLD = {"partner_id", "scheduled_date", "date_deadline", "note", "move_type", "state"}


class StockPicking(models.Model):
    """A transfer that a 3PL's warehouse is asked to work (``logistics.release``)."""

    _inherit = "stock.picking"

    release_ids = fields.One2many(
        "logistics.release",
        "picking_id",
        "Warehouse releases",
        readonly=True,
        copy=False,
        groups="stock.group_stock_user,logistics_connector_base.group_logistics_user,"
        "logistics_connector_base.group_logistics_service",
    )
    release_state = fields.Char(
        "At the 3PL",
        compute="_compute_release",
        compute_sudo=True,
        groups="stock.group_stock_user,logistics_connector_base.group_logistics_user",
    )
    release_reasons = fields.Text(
        "Held back because",
        compute="_compute_release",
        compute_sudo=True,
        groups="stock.group_stock_user,logistics_connector_base.group_logistics_user",
    )
    release_problem = fields.Text(
        "To settle with the 3PL",
        compute="_compute_release",
        compute_sudo=True,
        groups="stock.group_stock_user,logistics_connector_base.group_logistics_user",
    )
    is_release_held = fields.Boolean(
        compute="_compute_release",
        search="_search_is_release_held",
        compute_sudo=True,
        groups="stock.group_stock_user,logistics_connector_base.group_logistics_user",
    )

    @api.depends("release_ids.state", "release_ids.reasons", "release_ids.problem")
    def _compute_release(self):
        states = self.env["logistics.release"]._fields["state"]
        labels = dict(states._description_selection(self.env))
        for picking in self:
            releases = picking.release_ids.sorted("id")
            alive = releases.filtered(lambda one: one.state != core.CANCELLED) or releases[-1:]
            picking.release_state = ", ".join(dict.fromkeys(labels[one.state] for one in alive))
            picking.release_reasons = "\n".join(alive.filtered("is_held").mapped("reasons"))
            picking.release_problem = "\n".join(filter(None, alive.mapped("problem")))
            picking.is_release_held = any(alive.mapped("is_held"))

    def _search_is_release_held(self, operator, value):
        if operator not in ("in", "not in"):
            return NotImplemented
        held = [("release_ids", "any", [("is_held", "=", True)])]
        return held if (True in value) == (operator == "in") else ["!", *held]

    # -- who works it -------------------------------------------------------------------------

    def _release_targets(self):
        """The warehouses that are told of this transfer, and as what: list of (warehouse, kind). A
        transfer between two of them leaves the one and is received by the other."""
        self.ensure_one()
        picking = self.sudo()
        here, code = picking.picking_type_id.warehouse_id, picking.picking_type_code
        wanted = []
        if code == "outgoing":
            wanted = [(here, "delivery", "delivery")]
        elif code == "incoming":
            is_return = picking.return_id or picking.move_ids.origin_returned_move_id
            kind = "return" if is_return else "receipt"
            wanted = [(here, kind, kind)]
        elif code == "internal":
            source = picking.location_id.warehouse_id
            target = picking.location_dest_id.warehouse_id
            if source != target:
                wanted = [(source, "transfer", "transfer"), (target, "receipt", "transfer")]
        return [
            (warehouse, kind)
            for warehouse, kind, setting in wanted
            if warehouse.logistics_connection_id.state in OPEN_STATES
            and warehouse[f"logistics_tells_{setting}"]
        ]

    def _is_worked_by_3pl(self):
        """Whether a warehouse works it whose partner is on line."""
        return bool(self._release_targets())

    def _may_be_released(self, release):
        """Whether a release can be told of, or its reasons be shown, as the transfer stands."""
        self.ensure_one()
        if release.connection_id.state not in OPEN_STATES:
            return False
        if self.state == "assigned":
            return True
        # What lacks goods says so; what the warehouse works already is not touched by that.
        return self.state == "confirmed" and not release._is_known()

    def _of_3pls(self):
        """Those of which a warehouse of a 3PL may have to be told. As superuser."""
        connected = [("logistics_connection_id", "!=", False)]
        return self.search(
            [
                ("id", "in", self.ids),
                "|",
                "|",
                "|",
                ("release_ids", "!=", False),
                ("picking_type_id.warehouse_id", "any", connected),
                ("location_id.warehouse_id", "any", connected),
                ("location_dest_id.warehouse_id", "any", connected),
            ]
        )

    # -- telling ------------------------------------------------------------------------------

    def _release_to_warehouse(self):
        """Tell the 3PL what it is to work: each transfer once, and what changed of it since. What
        is not to be told yet is held back with its reasons.

        The partner's messages find the shipment of a delivery by the delivery's name.
        """
        for picking in self.sudo():
            releases = picking.release_ids.filtered(lambda one: one.state not in core.OVER)
            if picking.state in ("assigned", "confirmed") and picking._is_told_apart():
                releases |= picking._make_releases()
            releases._follow()

    def _release_first(self):
        """Release at once what no warehouse was told of. Later changes are told at the end of the
        transaction, when all of them are written."""
        for picking in self:
            if not any(release.version for release in picking.sudo().release_ids):
                picking._release_to_warehouse()

    def _make_releases(self):
        """The releases that this transfer has not got yet. As superuser."""
        made = self.env["logistics.release"]
        known = self.release_ids.filtered(lambda one: one.state != core.CANCELLED).warehouse_id
        for warehouse, kind in self._release_targets():
            if warehouse not in known:
                made |= made.create(
                    {
                        "picking_id": self.id,
                        "warehouse_id": warehouse.id,
                        "connection_id": warehouse.logistics_connection_id.id,
                        "kind": kind,
                    }
                )
                made._adopt()
        return made

    def _ensure_shipment(self, values=None):
        # Also a shipment that takes the place of one whose label was voided is at the warehouse.
        shipment = super()._ensure_shipment(values)
        is_releasing = self.env.context.get("logistics_releasing")
        if not is_releasing and self.state == "assigned" and self.picking_type_code == "outgoing":
            self.with_context(logistics_releasing=True)._release_to_warehouse()
        return shipment

    def _cancel_shipments(self):
        result = super()._cancel_shipments()
        self.sudo().release_ids.filtered(lambda one: one.state not in core.OVER)._follow()
        return result

    def write(self, vals):
        result = super().write(vals)
        if TOLD & vals.keys():
            self.env["logistics.release"]._look_soon(self)
        return result

    def _take_answer(self, answer):
        """What became of a message about this transfer (``logistics.answer``). As superuser."""
        answer.message_id._tell_release()

    # -- people -------------------------------------------------------------------------------

    def action_view_releases(self):
        self.ensure_one()
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "logistics_connector_wms.action_logistics_release"
        )
        action = {**action, "domain": [("picking_id", "=", self.id)], "context": {}}
        if len(self.release_ids) == 1:
            action |= {"views": [(False, "form")], "res_id": self.release_ids.id}
        return action

    @api.ondelete(at_uninstall=False)
    def _unlink_except_released(self):
        if any(release.version for release in self.sudo().release_ids):
            raise UserError(self.env._("The 3PL was told of this transfer. It stays."))
