"""The carriers' files. Columns and cells are those of :mod:`..freight_bills`."""

from datetime import date
from decimal import Decimal

from ..freight_bills import dhl, fedex, generic, ups
from ..freight_bills.file import Style
from .workbook import workbook

NOTHING = Decimal(0)
ALIEN = "ZQ9"
UPS_NAMES = {
    key: ups.NAMES[key]
    for key in ("fuel", "residential", "delivery_area", "signature", "weight_correction")
} | {
    "address_correction": ups.NAMES["address_correction"],
    "saturday_delivery": ("SHP", "ISS", "ACC", "SAT", "Saturday Delivery"),
    "declared_value": ("SHP", "ISS", "ACC", "INS", "Declared Value"),
    "residential_adjustment": ("ADJ", "RADJ", "ACC", "RES", "Residential Adjustment"),
    "void_credit": ("ADJ", "VOID", "FRT", "", "Void Credit"),
    "credit_adjustment": ("ADJ", "CADJ", "MSC", "", "Credit Adjustment"),
    "duty": ("SHP", "ISS", "GOV", "201", "Customs Duty"),
    "import_tax": ("SHP", "ISS", "GOV", "205", "Import VAT"),
    "disbursement": ("SHP", "ISS", "BRK", "405", "Disbursement Fee"),
    "pickup_fee": ("MIS", "SVCH", "FRT", "", "Weekly Service Charge"),
    "minimum_charge": ("SHP", "ISS", "FRT", "", "Minimum Charge"),
    "unmapped": ups.NAMES["unheard_of"],
}
FEDEX_NAMES = {
    "fuel": "Fuel Surcharge",
    "residential": "Residential Delivery",
    "delivery_area": "DAS Resi",
    "signature": "Direct Signature",
    "weight_correction": "Weight Correction",
    "address_correction": "Address Correction",
    "saturday_delivery": "Saturday Delivery",
    "declared_value": "Declared Value",
    "residential_adjustment": "Residential Adjustment",
    "credit_adjustment": "Credit: as promised",
    "duty": "Rebill Duty",
    "import_tax": "Original VAT",
    "disbursement": "Disbursement Fee",
    "pickup_fee": "Weekly Service Charge",
    "minimum_charge": "Minimum Charge",
    "unmapped": "Moonlight Handling",
}
DHL_NAMES = {
    "fuel": dhl.NAMES["fuel"],
    "residential": ("TK", "RESIDENTIAL ADDRESS"),
    "delivery_area": ("OO", "DELIVERY AREA SURCHARGE"),
    "signature": ("SF", "DIRECT SIGNATURE"),
    "weight_correction": ("WC", "WEIGHT CORRECTION"),
    "address_correction": ("MA", "ADDRESS CORRECTION"),
    "saturday_delivery": ("AA", "SATURDAY DELIVERY"),
    "declared_value": ("II", "SHIPMENT INSURANCE"),
    "residential_adjustment": ("TJ", "RESIDENTIAL ADJUSTMENT"),
    "credit_adjustment": ("SC", "SERVICE CREDIT"),
    "duty": ("XX", "IMPORT EXPORT DUTIES"),
    "import_tax": ("XB", "IMPORT EXPORT TAXES"),
    "disbursement": ("DD", "DUTY TAX PAID"),
    "minimum_charge": ("MN", "MINIMUM CHARGE"),
    "unmapped": (ALIEN, "MOONLIGHT HANDLING"),
}
VALLEY_NAMES = {
    "base_freight": "Freight charge",
    "fuel": "Fuel surcharge",
    "residential": "Residential delivery",
    "delivery_area": "Delivery area surcharge",
    "signature": "Signature",
    "weight_correction": "Weight correction",
    "address_correction": "Address correction",
    "saturday_delivery": "Saturday delivery",
    "declared_value": "Insurance",
    "residential_adjustment": "Residential adjustment",
    "credit_adjustment": "Credit",
    "invoice_fee": "Invoice fee",
    "minimum_charge": "Minimum charge",
    "unmapped": "Moonlight handling",
}
# Our own columns beside those of the other generator: the whole invoice stands beside each row.
VALLEY_HEADER = [*generic.HEADER, "Kundennummer", "Zustelldatum", "Zone", "Rechnungsbetrag"]
PLACES = {"number": 5, "net": 52, "class": 43}


