from odoo import fields, models
from odoo.tools import SQL


class LogisticsDeliveredUnbilled(models.Model):
    """What was delivered and is not billed, delivery by delivery. Odoo's invoices do not say which
    delivery they are for: the oldest ones are taken to be billed first.

    A view of the database: as true as the orders at this moment.
    """

    _name = "logistics.delivered.unbilled"
    _description = "Delivered and Not Billed"
    _auto = False
    _order = "delivered_on, id"
    _rec_name = "picking_name"
    _depends = {
        "sale.order": ["partner_invoice_id", "user_id", "currency_rate"],
        "sale.order.line": [
            "state",
            "qty_delivered",
            "qty_invoiced",
            "price_reduce_taxexcl",
            "product_uom_id",
        ],
        "stock.move": ["state", "quantity", "date", "product_uom", "to_refund", "sale_line_id"],
        "stock.picking": ["billing_state"],
    }

    company_id = fields.Many2one("res.company", readonly=True)
    company_currency_id = fields.Many2one(related="company_id.currency_id")
    order_id = fields.Many2one("sale.order", readonly=True)
    partner_id = fields.Many2one("res.partner", "Customer", readonly=True)
    user_id = fields.Many2one("res.users", "Salesperson", readonly=True)
    picking_id = fields.Many2one("stock.picking", "Delivery", readonly=True)
    picking_name = fields.Char("Delivery number", readonly=True)
    product_id = fields.Many2one("product.product", readonly=True)
    quantity = fields.Float("Not billed", digits="Product Unit", readonly=True, aggregator=None)
    uom_id = fields.Many2one("uom.uom", "Unit", readonly=True)
    amount = fields.Monetary("Value", currency_field="company_currency_id", readonly=True)
    delivered_on = fields.Date("Left on", readonly=True)
    age = fields.Integer("Days", readonly=True, aggregator="max")
    billing_state = fields.Selection(
        [
            ("held", "Waits for proof"),
            ("proven", "Proven"),
            ("released", "Let go by a person"),
            ("free", "May be billed"),
        ],
        "Billing",
        readonly=True,
    )
    age_group = fields.Selection(
        [("a", "Up to 7 days"), ("b", "8 to 30 days"), ("c", "31 to 60 days"), ("d", "Older")],
        "Age",
        readonly=True,
    )

    @property
    def _table_query(self):
        # Goods that moved for one line, in its unit; what came back is taken from where it came.
        # A kit moves as its parts: its last delivery stands for it.
        return SQL(
            """
            WITH line AS (
                SELECT l.*, o.partner_invoice_id AS customer_id, o.user_id,
                       COALESCE(NULLIF(o.currency_rate, 0), 1) AS rate, u.factor AS unit_factor
                FROM sale_order_line l
                JOIN sale_order o ON o.id = l.order_id
                JOIN uom_uom u ON u.id = l.product_uom_id
                WHERE l.state = 'sale' AND l.qty_delivered > l.qty_invoiced
            ), back AS (
                SELECT m.origin_returned_move_id AS id, sum(m.quantity * u.factor) AS many
                FROM line
                JOIN stock_move m ON m.sale_line_id = line.id
                JOIN uom_uom u ON u.id = m.product_uom
                JOIN stock_location f ON f.id = m.location_id
                WHERE m.state = 'done' AND m.to_refund AND f.usage = 'customer'
                GROUP BY 1
            ), moved AS (
                SELECT m.id, line.id AS line_id, m.picking_id, m.date,
                       CASE WHEN m.product_id = line.product_id
                            THEN greatest((m.quantity * u.factor - COALESCE(back.many, 0)), 0)
                                 / line.unit_factor
                            ELSE 0 END AS many,
                       m.product_id != line.product_id AS is_kit,
                       row_number() OVER (PARTITION BY line.id ORDER BY m.date DESC, m.id DESC)
                           AS place
                FROM line
                JOIN stock_move m ON m.sale_line_id = line.id
                JOIN uom_uom u ON u.id = m.product_uom
                JOIN stock_location f ON f.id = m.location_id
                JOIN stock_location t ON t.id = m.location_dest_id
                LEFT JOIN back ON back.id = m.id
                WHERE m.state = 'done' AND t.usage = 'customer' AND f.usage != 'customer'
            ), summed AS (
                SELECT moved.*, sum(many) OVER (PARTITION BY line_id ORDER BY date, id) AS total,
                       bool_or(is_kit) OVER (PARTITION BY line_id) AS has_kit
                FROM moved
            ), unbilled AS (
                SELECT summed.*,
                       CASE WHEN has_kit
                            THEN CASE WHEN place = 1
                                      THEN line.qty_delivered - line.qty_invoiced ELSE 0 END
                            ELSE least(many, greatest(total - line.qty_invoiced, 0)) END AS open
                FROM summed JOIN line ON line.id = summed.line_id
            )
            SELECT unbilled.id, line.company_id, line.order_id, line.customer_id AS partner_id,
                   line.user_id, unbilled.picking_id, p.name AS picking_name, line.product_id,
                   unbilled.open AS quantity, line.product_uom_id AS uom_id,
                   unbilled.open * line.price_reduce_taxexcl / line.rate AS amount,
                   unbilled.date::date AS delivered_on,
                   (CURRENT_DATE - unbilled.date::date) AS age,
                   COALESCE(p.billing_state, 'free') AS billing_state,
                   CASE WHEN CURRENT_DATE - unbilled.date::date <= 7 THEN 'a'
                        WHEN CURRENT_DATE - unbilled.date::date <= 30 THEN 'b'
                        WHEN CURRENT_DATE - unbilled.date::date <= 60 THEN 'c'
                        ELSE 'd' END AS age_group
            FROM unbilled
            JOIN line ON line.id = unbilled.line_id
            LEFT JOIN stock_picking p ON p.id = unbilled.picking_id
            WHERE unbilled.open > 0.00001
            """
        )

    def action_open_order(self):
        self.ensure_one()
        return self.order_id.get_formview_action()

    def action_bill(self):
        """Odoo's own wizard for the orders of these deliveries."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "sale.action_view_sale_advance_payment_inv"
        )
        orders = self.order_id.ids
        return {**action, "context": {"active_model": "sale.order", "active_ids": orders}}

    def action_release(self):
        """Ask why these may be billed without a proof."""
        self.env["stock.picking"]._check_may_release_billing()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Bill without a proof"),
            "res_model": "logistics.billing.release",
            "view_mode": "form",
            "target": "new",
            "context": {
                "default_picking_numbers": self.picking_id.ids,
                "default_deliveries": ", ".join(dict.fromkeys(self.mapped("picking_name"))),
            },
        }
