from collections import defaultdict
from decimal import Decimal

from odoo import fields, models
from odoo.tools import SQL

from ...core.audit import Before, Billed, audit

# What other bills charge for these shipments. Earlier is what came earlier: judged again, a bill
# meets the same.
OTHERS = """
SELECT l.shipment_id, b.id < %(bill)s, c.id, b.name, t.key, c.net, c.tracking, c.currency_id, b.date
FROM logistics_freight_bill_shipment l
JOIN logistics_freight_bill b ON b.id = l.bill_id
JOIN logistics_freight_bill_charge c ON c.line_id = l.id
LEFT JOIN logistics_freight_charge_type t ON t.id = c.type_id
WHERE l.shipment_id = ANY(%(shipments)s) AND b.id <> %(bill)s AND b.state <> 'cancelled'
    AND l.match_state IN ('matched', 'consolidated') AND c.is_informational IS NOT TRUE
    AND COALESCE(c.kind, '') NOT IN ('government', 'tax', 'brokerage')
"""


class LogisticsFreightBill(models.Model):
    """The audit: each billed shipment is matched, compared and judged."""

    _inherit = "logistics.freight.bill"

    audited_at = fields.Datetime(readonly=True)

    def _audit_some(self, limit):
        """Work the next lines that wait; the last ones end the audit. In a job."""
        self.ensure_one()
        lines = self.env["logistics.freight.bill.shipment"].search(
            [("bill_id", "=", self.id), ("match_state", "=", "waiting")], limit=limit, order="id"
        )
        if lines:
            lines._match()._audit()
        if len(lines) < limit:
            self._audited()
        self.write({"tries": 0, "next_try_at": False})

    def _audited(self):
        self.write({"state": "open", "audited_at": fields.Datetime.now(), "problem": False})

    def action_audit(self):
        """Match and audit once more what nobody has decided on."""
        self.check_access("write")
        for bill in self.sudo():
            if bill.state in ("to_audit", "billed", "cancelled"):
                continue
            lines = bill.shipment_line_ids.filtered(lambda line: not line.decided_by_id)
            lines.filtered(lambda line: line.match_key != "person")._forget_match()
            lines.filtered(lambda line: line.match_key == "person")._audit()
            bill.write({"state": "to_audit", "tries": 0, "next_try_at": False})
        self.env["logistics.freight.bill.desk"]._wake_after_commit()


class LogisticsFreightBillShipment(models.Model):
    _inherit = "logistics.freight.bill.shipment"

    def _forget_match(self):
        self.write({"match_state": "waiting", "shipment_id": False, "verdict": False})

    def _audit(self):
        """Judge lines of one bill; what they were matched with stands."""
        if not self:
            return
        bill = self.bill_id.ensure_one()
        self._gather()
        others = self._others(bill)
        expectations = self._expectations()
        facts = self._facts(expectations)
        tolerances = self.env["logistics.freight.tolerance"]._tolerances(bill.company_id)
        charges = self._billed()
        now = fields.Datetime.now()
        for line in self:
            found = audit(
                charges[line.id],
                [one for sid in line._shipment_ids() for one in others[sid, True]],
                expectations.get(line),
                facts[line],
                tolerances,
                later=[one for sid in line._shipment_ids() for one in others[sid, False]],
                issuer=bill.issuer,
                currency=bill.currency_id.name,
            )
            line._take_audit(found, expectations.get(line), now)
        self._book_charges()
        self._judge_others_again()

    def _judge_others_again(self):
        """What was found on an earlier bill may be put right by this one."""
        if self.env.context.get("freight_judging_again"):
            return
        others = self.search(
            [
                ("shipment_id", "in", (self.shipment_id | self.shared_shipment_ids).ids),
                ("bill_id", "not in", self.bill_id.ids),
                ("bill_id.state", "=", "open"),
                ("decision", "=", False),
                ("verdict", "not in", ("clean", "tolerance", False)),
            ]
        )
        for bill in others.bill_id:
            mine = others.filtered(lambda line, bill=bill: line.bill_id == bill)
            mine.with_context(freight_judging_again=True)._audit()

    def _shipment_ids(self):
        return (self.shared_shipment_ids or self.shipment_id).ids

    def _billed(self):
        """Line id → its charges as core.audit.Billed."""
        found = defaultdict(list)
        self.env["logistics.freight.bill.charge"].flush_model()
        for one in self.env["logistics.freight.bill.charge"].search([("line_id", "in", self.ids)]):
            found[one.line_id.id].append(
                Billed(
                    id=one.id,
                    key=one.type_id.key or "",
                    kind=one.kind or "",
                    net=_exact(one.net),
                    tracking=one.tracking or "",
                    adjusts=one.adjusts or "",
                    list_amount=_exact(one.list_amount) if one.list_amount else None,
                    is_informational=one.is_informational,
                    other_currency=one.currency_id != one.bill_id.currency_id,
                )
            )
        return found

    def _others(self, bill):
        """(shipment id, whether it came earlier) → what other bills charge for it, in the currency
        of this bill."""
        shipments = (self.shipment_id | self.shared_shipment_ids).ids
        found = defaultdict(list)
        if not shipments:
            return found
        self.env.flush_all()
        rows = self.env.execute_query(SQL(OTHERS, shipments=shipments, bill=bill.id))
        for shipment_id, earlier, charge_id, name, key, net, tracking, currency_id, day in rows:
            amount = _exact(net)
            if currency_id != bill.currency_id.id:
                currency = self.env["res.currency"].browse(currency_id)
                amount = _exact(
                    currency._convert(float(net), bill.currency_id, bill.company_id, day)
                )
            found[shipment_id, earlier].append(
                Before(charge_id, name, key or "", amount, tracking or "")
            )
        return found

    def _take_audit(self, found, expectation, now):
        self.ensure_one()
        self.write(
            {
                "verdict": found.verdict,
                "main_finding": _main(found.findings),
                "findings": [
                    {
                        "code": one.code,
                        "key": one.key,
                        "amount": float(one.amount),
                        "charges": list(one.charges),
                        "values": {key: _plain(value) for key, value in one.values},
                    }
                    for one in found.findings
                ],
                "compared": [
                    {
                        "key": one.key,
                        "expected": None if one.expected is None else float(one.expected),
                        "before": float(one.before),
                        "billed": float(one.billed),
                    }
                    for one in found.compared
                ],
                "expected_source": expectation.source if expectation else False,
                "expected_amount": float(found.expected or 0),
                "freight_amount": float(found.billed),
                "difference": float(found.billed - found.expected)
                if found.expected is not None
                else 0.0,
                "stake_amount": float(found.over),
                "audited_at": now,
            }
        )


def _main(findings):
    """The code of the finding by which most is at stake; of a shipment with two troubles one
    names it."""
    worst = max(findings, key=lambda one: abs(one.amount), default=None)
    return worst.code if worst else False


def _exact(amount):
    return Decimal(str(amount or 0)).quantize(Decimal("0.0001")).normalize() + Decimal(0)


def _plain(value):
    if isinstance(value, Decimal):
        return float(value)
    return value if value is None or isinstance(value, (int, float, str)) else str(value)
