import json

from odoo import fields, models
from odoo.addons.logistics_connector_base.core.jsonsafe import clean_text
from odoo.exceptions import UserError

from ...core.bill import Tally, plain
from .issuer import issuer_of

PAGE = 2000
ROW_IDS = """
SELECT nextval('logistics_freight_file_row_id_seq') FROM generate_series(1, %s)
"""
ROWS = """
INSERT INTO logistics_freight_file_row (id, file_id, company_id, bill_id, number, raw, aside_code,
    aside_values, aside_amount, is_amount_known, flags)
VALUES %s
"""
CHARGES = """
INSERT INTO logistics_freight_bill_charge (bill_id, row_id, company_id, currency_id, issuer,
    type_id, kind, net, tax, list_amount, discount, is_informational, group_key, tracking, master,
    code, description, told_class, category, detail, adjusts, original, "references", ship_date,
    delivery_date, service, zone, entered_weight, billed_weight, weight_unit, weight_rule,
    dimensions, payer)
VALUES %s
"""
# One line for each shipment as the bill tells it; charges of the account have one of their own.
LINES = """
INSERT INTO logistics_freight_bill_shipment (bill_id, company_id, currency_id, issuer, group_key,
    match_state)
SELECT DISTINCT c.bill_id, c.company_id, b.currency_id, c.issuer, c.group_key, 'waiting'
FROM logistics_freight_bill_charge c JOIN logistics_freight_bill b ON b.id = c.bill_id
WHERE c.bill_id = ANY(%s) AND c.line_id IS NULL
"""
LINK = """
UPDATE logistics_freight_bill_charge c SET line_id = l.id
FROM logistics_freight_bill_shipment l
WHERE c.bill_id = ANY(%s) AND c.line_id IS NULL
    AND l.bill_id = c.bill_id AND l.group_key = c.group_key
"""


class LogisticsFreightFile(models.Model):
    """The import: each row is kept, each charge belongs to a bill and a billed shipment. It happens
    as a whole or not at all."""

    _inherit = "logistics.freight.file"

    imported_at = fields.Datetime(readonly=True)

    def action_import(self):
        """Write the bills of the file, in the background."""
        for file in self:
            if file.state != "checked":
                raise UserError(file.env._("“%s” has not been checked.", file.name))
            if file.is_blocked:
                blocked = file.total_ids.filtered("is_blocked")[0]
                raise UserError(
                    file.env._(
                        "Bill %(bill)s cannot be imported: %(reason)s",
                        bill=blocked.name,
                        reason=blocked.doubt_text,
                    )
                )
            if file.is_all_known:
                raise UserError(file.env._("Each bill of “%s” was imported before.", file.name))
            file._write_own({"state": "importing", "tries": 0, "next_try_at": False})
        self.env["logistics.freight.file.desk"]._wake_after_commit()

    def _import(self):
        """Write all of it, in one transaction. In a job."""
        self.ensure_one()
        self.row_ids.unlink()
        filing = _Filing(self)
        for row in self._read_all():
            filing.add(row)
        bills = filing.finish()
        self._write_own(
            {
                "state": "imported",
                "imported_at": fields.Datetime.now(),
                "next_try_at": False,
                "tries": 0,
                "problem": False,
            }
        )
        self._report_asides(filing)
        self._tell_responsible(self.env._("“%s” is imported", self.name))
        return bills

    def _report_asides(self, filing):
        """Rows that were set aside are somebody's work: one case for the file."""
        count = filing.aside_count
        if not count:
            return
        self.env["logistics.exception"].sudo()._report(
            [
                {
                    "type": "freight_rows_aside",
                    "key": f"freight-rows-aside:{self.id}",
                    "name": self.env._(
                        "%(count)s rows of %(file)s were set aside", count=count, file=self.name
                    ),
                    "company_id": self.company_id.id,
                    "reference": self.name,
                }
            ]
        )

    def _row_values(self, row, bill=None):
        """A row as it is kept."""
        aside = row.aside
        return {
            "file_id": self.id,
            "company_id": self.company_id.id,
            "bill_id": bill.id if bill else False,
            "number": row.number,
            "raw": clean_text(json.dumps(row.raw, ensure_ascii=False)),
            "aside_code": aside.code if aside else False,
            "aside_values": {key: str(value) for key, value in aside.values} if aside else False,
            "aside_amount": float(aside.amount or 0) if aside else 0.0,
            "is_amount_known": bool(aside and aside.amount is not None),
            "flags": ",".join(row.flags) or False,
        }

    def _bill_values(self, bill):
        issuer = issuer_of(bill.carrier)
        company = self.company_id
        currency = self.env["res.currency"].search([("name", "=", bill.currency)], limit=1)
        if not currency:
            raise UserError(self.env._("The currency of bill %s is not active.", bill.number))
        return {
            "name": bill.number,
            "number_key": plain(bill.number),
            "issuer": issuer,
            "account": bill.account,
            "account_key": plain(bill.account),
            "company_id": company.id,
            "file_id": self.id,
            "carrier_id": self.env["logistics.freight.carrier"]._of(company, issuer).id,
            "date": bill.date or self.bill_date,
            "date_due": bill.due,
            "currency_id": currency.id,
            "exchange_rate": float(bill.exchange_rate or 0),
            "is_credit": bill.is_credit,
            "original": bill.original,
            "flags": ",".join(bill.flags),
            "user_id": self.user_id.id,
        }


