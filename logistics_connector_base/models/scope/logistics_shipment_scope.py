from odoo import api, fields, models

KNOW = """
INSERT INTO logistics_shipment_connection_rel (shipment_id, connection_id) VALUES %s
ON CONFLICT DO NOTHING
"""
# Those by which nothing was told of it, nor to whom anything was told.
FORGET = """
DELETE FROM logistics_shipment_connection_rel r USING logistics_shipment s
WHERE s.id = r.shipment_id AND s.id = ANY(%s)
      AND NOT EXISTS (SELECT 1 FROM logistics_event e
                      WHERE e.shipment_id = s.id AND e.connection_id = r.connection_id)
      AND NOT EXISTS (SELECT 1 FROM logistics_message m
                      WHERE m.correlation_id = s.correlation_id AND m.direction = 'out'
                            AND m.connection_id = r.connection_id)
"""


class LogisticsShipment(models.Model):
    """What a shipment is parted by among users who see some of them only (logistics.scope)."""

    _inherit = "logistics.shipment"

    sales_team_id = fields.Many2one(
        "crm.team",
        "Sales team",
        compute="_compute_sales_team_id",
        store=True,
        index="btree_not_null",
        help="Of the order it delivers.",
    )
    destination_country_id = fields.Many2one(
        "res.country",
        "To country",
        compute="_compute_destination_country_id",
        store=True,
        index="btree_not_null",
        help="Where the consignee was when the shipment was made.",
    )
    connection_ids = fields.Many2many(
        "logistics.connection",
        "logistics_shipment_connection_rel",
        "shipment_id",
        "connection_id",
        string="Connections",
        readonly=True,
        copy=False,
        help="By which something was told of it, or whose partner was told.",
    )

    @api.depends("sale_order_ids.team_id")
    def _compute_sales_team_id(self):
        for shipment in self:
            shipment.sales_team_id = shipment.sale_order_ids.team_id[:1]

    # Not on the contact's country: a customer who moves does not move what was delivered.
    @api.depends("partner_id", "stop_ids.role", "stop_ids.partner_id")
    def _compute_destination_country_id(self):
        for shipment in self:
            ends = shipment.stop_ids.filtered(lambda stop: stop.role == "destination").partner_id
            consignee = shipment.partner_id or ends[-1:]
            shipment.destination_country_id = consignee.country_id

    @api.model
    def _know_connections(self, pairs):
        """Keep by which connections shipments are told of, or whose partner is told of them.

        :param pairs: of shipment and connection ids
        """
        pairs = sorted(set(pairs))
        if pairs:
            self.env["logistics.shipment"].flush_model(["connection_ids"])
            self.env.cr.execute_values(KNOW, pairs, page_size=len(pairs))
            shipments = self.browse({shipment_id for shipment_id, _connection in pairs})
            shipments.invalidate_recordset(["connection_ids"])

    @api.model
    def _know_partner_of(self, record, connection):
        """Somebody is told about a record: of a shipment, or a delivery, the connection is kept."""
        shipments = self.browse()
        if record._name == self._name:
            shipments = record
        elif record._name == "stock.picking":
            shipments = record.sudo().shipment_ids
        self._know_connections((shipment_id, connection.id) for shipment_id in shipments.ids)

    def _forget_connections(self):
        """After events were taken off: connections by which nothing is left."""
        self.env.flush_all()
        self.env.cr.execute(FORGET, (self.ids,))
        self.invalidate_recordset(["connection_ids"])

    def _in_scope(self):
        """Those of them that the user's scopes let them see; all of them where there are none."""
        domain = self.env.user._logistics_domain(self._name)
        return self.sudo().filtered_domain(domain).sudo(self.env.su)


class LogisticsMessage(models.Model):
    _inherit = "logistics.message"

    def _tells_of_hidden(self):
        """Those that also tell of shipments which the user's scopes hide."""
        user = self.env.user
        if self.env.su or not user._is_narrowed():
            return self.browse()
        scopes = user._logistics_scopes()
        own = scopes._connections()
        messages = self.sudo().filtered(lambda message: message.connection_id not in own)
        told = [("message_id", "in", messages.ids)]
        first = messages.env["logistics.event"].search(told)
        again = messages.env["logistics.event.telling"].search(told)
        events = first | again.event_id
        hidden = events - events.filtered_domain(user._logistics_domain("logistics.event"))
        again = again.filtered(lambda telling: telling.event_id in hidden)
        return ((first & hidden).message_id | again.message_id).sudo(False) & self
