from odoo import models
from odoo.addons.logistics_connector_base.core.taxonomy import PROOF_OF_PICKUP
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL

from ..charge.logistics_freight_charge_type import NOT_FREIGHT

# Whoever gets there, the carrier has carried it: so much is owed.
LEFT = (*sorted(PROOF_OF_PICKUP), "lost")
# Shipments of which the carriage is in the books by the end of the period: shipment_id, bill_id,
# and what was billed by class in the company's currency. A bill of a surcharge alone is none.
BILLED = SQL(
    """
    SELECT c.shipment_id, max(b.id) AS bill_id,
           CASE WHEN t.kind IN ('base', 'fuel') THEN t.kind
                WHEN c.category IN ('base', 'fuel') AND t.kind IS NULL THEN c.category
                ELSE 'accessorial' END AS kind,
           sum(c.company_amount) AS amount, bool_or(c.category = 'base') AS is_base
    FROM logistics_shipment_charge c
    LEFT JOIN logistics_freight_charge_type t ON t.id = c.type_id
    JOIN logistics_freight_bill_charge bc ON bc.id = c.bill_charge_id
    JOIN logistics_freight_bill b ON b.id = bc.bill_id
    JOIN account_move m ON m.id = b.move_id
    WHERE m.state = 'posted' AND c.category != 'tax'
    """
)