class _Filing:
    """Writes rows and charges page by page: what it remembers does not grow with them."""

    def __init__(self, file):
        self.file = file
        self.env = file.env
        self.tally = Tally()
        self.bills = {}  # core key → record; an empty one: it was there before
        self.known = {}
        self.rows = []
        self.aside_count = 0
        self.catalogue = self.env["logistics.freight.charge.map"]._catalogue()
        types = self.env["logistics.freight.charge.type"]._by_key()
        self.types = {key: one.id for key, one in types.items()}
        self.currencies = {
            one.name: one.id
            for one in self.env["res.currency"].with_context(active_test=False).search([])
        }

    def add(self, row):
        self.tally.add(row)
        self.rows.append(row)
        if len(self.rows) == PAGE:
            self._flush()

    def finish(self):
        """The bills, with their lines and what they come to."""
        self._flush()
        bills = self.env["logistics.freight.bill"].union(*self.bills.values())
        for total in self.tally.totals():
            bill = self.bills.get(total.bill.key)
            if bill:
                bill.write(_totals(total))
        self.env.flush_all()
        cr = self.env.cr
        cr.execute(LINES, (bills.ids,))
        cr.execute(LINK, (bills.ids,))
        self.env.invalidate_all()
        bills._gather()
        self.env["logistics.freight.bill.desk"]._wake_after_commit()
        return bills

    def _bill(self, told):
        """The record of a bill that a row tells of; none where it is left out."""
        found = self.bills.get(told.key)
        if found is None:
            Bill = self.env["logistics.freight.bill"]
            known = self.file._bill_known(issuer_of(told.carrier), told)
            if known:
                self.known[told.key] = known
                found = Bill.browse()
            else:
                found = Bill.create(self.file._bill_values(told))
            self.bills[told.key] = found
        return found

    def _flush(self):
        rows, self.rows = self.rows, []
        if not rows:
            return
        bills = [row.bill and self._bill(row.bill) for row in rows]
        self.env.flush_all()
        cr = self.env.cr
        cr.execute(ROW_IDS, (len(rows),))
        ids = [one for (one,) in cr.fetchall()]
        told, charges = [], []
        for row_id, row, bill in zip(ids, rows, bills, strict=True):
            told.append(self._row(row_id, row, bill))
            if bill:
                charges += [self._charge(row_id, charge, bill) for charge in row.charges]
        cr.execute_values(ROWS, told, page_size=PAGE)
        if charges:
            cr.execute_values(CHARGES, charges, page_size=PAGE)

    def _row(self, row_id, row, bill):
        values = self.file._row_values(row, bill)
        if row.bill and not bill and not values["aside_code"]:
            known = self.known[row.bill.key]
            values["aside_code"] = "known"
            values["aside_values"] = {"number": known.name, "file": known.file_id.name or ""}
            values["is_amount_known"] = True
        elif values["aside_code"] and values["aside_code"] != "total_line":
            self.aside_count += 1
        told = values["aside_values"]
        return (
            row_id,
            values["file_id"],
            values["company_id"],
            values["bill_id"] or None,
            values["number"],
            values["raw"],
            values["aside_code"] or None,
            json.dumps(told) if told else None,
            values["aside_amount"],
            values["is_amount_known"],
            values["flags"] or None,
        )

    def _charge(self, row_id, charge, bill):
        found = self.catalogue.find(bill.issuer, charge)
        entry = found.entry
        entered, billed = charge.entered, charge.billed
        sides = charge.dimensions
        currency = self.currencies.get(charge.currency) or bill.currency_id.id
        return (
            bill.id,
            row_id,
            bill.company_id.id,
            currency,
            bill.issuer,
            self.types[entry.key] if entry else None,
            "info" if charge.is_informational else entry.kind if entry else None,
            charge.net,
            charge.tax,
            charge.list_amount,
            charge.discount,
            charge.is_informational,
            group_key(charge),
            clean_text(charge.tracking, 60) or None,
            clean_text(charge.master, 60) or None,
            clean_text(charge.code, 60) or None,
            clean_text(charge.description, 200) or None,
            clean_text(charge.told_class, 60) or None,
            clean_text(charge.category, 60) or None,
            clean_text(charge.detail, 60) or None,
            clean_text(charge.adjusts, 60) or None,
            clean_text(charge.original, 60) or None,
            json.dumps([[one.kind, clean_text(one.value, 80)] for one in charge.references]),
            charge.ship_date,
            charge.delivery_date,
            clean_text(charge.service, 100) or None,
            clean_text(charge.zone, 30) or None,
            entered and entered.value,
            billed and billed.value,
            (billed or entered) and (billed or entered).unit,
            clean_text(charge.weight_rule, 30) or None,
            f"{sides.length} × {sides.width} × {sides.height} {sides.unit}" if sides else None,
            clean_text(charge.payer, 30) or None,
        )


def group_key(charge):
    """What the charges of one parcel on a bill have in common: the tracking number, else the master
    number, else the shipper's own number. Empty: a charge of the account. Parcels of one shipment
    are put together when they are matched."""
    number = charge.tracking or charge.master
    if number:
        return f"T:{plain(number)}"[:80]
    for reference in charge.references:
        if reference.kind in ("shipment", "bol"):
            return f"R:{plain(reference.value)}"[:80]
    return ""


def _totals(total):
    return {
        "amount_net": float(total.net),
        "amount_tax": float(total.tax),
        "amount_total": float(total.summed),
        "amount_aside": float(total.aside),
        "amount_told": float(total.told or 0),
        "is_told": total.told is not None,
        "amount_unexplained": float(total.difference or 0),
        "aside_count": total.asides,
    }
