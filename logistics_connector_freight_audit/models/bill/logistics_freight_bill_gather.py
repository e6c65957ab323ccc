from odoo import models

# What the bill tells of each shipment, out of its charges: weights are of each parcel once.
FACTS = """
WITH told AS (
    SELECT line_id,
        min(ship_date) AS ship_date,
        max(delivery_date) AS delivery_date,
        sum(net) FILTER (WHERE NOT is_informational AND c.currency_id = b.currency_id) AS net,
        sum(tax) FILTER (WHERE NOT is_informational AND c.currency_id = b.currency_id) AS tax,
        (array_agg(tracking ORDER BY c.id) FILTER (WHERE tracking IS NOT NULL))[1] AS first,
        jsonb_agg(DISTINCT tracking) FILTER (WHERE tracking IS NOT NULL) AS numbers,
        jsonb_agg(DISTINCT master) FILTER (WHERE master IS NOT NULL) AS masters,
        (array_agg(service ORDER BY kind = 'base' DESC NULLS LAST, c.id)
            FILTER (WHERE service IS NOT NULL))[1] AS service,
        (array_agg(zone ORDER BY kind = 'base' DESC NULLS LAST, c.id)
            FILTER (WHERE zone IS NOT NULL))[1] AS zone,
        (array_agg(payer ORDER BY c.id) FILTER (WHERE payer IS NOT NULL))[1] AS payer,
        (array_agg(weight_unit ORDER BY c.id) FILTER (WHERE weight_unit IS NOT NULL))[1] AS unit
    FROM logistics_freight_bill_charge c JOIN logistics_freight_bill b ON b.id = c.bill_id
    WHERE c.line_id = ANY(%(lines)s) GROUP BY line_id
), parcels AS (
    SELECT line_id, max(entered_weight) AS entered, max(billed_weight) AS billed
    FROM logistics_freight_bill_charge WHERE line_id = ANY(%(lines)s)
    GROUP BY line_id, tracking
), weights AS (
    SELECT line_id, sum(entered) AS entered, sum(billed) AS billed FROM parcels GROUP BY line_id
), named AS (
    SELECT line_id, jsonb_agg(DISTINCT one) AS pairs
    FROM logistics_freight_bill_charge, jsonb_array_elements("references") one
    WHERE line_id = ANY(%(lines)s) GROUP BY line_id
)
UPDATE logistics_freight_bill_shipment l
SET ship_date = told.ship_date, delivery_date = told.delivery_date,
    billed_amount = COALESCE(told.net, 0), tax_amount = COALESCE(told.tax, 0),
    name = COALESCE(told.first, told.masters->>0, l.name), tracking_numbers = told.numbers,
    master_numbers = told.masters, service = told.service,
    zone = told.zone, payer = told.payer, weight_unit = told.unit,
    entered_weight = weights.entered, billed_weight = weights.billed, "references" = named.pairs
FROM told JOIN weights USING (line_id) LEFT JOIN named USING (line_id)
WHERE l.id = told.line_id
"""


class LogisticsFreightBill(models.Model):
    _inherit = "logistics.freight.bill"

    def _gather(self):
        self.shipment_line_ids._gather()


class LogisticsFreightBillShipment(models.Model):
    """What a bill tells of a shipment, gathered from its charges."""

    _inherit = "logistics.freight.bill.shipment"

    def _gather(self):
        """Write down what the charges tell together; by the thousand in one statement."""
        if not self:
            return
        self.env.flush_all()
        self.env.cr.execute(FACTS, {"lines": self.ids})
        self.invalidate_recordset()
