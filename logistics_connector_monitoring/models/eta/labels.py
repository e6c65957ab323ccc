"""What levels and milestones are called; the core knows which there are."""

LEVELS = [
    ("zone", "This lane, by postcode region"),
    ("country", "This lane, by country"),
    ("service", "This service, on all lanes"),
]
LEVELS_AND_PROMISE = [*LEVELS, ("promise", "Nothing: only the carrier's promise")]
MILESTONES = [
    ("picked_up", "Picked up"),
    ("in_transit", "In transit"),
    ("at_customs", "At customs"),
    ("out_for_delivery", "Out for delivery"),
    ("delivery_attempted", "Delivery attempted"),
    ("available_for_pickup", "Ready for collection"),
]
