"""What a warehouse was told of items, lots and customers: of each record the newest version."""

from decimal import Decimal

from .building import Item

LISTS = {"items": "item", "lots": "lot", "customers": "customer"}


class Catalogue:
    def __init__(self):
        self.records = {}  # kind and id → what was told last
        self.told = []  # (kind, id, version), as they came

    def take(self, message):
        """Note a message (``master-1.0.json``), whatever is known already.

        :return: the items that are new, or other ones now
        """
        found = []
        for name, kind in LISTS.items():
            for row in message.get(name, ()):
                of = kind, row["id"]
                self.told.append((*of, row["version"]))
                if row["version"] <= self.records.get(of, {"version": 0})["version"]:
                    continue
                self.records[of] = row
                if kind == "item" and row["action"] == "tell":
                    found.append(item_of(row))
        return found

    def knows(self, sku):
        """Whether an item may be worked: it was told of, and is not withdrawn."""
        return any(
            row["action"] == "tell" and row["product"] == sku
            for (kind, _number), row in self.records.items()
            if kind == "item"
        )


def item_of(row):
    units = {unit["unit"]: Decimal(str(unit["factor"])) for unit in row["units"]}
    del units[row["unit"]]
    return Item(row["product"], row["tracking"], row["unit"], units, barcode=row.get("barcode", ""))
