# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""The words of DCSA Track & Trace that the parser knows, and what they stand for."""

CLASSIFIERS = {
    "ACT": "actual",
    "ACTUAL": "actual",
    "EST": "estimated",
    "ESTIMATED": "estimated",
    "PLN": "planned",
    "PLANNED": "planned",
}
# Words of later drafts, where they are known, to the codes that all versions share.
WORDS = {
    "ARRIVED": "ARRI",
    "DEPARTED": "DEPA",
    "LOADED": "LOAD",
    "DISCHARGED": "DISC",
    "GATED_IN": "GTIN",
    "GATED_OUT": "GTOT",
    "STUFFED": "STUF",
    "STRIPPED": "STRP",
    "INSPECTED": "INSP",
    "RECEIVED": "RECE",
    "CONFIRMED": "CONF",
    "REJECTED": "REJE",
    "DECLINED": "DECL",
    "ISSUED": "ISSU",
    "SUBMITTED": "SUBM",
    "MEASURED": "MEAS",
    "DETECTED": "DETC",
}
DOCUMENT_WORDS = {"BOOKING": "BKG", "TRANSPORT_DOCUMENT": "TRD", "BOOKING_REQUEST": "CBR"}
PLACE_WORDS = {"CUSTOMER_LOCATION": "CLOC"}
# Kind of document or reference → kinds of references of ours. Freight forwarders, shippers and
# consignees have numbers of their own, which prove as little as a customer's.
REFERENCES = {
    "BKG": "waybill",
    "CBR": "waybill",
    "TRD": "bol",
    "EQ": "tracking",
    "FF": "customer",
    "SI": "customer",
    "SPO": "customer",
    "CPO": "customer",
    "CR": "customer",
    "AAO": "customer",
}
KEY_ORDER = ("tracking", "bol", "waybill", "customer")
# SMDG's delay reasons that say one thing in our list of reasons; the others stay in the text.
REASONS = {
    "ACC": "carrier.accident",
    "EDD": "carrier.mechanical",
    "ENG": "carrier.mechanical",
    "VGR": "carrier.mechanical",
    "WGT": "shipper.dimensions",
    "CIN": "customs.inspection",
    "DEV": "external.weather",
    "WEA": "external.weather",
    "QUV": "external.disaster",
    "MIL": "external.civil",
    "PAU": "external.civil",
    "STR": "external.civil",
    "CGS": "external.road",
    "PBC": "external.road",
    "PTF": "external.road",
    "TID": "external.road",
    "YRD": "external.road",
}
