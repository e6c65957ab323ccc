from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL

from .policy import POLICIES

BATCH = 200
#: How long a proof that was withdrawn holds a delivery again.
LOOKED_BACK = timedelta(days=90)
#: A shipment that was called off proves nothing; each of the others has to.
PROVEN = SQL(
    """
    EXISTS (SELECT 1 FROM logistics_shipment_picking_rel r
            JOIN logistics_shipment s ON s.id = r.shipment_id
            WHERE r.picking_id = p.id AND s.state != 'cancelled')
    AND NOT EXISTS (
        SELECT 1 FROM logistics_shipment_picking_rel r
        JOIN logistics_shipment s ON s.id = r.shipment_id
        WHERE r.picking_id = p.id AND s.state != 'cancelled'
        AND (s.delivered_at IS NOT NULL AND s.state IN ('delivered', 'returning', 'returned')
             AND (p.billing_proof != 'pod' OR s.pod_received)) IS NOT TRUE)
    """
)


class StockPicking(models.Model):
    """A delivery that is billed once it is proven. What was agreed when it left stays: who changes
    the policy changes nothing of what is under way."""

    _inherit = "stock.picking"

    billing_proof = fields.Selection(
        POLICIES[1:], "Billed after", readonly=True, copy=False, help="The policy when it left."
    )
    billing_state = fields.Selection(
        [
            ("held", "Waits for proof"),
            ("proven", "Proven"),
            ("released", "Let go by a person"),
        ],
        "Billing",
        readonly=True,
        copy=False,
        help="Empty: it is billed when it has left.",
    )

    _billing_held = models.Index("(id) WHERE billing_state = 'held'")
    _billing_proven = models.Index("(date_done) WHERE billing_state = 'proven'")

    def _action_done(self):
        result = super()._action_done()
        self._hold_by_policy()
        return result

    def _hold_by_policy(self):
        """What brings goods to a customer who is billed after the proof waits for it."""
        held = self.browse()
        for picking in self.sudo():
            order = picking.move_ids.filtered(_delivers).sale_line_id.order_id[:1]
            if picking.state != "done" or picking.billing_state or not order:
                continue
            policy = order.partner_invoice_id._billing_policy(picking.company_id)
            if policy != "odoo":
                picking.write({"billing_proof": policy, "billing_state": "held"})
                held |= picking
        held._judge_billing()

    def _judge_billing(self):
        """What is proven is let go, and what is proven no more is held again; a person's word
        stays."""
        judged = self.sudo().filtered(lambda picking: picking.billing_state in ("held", "proven"))
        if not judged:
            return
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL("SELECT p.id FROM stock_picking p WHERE p.id IN %s AND %s", judged._ids, PROVEN)
        )
        proven = judged.browse(row[0] for row in rows)
        proven.filtered(lambda p: p.billing_state == "held").billing_state = "proven"
        (judged - proven).filtered(lambda p: p.billing_state == "proven").billing_state = "held"

    @api.model
    def _sweep_billing(self):
        """Cron, each five minutes: let go what was proven since, and hold what no longer is."""
        since = fields.Datetime.now() - LOOKED_BACK
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT p.id FROM stock_picking p WHERE p.billing_state = 'held' AND %(proven)s
                UNION ALL
                SELECT p.id FROM stock_picking p WHERE p.billing_state = 'proven'
                AND p.date_done >= %(since)s AND NOT (%(proven)s)
                """,
                proven=PROVEN,
                since=since,
            )
        )
        found, cron = [row[0] for row in rows], self.env["ir.cron"]
        cron._commit_progress(remaining=len(found))
        for start in range(0, len(found), BATCH):
            batch = self.browse(found[start : start + BATCH])
            batch._judge_billing()
            if not cron._commit_progress(len(batch)):
                break

    def _release_billing(self, why):
        """Somebody lets these deliveries be billed without a proof.

        :param str why: is kept with the delivery and its order
        :raise UserError: one of them is not held, or nothing is said
        """
        self._check_may_release_billing()
        why = (why or "").strip()
        if not why:
            raise UserError(self.env._("Say why it may be billed without a proof."))
        for picking in self.sudo():
            if picking.company_id not in self.env.companies:
                raise AccessError(self.env._("%s is another company's delivery.", picking.name))
            if picking.billing_state != "held":
                raise UserError(self.env._("%s does not wait for a proof.", picking.name))
            text = self.env._(
                "%(delivery)s may be billed without a proof: %(why)s",
                delivery=picking.name,
                why=why,
            )
            author = {"author_id": self.env.user.partner_id.id}
            picking._message_log(body=text, **author)
            for order in picking.move_ids.sale_line_id.order_id:
                order._message_log(body=text, **author)
        self.sudo().billing_state = "released"

    @api.model
    def _check_may_release_billing(self):
        groups = (
            "sales_team.group_sale_manager",
            "logistics_connector_freight_audit.group_freight_approver",
        )
        if not any(self.env.user.has_group(group) for group in groups):
            raise AccessError(
                self.env._("A sales manager or a freight approver may bill without a proof.")
            )


def _delivers(move):
    return (
        move.state == "done"
        and move.location_dest_id.usage == "customer"
        and move.location_id.usage != "customer"
    )