def write_ups(invoices, agreement):
    style, rows = Style(is_trimmed=True), []
    services = {one["code"]: one for one in agreement["services"]}
    for invoice in invoices:
        head = ups_head(style, invoice, agreement)
        rows += [_ups(style, head, line, services) for line in invoice.lines]
    return style.bytes(rows)


def ups_head(style, invoice, agreement):
    row = [""] * ups.WIDTH
    row[0], row[2], row[3] = "2.1", invoice.account, agreement["origin"]["country"]
    row[4], row[5], row[9] = style.day(invoice.date), invoice.number, invoice.currency
    row[10] = style.money(invoice.told)
    row[66] = "Simulated Sender"
    return row


def _ups(style, head, line, services):
    service = services.get(line.service)
    if line.key == "base_freight":
        names = ("SHP", "ISS", "FRT", service["bill_code"], service["name"])
    else:
        names = UPS_NAMES[line.key]
    row = list(head)
    row[34], row[35], row[43], row[44], row[45] = names
    if line.is_informational:
        row[43] = "INF"
    row[50], row[51], row[52] = line.currency, style.money(line.discount), style.money(line.net)
    if not line.tracking:
        return row
    row[11] = row[116] = style.day(line.ship_date)
    row[13], row[15] = line.master, line.references[0]
    row[17] = {"shipper": "PP", "receiver": "CC", "third": "TP"}[line.payer]
    row[18], row[20] = "1", line.tracking
    row[26], row[27] = style.money(line.entered), "K"
    row[28], row[29] = style.money(line.billed), "K"
    row[32] = "x ".join(style.money(side) for side in line.sides)
    row[33], row[46] = f"{int(line.zone):03}", "1"
    if line.delivered:
        row[121] = style.day(line.delivered)
    row[195], row[229] = "C", service["name"]
    return row


def write_fedex(invoices, agreement):
    style = Style(date="%Y%m%d")
    rows = [list(fedex.HEADER)]
    services = {one["code"]: one for one in agreement["services"]}
    for invoice in invoices:
        for lines in parcels(invoice):
            rows.append(_fedex(style, invoice, lines, services))
    return style.bytes(rows)


def parcels(invoice):
    """The lines of an invoice by tracking number; those of none each by itself."""
    groups = {}
    for at, line in enumerate(invoice.lines):
        groups.setdefault(line.tracking or at, []).append(line)
    return groups.values()


def _fedex(style, invoice, lines, services):
    first = lines[0]
    bases = [line for line in lines if line.key == "base_freight"]
    net = sum((line.net for line in lines), NOTHING)
    row = dict.fromkeys(fedex.HEADER[:29], "")
    row |= {
        "Bill to Account Number": invoice.account,
        "Invoice Date": style.day(invoice.date),
        "Invoice Number": invoice.number,
        "Original Amount Due": style.money(invoice.told),
        "Current Balance": style.money(invoice.told),
        "Net Charge Amount": style.money(net),
    }
    if first.tracking:
        row |= {
            "Payor": {"shipper": "Shipper", "receiver": "Recipient", "third": "Third Party"}[
                first.payer
            ],
            "Express or Ground Tracking ID": first.tracking,
            "Service Type": services[first.service]["name"],
            "Shipment Date": style.day(first.ship_date),
            "POD Delivery Date": style.day(first.delivered) if first.delivered else "",
            "Actual Weight Amount": style.money(first.entered),
            "Actual Weight Units": "K",
            "Rated Weight Amount": style.money(max(line.billed for line in lines)),
            "Rated Weight Units": "K",
            "TDMasterTrackingID": first.master,
            "Dim Length": style.money(first.sides[0]),
            "Dim Width": style.money(first.sides[1]),
            "Dim Height": style.money(first.sides[2]),
            "Dim Unit": "C",
            "Recipient Name": "Simulated Receiver",
            "Original Customer Reference": first.references[0],
            "Zone Code": first.zone,
        }
    pairs = []
    if bases:
        off = sum((line.discount for line in bases), NOTHING)
        base = sum((line.net for line in bases), NOTHING)
        row["Transportation Charge Amount"] = style.money(base + off)
        if off:
            pairs.append(("Earned Discount", -off))
    pairs += [(FEDEX_NAMES[line.key], line.net) for line in lines if line.key != "base_freight"]
    cells = [cell for name, amount in pairs for cell in (name, style.money(amount))]
    return [*row.values(), *cells, *[""] * (2 * fedex.PAIRS - len(cells)), ""]


