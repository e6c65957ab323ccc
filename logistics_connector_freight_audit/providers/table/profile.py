# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""How somebody's table is read: which column holds what. A person says it once; saved as JSON."""

from dataclasses import asdict, dataclass, field, fields

# What a column can be. ``reference:<kind>`` is one more for each kind of reference.
FIELDS = {
    "number": "Invoice number",
    "account": "Account",
    "date": "Invoice date",
    "due": "Due date",
    "currency": "Currency",
    "total": "Invoice total",
    "carrier": "Carrier",
    "tracking": "Tracking number",
    "master": "Master tracking number",
    "ship_date": "Ship date",
    "delivery_date": "Delivery date",
    "service": "Service",
    "zone": "Zone",
    "entered": "Entered weight",
    "billed": "Billed weight",
    "weight_unit": "Weight unit",
    "payer": "Payer",
    "code": "Charge code",
    "description": "Charge",
    "told_class": "Charge class",
    "net": "Amount without tax",
    "gross": "Amount with tax",
    "tax": "Tax",
    "list_amount": "List amount",
    "discount": "Discount",
}
REFERENCES = ("shipment", "customer", "po", "bol", "package", "department", "pickup", "rma")


@dataclass(frozen=True, slots=True)
class Pair:
    """Columns of one charge in a wide table. ``name`` is of a charge whose column has no
    description beside it (a column “Fuel”)."""

    amount: str | int
    description: str | int | None = None
    code: str | int | None = None
    tax: str | int | None = None
    name: str = ""


@dataclass(frozen=True, slots=True)
class Profile:
    """``columns`` says where each of :data:`FIELDS` stands: the name of a column, or its place
    counted from 0. ``constants`` says what no column says. With ``pairs``, a row holds several
    charges; ``net`` is then the row's own sum, which they must make. ``informational`` are told
    classes that are never summed."""

    name: str
    columns: dict[str, str | int] = field(default_factory=dict)
    constants: dict[str, str] = field(default_factory=dict)
    pairs: tuple[Pair, ...] = ()
    informational: tuple[str, ...] = ()

    def as_json(self):
        return asdict(self)

    @classmethod
    def from_json(cls, told):
        """:raise ValueError: it is no profile; the text says why, for the user"""
        known = {one.name for one in fields(cls)}
        if not isinstance(told, dict) or not told.get("name") or set(told) - known:
            raise ValueError("This is not a profile of a table.")
        pairs = tuple(Pair(**pair) for pair in told.get("pairs", ()))
        informational = tuple(told.get("informational", ()))
        profile = cls(**{**told, "pairs": pairs, "informational": informational})
        problems = profile.problems()
        if problems:
            raise ValueError(" ".join(problems))
        return profile

    def problems(self):
        """What is missing or wrong, in the user's words."""
        said = {*self.columns, *self.constants}
        found = [
            f"“{name}” is nothing that a column can be."
            for name in sorted(said)
            if name not in FIELDS and name.removeprefix("reference:") not in REFERENCES
        ]
        if "number" not in said:
            found.append("Say which column holds the invoice number, or the number itself.")
        if not self.pairs and not {"net", "gross"} & set(self.columns):
            found.append("Say which column holds the amount.")
        if {"net", "gross"} <= set(self.columns) and "tax" not in self.columns:
            found.append("With an amount with and without tax, say which column holds the tax.")
        return found