class LogisticsFreightAccrual(models.Model):
    """What is owed at the end of the period, found in the database at once: a month is a million
    parcels."""

    _inherit = "logistics.freight.accrual"

    def action_prepare(self):
        """Find what is to be accrued and what is to be reversed. It can be done again until the
        entry is made.

        :raise UserError: the entry is there, or an earlier or later period stands in the way
        """
        self._check_may_close()
        for accrual in self:
            accrual.lock_for_update()
            accrual._check_may_prepare()
            accrual.sudo()._start_anew()
            accrual.sudo()._reverse()
            accrual.sudo()._accrue()
            accrual.sudo()._sum_up()

    def action_start_anew(self):
        """Take back what was prepared."""
        self._check_may_close()
        for accrual in self:
            if accrual.move_id:
                raise UserError(
                    self.env._(
                        "%(accrual)s is in the books as %(entry)s: cancel or delete that first.",
                        accrual=accrual.name,
                        entry=accrual.sudo().move_id.display_name,
                    )
                )
            accrual._check_later()
            accrual.sudo()._start_anew()

    def _check_may_close(self):
        self.check_access("read")
        if not self.env.user.has_group("logistics_connector_freight_audit.group_freight_approver"):
            raise AccessError(self.env._("Freight approvers close a period."))

    def _check_later(self):
        later = self._later()
        if later:
            raise UserError(
                self.env._("%s was prepared after it: start that one anew first.", later.name)
            )

    def _check_may_prepare(self):
        if self.state == "entered":
            raise UserError(self.env._("%s is in the books already.", self.name))
        self._check_later()
        earlier = self._earlier()
        if earlier and (earlier.state != "entered" or earlier.sudo().move_id.state == "draft"):
            raise UserError(
                self.env._(
                    "%s comes first: its entry is to be posted before the next period is closed.",
                    earlier.name,
                )
            )

    def _start_anew(self):
        self.env.flush_all()
        self.line_ids.unlink()
        self.env.cr.execute(
            SQL(
                """
                UPDATE logistics_freight_accrual_line
                SET reversed_by_id = NULL, bill_id = NULL, billed_amount = NULL, difference = NULL,
                    state = CASE WHEN state = 'given_up' THEN state ELSE 'open' END
                WHERE reversed_by_id = %s
                """,
                self.id,
            )
        )
        self.env.invalidate_all()
        self.write(
            {
                "state": "draft",
                "accrued_amount": 0,
                "reversed_amount": 0,
                "open_amount": 0,
                "skipped_count": 0,
            }
        )

    def _reverse(self):
        """Lines of earlier periods that were billed, called off or given up since."""
        self.env.flush_all()
        values = {"run": self.id, "company": self.company_id.id, "end": self.date, "billed": BILLED}
        self.env.cr.execute(
            SQL(
                """
                WITH by_kind AS (
                    %(billed)s AND m.date <= %(end)s AND c.shipment_id IN (
                        SELECT shipment_id FROM logistics_freight_accrual_line
                        WHERE company_id = %(company)s AND reversed_by_id IS NULL)
                    GROUP BY 1, 3
                ), done AS (
                    SELECT shipment_id, max(bill_id) AS bill_id FROM by_kind
                    GROUP BY 1 HAVING bool_or(is_base)
                ), line AS (
                    SELECT l.id, done.bill_id, l.shipment_id, l.company_amount,
                           COALESCE(k.amount, 0) AS amount,
                           row_number() OVER (PARTITION BY l.shipment_id ORDER BY l.id) AS place
                    FROM logistics_freight_accrual_line l
                    JOIN done ON done.shipment_id = l.shipment_id
                    LEFT JOIN by_kind k ON k.shipment_id = l.shipment_id AND k.kind = l.kind
                    WHERE l.company_id = %(company)s AND l.reversed_by_id IS NULL
                ), other AS (
                    -- Classes that nobody expected stand with the first line of the shipment.
                    SELECT k.shipment_id, sum(k.amount) AS amount FROM by_kind k
                    WHERE NOT EXISTS (SELECT 1 FROM logistics_freight_accrual_line l
                                      WHERE l.shipment_id = k.shipment_id AND l.kind = k.kind
                                      AND l.reversed_by_id IS NULL)
                    GROUP BY 1
                ), told AS (
                    SELECT line.id, line.bill_id, line.company_amount,
                           line.amount + CASE WHEN line.place = 1 THEN COALESCE(other.amount, 0)
                                              ELSE 0 END AS amount
                    FROM line LEFT JOIN other ON other.shipment_id = line.shipment_id
                )
                UPDATE logistics_freight_accrual_line l
                SET reversed_by_id = %(run)s, state = 'billed', bill_id = told.bill_id,
                    billed_amount = told.amount, difference = told.amount - l.company_amount
                FROM told WHERE told.id = l.id
                """,
                **values,
            )
        )
        self.env.cr.execute(
            SQL(
                """
                UPDATE logistics_freight_accrual_line l
                SET reversed_by_id = %(run)s,
                    state = CASE WHEN l.state = 'given_up' THEN l.state ELSE 'cancelled' END
                WHERE l.company_id = %(company)s AND l.reversed_by_id IS NULL AND (
                    l.state = 'given_up' OR EXISTS (
                        SELECT 1 FROM logistics_shipment s
                        WHERE s.id = l.shipment_id AND s.state = 'cancelled'))
                """,
                **values,
            )
        )
        self.env.invalidate_all()

    def _accrue(self):
        """Shipments that left, whose carriage is in no bill in the books, and that wait in no
        earlier period. What was billed, and whose bill left the books again, is accrued anew."""
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                """
                WITH sent AS (
                    SELECT s.id, s.name, s.issuer,
                           COALESCE(s.ship_date, s.picked_up_at::date) AS day
                    FROM logistics_shipment s
                    WHERE s.company_id = %(company)s
                    AND COALESCE(s.ship_date, s.picked_up_at::date) BETWEEN %(since)s AND %(end)s
                    AND (s.picked_up_at IS NOT NULL OR s.state IN %(left)s)
                    AND s.state != 'cancelled' AND COALESCE(s.freight_payer, 'us') = 'us'
                    AND NOT EXISTS (
                        SELECT 1 FROM logistics_freight_accrual_line l
                        WHERE l.shipment_id = s.id AND (l.reversed_by_id IS NULL
                            OR l.state != 'billed' OR l.reversed_by_id = %(run)s))
                ), done AS (
                    SELECT shipment_id FROM (
                        %(billed)s AND m.date <= %(end)s
                        AND c.shipment_id IN (SELECT id FROM sent) GROUP BY 1, 3
                    ) by_kind GROUP BY 1 HAVING bool_or(is_base)
                ), known AS (
                    SELECT sent.*, c.kind AS source, c.currency_id, c.amount,
                           bool_or(c.kind = 'booked') OVER (PARTITION BY sent.id) AS has_booked,
                           CASE WHEN t.kind IN ('base', 'fuel') THEN t.kind
                                WHEN t.kind IS NULL AND c.category IN ('base', 'fuel')
                                THEN c.category ELSE 'accessorial' END AS class
                    FROM sent
                    JOIN logistics_shipment_charge c ON c.shipment_id = sent.id
                    LEFT JOIN logistics_freight_charge_type t ON t.id = c.type_id
                    WHERE c.kind IN ('booked', 'estimated') AND c.category != 'tax'
                    AND COALESCE(t.kind, 'base') NOT IN %(not_freight)s
                    AND sent.id NOT IN (SELECT shipment_id FROM done)
                ), spread AS (
                    SELECT shipment_id, jsonb_object_agg(key, part) AS distribution FROM (
                        SELECT of.shipment_id, d.key,
                               round(sum(d.value::numeric) / max(of.many), 2) AS part
                        FROM (
                            SELECT r.shipment_id, l.analytic_distribution AS told,
                                   count(*) OVER (PARTITION BY r.shipment_id) AS many
                            FROM logistics_shipment_sale_order_rel r
                            JOIN sent ON sent.id = r.shipment_id
                            JOIN sale_order_line l ON l.order_id = r.sale_order_id
                            WHERE l.analytic_distribution IS NOT NULL
                        ) of, jsonb_each_text(of.told) d
                        GROUP BY 1, 2
                    ) part GROUP BY 1
                )
                INSERT INTO logistics_freight_accrual_line (
                    accrual_id, company_id, accrued_on, shipment_id, shipment_name, issuer,
                    ship_date, kind, source, currency_id, amount, state, analytic_distribution)
                SELECT %(run)s, %(company)s, %(end)s, known.id, known.name, known.issuer, known.day,
                       known.class, known.source, known.currency_id, sum(known.amount), 'open',
                       (SELECT distribution FROM spread WHERE spread.shipment_id = known.id)
                FROM known WHERE known.source = CASE WHEN has_booked THEN 'booked'
                                                     ELSE 'estimated' END
                GROUP BY known.id, known.name, known.issuer, known.day, known.class, known.source,
                         known.currency_id
                HAVING sum(known.amount) != 0
                """,
                run=self.id,
                company=self.company_id.id,
                since=self.since,
                end=self.date,
                left=LEFT,
                not_freight=NOT_FREIGHT,
                billed=BILLED,
            )
        )
        self.env.invalidate_all()
        self._convert()

    def _convert(self):
        """Into the company's currency, at the rate of the period's end."""
        ours = self.company_id.currency_id
        lines = self.env["logistics.freight.accrual.line"]
        for currency, in_it in lines._read_group(
            [("accrual_id", "=", self.id)], ["currency_id"], ["id:recordset"]
        ):
            if not in_it:
                continue
            rate = currency._get_conversion_rate(currency, ours, self.company_id, self.date)
            self.env.cr.execute(
                SQL(
                    "UPDATE logistics_freight_accrual_line "
                    "SET company_amount = round((amount * %s)::numeric, %s) "
                    "WHERE accrual_id = %s AND currency_id = %s",
                    rate,
                    ours.decimal_places,
                    self.id,
                    currency.id,
                )
            )
        self.env.invalidate_all()

    def _sum_up(self):
        lines = self.env["logistics.freight.accrual.line"]

        def total(*domain):
            found = lines._read_group(
                [("company_id", "=", self.company_id.id), *domain],
                aggregates=["company_amount:sum"],
            )
            return found[0][0] or 0.0

        self.env.cr.execute(
            SQL(
                """
                SELECT count(*) FROM logistics_shipment s
                WHERE s.company_id = %s AND (s.picked_up_at IS NOT NULL OR s.state IN %s)
                AND s.state != 'cancelled' AND COALESCE(s.freight_payer, 'us') = 'us'
                AND COALESCE(s.ship_date, s.picked_up_at::date) BETWEEN %s AND %s
                AND NOT EXISTS (SELECT 1 FROM logistics_shipment_charge c
                                WHERE c.shipment_id = s.id AND c.category != 'tax')
                """,
                self.company_id.id,
                LEFT,
                self.since,
                self.date,
            )
        )
        self.write(
            {
                "state": "prepared",
                "skipped_count": self.env.cr.fetchone()[0],
                "accrued_amount": total(("accrual_id", "=", self.id)),
                "reversed_amount": total(("reversed_by_id", "=", self.id)),
                "open_amount": total(("reversed_by_id", "=", False)),
            }
        )
