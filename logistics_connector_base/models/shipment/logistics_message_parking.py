from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import SQL

DEFAULT_DAYS = 90
# Messages given up on in one run; the rest in the next.
PORTION = 2000
# What decides whether an event fits a shipment: when it changes, what waits is looked at again.
SHIPMENT_FACTS = {"company_id", "ship_date"}


class LogisticsConnection(models.Model):
    _inherit = "logistics.connection"

    parked_days = fields.Integer(
        "Wait for a shipment (days)",
        default=DEFAULT_DAYS,
        required=True,
        tracking=True,
        help="Messages about a shipment that is not in Odoo wait for it this long. Then they are "
        "dismissed, and so is their exception; their events stay, and they can still be worked "
        "again by hand.",
    )

    @api.constrains("parked_days")
    def _check_parked_days(self):
        for connection in self:
            if connection.parked_days < 1:
                raise ValidationError(
                    self.env._("Messages must wait at least one day for their shipment.")
                )

    def write(self, vals):
        result = super().write(vals)
        if {"company_id", "company_ids"} & set(vals):
            # Its events may move other shipments now, among them those waited for.
            self.env["logistics.message"].sudo().search(
                [("connection_id", "in", self.ids), ("state", "=", "parked")]
            )._requeue()
        return result


class LogisticsMessage(models.Model):
    _inherit = "logistics.message"

    @api.autovacuum
    def _dismiss_parked(self):
        """Give up waiting for shipments that have not come for as long as the connection says.

        Visibly: the message says why it was dismissed, and so does its exception.

        :return: how many, and how many are left (Odoo then comes back soon)
        """
        rows = self.env.execute_query(
            SQL(
                """
                SELECT m.id FROM logistics_message m
                JOIN logistics_connection c ON c.id = m.connection_id
                WHERE m.state = 'parked'
                      AND m.received_at < now() AT TIME ZONE 'UTC' - make_interval(
                          days => COALESCE(c.parked_days, %s))
                ORDER BY m.id LIMIT %s
                """,
                DEFAULT_DAYS,
                PORTION + 1,
            )
        )
        ids = [row[0] for row in rows]
        self.sudo().browse(ids[:PORTION])._give_up_waiting()
        return min(len(ids), PORTION), max(len(ids) - PORTION, 0)

    def _give_up_waiting(self):
        """Dismiss parked messages, and the exceptions that only they kept open."""
        for connection, messages in self.grouped("connection_id").items():
            reason = self.env._(
                "Its shipment did not appear within %s days.",
                connection.parked_days or DEFAULT_DAYS,
            )
            waiting = self.env["logistics.parked.reference"].search(
                [("message_id", "in", messages.ids)]
            )
            events = waiting.event_id
            waiting.unlink()
            messages.write(
                {
                    "state": "dismissed",
                    "processed_at": fields.Datetime.now(),
                    "error_class": "Expired",
                    "error_text": reason,
                }
            )
            messages._close_expired(events, connection, reason)

    def _close_expired(self, events, connection, reason):
        """Dismiss the exceptions about numbers of which nothing waits any more."""
        numbers = set(events.mapped("tracking_number"))
        cases = self.env["logistics.exception"].search(
            [
                ("connection_id", "=", connection.id),
                ("type_code", "in", ("unknown_shipment", "ambiguous_shipment")),
                ("is_open", "=", True),
                ("reference", "in", list(numbers)),
            ]
        )
        still = self.env["logistics.parked.reference"].search(
            [
                ("event_id.connection_id", "=", connection.id),
                ("event_id.tracking_number", "in", cases.mapped("reference")),
            ]
        )
        waited_for = set(still.event_id.mapped("tracking_number"))
        over = cases.filtered(lambda case: case.reference not in waited_for)
        if over:
            over._close("dismissed", reason)


class LogisticsShipment(models.Model):
    _inherit = "logistics.shipment"

    def write(self, vals):
        result = super().write(vals)
        if SHIPMENT_FACTS & set(vals):
            self.reference_ids._wake_parked()
        return result

    def unlink(self):
        """Where two shipments had one number, the other one's is certain now."""
        keys = self.sudo().reference_ids.mapped("value_key")
        result = super().unlink()
        self.env["logistics.parked.reference"].sudo()._wake(keys)
        return result