def write_dhl(invoices, agreement):
    style, names = Style(delimiter=";", date="%d/%m/%Y"), dhl.header(1)
    rows = [names]
    services = {one["code"]: one for one in agreement["services"]}
    for invoice in invoices:
        fees = sum((line.net for line in invoice.lines if not line.tracking), NOTHING)
        row = dict.fromkeys(names, "") | dhl_head(style, invoice) | {"Line Type": "I"}
        row |= _dhl_totals(style, invoice.net, invoice.told)
        if fees:
            row["Invoice Fee"] = style.money(fees)
        rows.append(list(row.values()))
        for lines in parcels(invoice):
            if lines[0].tracking:
                rows.append(_dhl(style, names, invoice, lines, services))
    return style.bytes(rows)


def dhl_head(style, invoice):
    return {
        "Billing Source": "B",
        "Invoice Number": invoice.number,
        "Original Invoice Number": invoice.original,
        "Invoice Type": "CREDIT NOTE" if invoice.is_credit else "OUTBOUND",
        "Invoice Date": style.day(invoice.date),
        "Billing Account": invoice.account,
        "Currency": invoice.currency,
    }


def _dhl_totals(style, net, gross):
    return {
        "Total amount (excl. VAT)": style.money(net),
        "Total amount (incl. VAT)": style.money(gross),
    }


def _dhl(style, names, invoice, lines, services):
    first = lines[0]
    bases = [line for line in lines if line.key == "base_freight"]
    net = sum((line.net for line in lines), NOTHING)
    tax = sum((line.tax for line in lines), NOTHING)
    off = sum((line.discount for line in bases), NOTHING)
    base = sum((line.net for line in bases), NOTHING)
    service = services[first.service]
    row = dict.fromkeys(names, "") | dhl_head(style, invoice)
    row |= _dhl_totals(style, net, net + tax)
    row |= {
        "Line Type": "S",
        "Shipment Number": first.tracking,
        "Shipment Date": style.day(first.ship_date),
        "Product": service["bill_code"],
        "Product Name": service["name"],
        "Pieces": "1",
        "Senders Name": "Simulated Sender",
        "Dimensions": "x".join(style.money(side) for side in first.sides),
        "Cust Scale Weight (A)": style.money(first.entered),
        "Weight Flag": "A",
        "Weight (kg)": style.money(max(line.billed for line in lines)),
        "Tax Code": "A" if tax else "",
        "Total Tax": style.money(tax),
        "Weight Charge": style.money(base + off),
        "Weight Tax (VAT)": style.money(sum((line.tax for line in bases), NOTHING)),
    }
    for n, reference in enumerate(first.references[:2], 1):
        row[f"Shipment Reference {n}"] = reference
    if off:
        row |= {"Discount 1": "CONTRACT DISCOUNT", "Discount 1 Amount": style.money(-off)}
    extras = [line for line in lines if line.key != "base_freight"]
    for n, line in enumerate(extras, 1):
        code, name = DHL_NAMES[line.key]
        values = (code, name, line.net, "A", line.tax, "", line.net + line.tax)
        for what, value in zip(dhl.XC, values, strict=True):
            row[f"XC{n} {what}"] = value if isinstance(value, str) else style.money(value)
    return list(row.values())


def write_valley(invoices, agreement):
    style = Style(";", ",", "%d.%m.%Y", "cp1252")

    def told(cell):
        if isinstance(cell, Decimal):
            return style.money(cell)
        return style.day(cell) if isinstance(cell, date) else cell

    return style.bytes([list(map(told, row)) for row in _valley(invoices, agreement)])


def write_workbook(invoices, agreement):
    """The same rows as somebody in valley's office sends them who likes Excel better."""
    return workbook(list(_valley(invoices, agreement)))


def _valley(invoices, agreement):
    yield VALLEY_HEADER
    services = {one["code"]: one["name"] for one in agreement["services"]}
    for invoice in invoices:
        for line in invoice.lines:
            has = bool(line.tracking)
            yield [
                invoice.number,
                invoice.date,
                line.tracking,
                line.references[0] if has else "",
                line.ship_date if has else "",
                services[line.service] if has else "",
                line.billed if has else "",
                VALLEY_NAMES[line.key],
                line.net,
                line.tax,
                invoice.currency,
                invoice.account,
                line.delivered.date() if line.delivered else "",
                line.zone,
                invoice.told,
            ]


WRITERS = {
    "ups_billing": write_ups,
    "fedex_billing": write_fedex,
    "dhl_billing": write_dhl,
    "table": write_valley,
}
