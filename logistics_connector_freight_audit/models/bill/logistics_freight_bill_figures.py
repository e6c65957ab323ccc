from odoo import api, fields, models

CLEAN = ("clean", "tolerance")


class LogisticsFreightBill(models.Model):
    """What a bill's lines come to, and the ways to them."""

    _inherit = "logistics.freight.bill"

    line_count = fields.Integer("Shipments", compute="_compute_figures")
    open_count = fields.Integer("To be looked at", compute="_compute_figures")
    waiting_count = fields.Integer("Not audited yet", compute="_compute_figures")
    stake_amount = fields.Monetary(
        "At stake",
        compute="_compute_figures",
        help="What the findings come to in our favour.",
    )
    verdict_counts = fields.Json(compute="_compute_figures")
    charge_count = fields.Integer("Number of charges", compute="_compute_charge_counts")
    unmapped_count = fields.Integer("Unknown charges", compute="_compute_charge_counts")

    @api.depends("shipment_line_ids.verdict", "shipment_line_ids.stake_amount")
    def _compute_figures(self):
        lines = self.env["logistics.freight.bill.shipment"]
        names = dict(lines._fields["verdict"]._description_selection(self.env))
        order = list(names)
        groups = {}
        for bill, verdict, count, billed, stake in lines._read_group(
            [("bill_id", "in", self.ids)],
            ["bill_id", "verdict"],
            ["__count", "billed_amount:sum", "stake_amount:sum"],
        ):
            groups.setdefault(bill.id, []).append((verdict, count, billed, stake))
        for bill in self:
            mine = groups.get(bill.id, [])
            bill.line_count = sum(count for _v, count, _b, _s in mine)
            bill.waiting_count = sum(count for verdict, count, _b, _s in mine if not verdict)
            bill.open_count = sum(
                count for verdict, count, _b, _s in mine if verdict and verdict not in CLEAN
            )
            bill.stake_amount = sum(stake for _v, _c, _b, stake in mine)
            judged = [one for one in mine if one[0]]
            bill.verdict_counts = [
                {
                    "verdict": verdict,
                    "name": names[verdict],
                    "count": count,
                    "billed": billed,
                    "stake": stake,
                }
                for verdict, count, billed, stake in sorted(
                    judged, key=lambda one: order.index(one[0])
                )
            ]

    @api.depends("charge_ids.type_id")
    def _compute_charge_counts(self):
        charges = self.env["logistics.freight.bill.charge"]
        whole = [("bill_id", "in", self.ids)]
        unknown = [*whole, ("type_id", "=", False), ("is_informational", "=", False)]
        counts = dict(charges._read_group(whole, ["bill_id"], ["__count"]))
        unmapped = dict(charges._read_group(unknown, ["bill_id"], ["__count"]))
        for bill in self:
            bill.charge_count = counts.get(bill, 0)
            bill.unmapped_count = unmapped.get(bill, 0)

    def _open(self, action, **values):
        action = self.env["ir.actions.act_window"]._for_xml_id(
            f"logistics_connector_freight_audit.{action}"
        )
        return dict(action, domain=[("bill_id", "in", self.ids)], **values)

    def action_view_lines(self):
        return self._open(
            "action_freight_bill_shipment",
            context={"search_default_undecided": 1, "search_default_by_reason": 1},
        )

    def action_view_charges(self):
        return self._open(
            "action_freight_unmapped",
            name=self.env._("Charges"),
            context={"search_default_by_type": 1},
        )

    def action_view_unmapped(self):
        return self._open("action_freight_unmapped")
