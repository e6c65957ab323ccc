# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""Where a cell stands in UPS billing data, counted from 0, and under which name UPS lists it.

Only columns that are read. The file has no header: places are all there is.
"""

WIDTH = 250

PLACES = {
    "Account Number": 2,
    "Invoice Date": 4,
    "Invoice Number": 5,
    "Invoice Type Code": 6,
    "Invoice Currency Code": 9,
    "Invoice Amount": 10,
    "Transaction Date": 11,
    "Pickup Record Number": 12,
    "Lead Shipment Number": 13,
    "Shipment Reference Number 1": 15,
    "Shipment Reference Number 2": 16,
    "Bill Option Code": 17,
    "Tracking Number": 20,
    **{f"Package Reference Number {n}": 20 + n for n in range(1, 6)},
    "Entered Weight": 26,
    "Entered Weight Unit of Measure": 27,
    "Billed Weight": 28,
    "Billed Weight Unit of Measure": 29,
    "Billed Weight Type": 31,
    "Package Dimensions": 32,
    "Zone": 33,
    "Charge Category Code": 34,
    "Charge Category Detail Code": 35,
    "Charge Classification Code": 43,
    "Charge Description Code": 44,
    "Charge Description": 45,
    "Transaction Currency Code": 50,
    "Incentive Amount": 51,
    "Net Amount": 52,
    "Invoice Exchange Rate": 58,
    "Invoice Due Date": 62,
    "Customer Reference Number": 65,
    "Shipment Date": 116,
    "Shipment Delivery Date": 121,
    "Package Dimension Unit Of Measure": 195,
    "Original tracking number": 200,
    **{f"BOL # {n}": 204 + n for n in range(1, 6)},
    **{f"PO # {n}": 209 + n for n in range(1, 11)},
    "Original Service Description": 229,
}

REFERENCES = {
    "Shipment Reference Number 1": "shipment",
    "Shipment Reference Number 2": "shipment",
    **{f"Package Reference Number {n}": "package" for n in range(1, 6)},
    "Customer Reference Number": "customer",
    "Pickup Record Number": "pickup",
    **{f"BOL # {n}": "bol" for n in range(1, 6)},
    **{f"PO # {n}": "po" for n in range(1, 11)},
}

CLASSES = frozenset("FRT FSC ACC GOV BRK TAX EXM MSC INF TBD".split())
# Informational: shown beside the charge that it explains, never summed.
INFORMATIONAL = "INF"
