#: When a delivery may be billed.
POLICIES = [
    ("odoo", "When it has left"),
    ("delivered", "When the carrier has delivered it"),
    ("pod", "When the proof of delivery is here"),
]
