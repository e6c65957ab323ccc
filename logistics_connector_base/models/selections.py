"""Selections that several models share; the labels are what people read.
The keys come from core.taxonomy; a test holds the two together."""

SHIPMENT_STATES = [
    ("draft", "New"),
    ("released", "Released"),
    ("release_rejected", "Release rejected"),
    ("in_fulfilment", "Being picked"),
    ("packed", "Packed"),
    ("tendered", "Tendered"),
    ("tender_rejected", "Tender rejected"),
    ("booked", "Booked"),
    ("manifested", "Announced to carrier"),
    ("picked_up", "Picked up"),
    ("in_transit", "In transit"),
    ("at_customs", "At customs"),
    ("out_for_delivery", "Out for delivery"),
    ("delivery_attempted", "Delivery attempted"),
    ("available_for_pickup", "Ready for collection"),
    ("delivered", "Delivered"),
    ("returning", "Returning"),
    ("returned", "Returned"),
    ("lost", "Lost"),
    ("destroyed", "Destroyed"),
    ("cancelled", "Cancelled"),
]

BUSINESS_STATES = [
    ("pending", "Pending"),
    ("in_progress", "In progress"),
    ("partial", "Partial"),
    ("blocked", "Blocked"),
    ("fulfilled", "Fulfilled"),
    ("closed", "Closed"),
    ("cancelled", "Cancelled"),
]

CLASSIFIERS = [("planned", "Planned"), ("estimated", "Estimated"), ("actual", "Actual")]

SEVERITIES = [
    ("info", "Info"),
    ("warning", "Warning"),
    ("minor", "Minor"),
    ("major", "Major"),
    ("critical", "Critical"),
]

PARTIES_WAITED_FOR = [
    ("carrier", "Carrier"),
    ("customer", "Customer"),
    ("warehouse", "Warehouse"),
    ("other", "Somebody else"),
]
