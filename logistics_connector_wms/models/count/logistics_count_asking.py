from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

# What a connection's flow must be called, for requests to be sent by it.
REQUEST_FLOW = "request"
KEEPER = "stock.group_stock_user"


class LogisticsCount(models.Model):
    """Asking a warehouse to count."""

    _inherit = "logistics.count"

    @api.model
    def _ask(self, warehouse, goods, reason):
        """Ask for a count, and send the request where the connection can.

        :param goods: list of (product, lot, condition)
        :param str reason: why, for the warehouse
        :return: the count
        :raises UserError: nobody runs the warehouse, or nothing is to be counted
        """
        if not self.env.user.has_group(KEEPER):
            raise AccessError(self.env._("Only who works with stock may ask for a count."))
        warehouse = warehouse.sudo()
        connection = warehouse.logistics_connection_id
        goods = [one for one in dict.fromkeys(goods) if one[0]]
        if not connection or not goods:
            raise UserError(self.env._("There is nothing that a 3PL could count."))
        count = self.sudo().create(
            {
                "name": self.env["ir.sequence"].sudo().next_by_code("logistics.count"),
                "connection_id": connection.id,
                "warehouse_id": warehouse.id,
                "reason": reason,
                "user_id": self.env.user.id,
                "asked_at": fields.Datetime.now(),
                "line_ids": [
                    (
                        0,
                        0,
                        {"product_id": product.id, "lot_id": lot.id, "condition": condition},
                    )
                    for product, lot, condition in goods
                ],
            }
        )
        count._send()
        return count.sudo(False)

    def _send(self):
        flow = self.connection_id._flow(REQUEST_FLOW)
        if not flow:
            return
        self.message_id = self.env["logistics.outbox"]._enqueue(
            flow,
            {
                "type": "count",
                "version": "1.0",
                "request": self.name,
                "warehouse": self.warehouse_id.logistics_code or self.warehouse_id.code,
                **({"reason": self.reason} if self.reason else {}),
                "lines": [line._request_line() for line in self.line_ids],
            },
            key=self.name,
            once=f"count:{self.id}",
            record=self,
        )
        self.is_sent = True

    def action_cancel(self):
        """It is not waited for any more."""
        self.check_access("read")
        if not self.env.user.has_group(KEEPER):
            raise AccessError(self.env._("Only who works with stock may do this."))
        for count in self.sudo():
            if count.state != "asked":
                raise UserError(self.env._("“%s” was counted already.", count.name))
            if count.message_id:
                count.message_id._recall()
            count.state = "cancelled"
        return True


class LogisticsCountLine(models.Model):
    _inherit = "logistics.count.line"

    def _request_line(self):
        product = self.product_id.with_context(lang=None)
        values = {
            "product": product.default_code or product.barcode or f"#{product.id}",
            "barcode": product.barcode,
            "unit": product.uom_id.name,
            "lot": self.lot_id.name,
        }
        return {
            **{name: value for name, value in values.items() if value},
            "condition": self.condition,
        }
