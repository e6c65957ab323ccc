from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

from ...core.choice import Share, share_of

DAYS = 180
DIGITS = 2  # of the postal code: what carriers sort by


class LogisticsShipment(models.Model):
    _inherit = "logistics.shipment"

    # What lanes are counted from: see logistics.lane.
    _kept_promises = models.Index(
        "(company_id, delivered_at) WHERE delivered_at IS NOT NULL "
        "AND promised_delivery_at IS NOT NULL"
    )


class LogisticsLane(models.AbstractModel):
    """How often a service kept what was promised, from one place to another."""

    _name = "logistics.lane"
    _description = "Lane"

    @api.model
    def _shares(self, methods, company, sender, receiver):
        """The share on time of each method's service in the last months: of shipments between
        places with these countries and first digits of the postal code; where these are too few,
        between the countries; else of the service wherever it goes.

        Who may see some shipments only, gets the share of these.

        :param methods: ``delivery.carrier``
        :param sender, receiver: ``res.partner``
        :return: method id → ``core.choice.Share``
        """
        keys = methods._same_service()
        counts = {}
        for carrier_id, *numbers in self._counted(list(keys), company, sender, receiver):
            for level, count, on_time in zip(
                ("service", "countries", "lane"), numbers[::2], numbers[1::2], strict=True
            ):
                of_service = counts.setdefault(keys[carrier_id], {})
                before = of_service.get(level, (0, 0))
                of_service[level] = (before[0] + count, before[1] + on_time)
        return {
            method.id: share_of(counts[keys[method.id]]) if keys[method.id] in counts else Share()
            for method in methods
        }

    def _counted(self, method_ids, company, sender, receiver):
        shipments = self.env["logistics.shipment"].sudo()
        shipments.flush_model()
        self.env["stock.picking"].flush_model(["carrier_id"])
        self.env["res.partner"].flush_model(["zip", "country_id"])
        domain = self.env.user._logistics_domain("logistics.shipment") & fields.Domain(
            [
                ("company_id", "=", company.id),
                ("promised_delivery_at", "!=", False),
                ("delivered_at", ">=", fields.Datetime.now() - timedelta(days=DAYS)),
            ]
        )
        seen = shipments._search(domain, order="id").select()
        countries = SQL(
            "o.country_id = %s AND s.destination_country_id = %s",
            sender.sudo().country_id.id or 0,
            receiver.sudo().country_id.id or 0,
        )
        lane = SQL(
            "%s AND %s = %s AND %s = %s",
            countries,
            _prefix(SQL("o.zip")),
            _prefix(SQL("%s", sender.sudo().zip or "")),
            _prefix(SQL("d.zip")),
            _prefix(SQL("%s", receiver.sudo().zip or "")),
        )
        return self.env.execute_query(
            SQL(
                """
                WITH told AS (
                    SELECT DISTINCT s.id, p.carrier_id,
                           s.delivered_at <= s.promised_delivery_at AS is_kept,
                           %(countries)s AS is_same, %(lane)s AS is_near
                    FROM logistics_shipment s
                    JOIN logistics_shipment_picking_rel r ON r.shipment_id = s.id
                    JOIN stock_picking p ON p.id = r.picking_id
                    LEFT JOIN stock_warehouse w ON w.id = s.warehouse_id
                    LEFT JOIN res_partner o ON o.id = w.partner_id
                    LEFT JOIN res_partner d ON d.id = s.partner_id
                    WHERE p.carrier_id = ANY(%(methods)s) AND s.id IN (%(seen)s)
                )
                SELECT carrier_id, count(*), count(*) FILTER (WHERE is_kept),
                       count(*) FILTER (WHERE is_same),
                       count(*) FILTER (WHERE is_same AND is_kept),
                       count(*) FILTER (WHERE is_near),
                       count(*) FILTER (WHERE is_near AND is_kept)
                FROM told GROUP BY carrier_id
                """,
                countries=countries,
                lane=lane,
                methods=method_ids,
                seen=seen,
            )
        )


def _prefix(text):
    return SQL("left(upper(regexp_replace(coalesce(%s, ''), '\\s', '', 'g')), %s)", text, DIGITS)
