"""How goods are told of: the lines of advices, as dicts with Decimal quantities."""

from .building import AVAILABLE, NOTHING


def goods(key, quantity, **more):
    """A line for goods of a key. ``more``: its other fields."""
    line = {**more, "product": key.sku, "quantity": quantity}
    if key.lot:
        line["lot"] = key.lot
    if key.serial:
        line["serials"] = [key.serial]
    if key.condition != AVAILABLE:
        line["condition"] = key.condition
    return line


def pieces(found, common):
    """Lines for (key, quantity) of one item: one for each lot, serial numbers together.

    :param dict common: fields of all of them
    """
    serials = [key.serial for key, _quantity in found if key.serial]
    lines = [goods(key, quantity, **common) for key, quantity in found if not key.serial]
    if serials:
        lines.append({**common, "quantity": NOTHING + len(serials), "serials": serials})
    return lines


def advice(deed):
    """A deed as an advice of ``warehouse-advice-1.1.json``, quantities still Decimal."""
    at = deed.at.isoformat(timespec="milliseconds")
    if deed.kind == "snapshot":
        return {"type": "snapshot", "id": deed.id, "as_of": at, "lines": list(deed.lines)}
    if deed.kind == "appointment":
        return _appointment(deed, at)
    told = {"type": deed.kind, "id": deed.id, "occurred_at": at}
    if deed.order:
        told["request" if deed.kind == "count" else "order"] = deed.order
    if deed.kind in ("release", "progress"):
        names = ("answer", "release", "reason", "stage")
        told |= {name: deed.details[name] for name in names if deed.details.get(name)}
        return told
    if deed.final is not None:
        told |= {"final": deed.final, "number": deed.number}
    is_terse = deed.details.get("terse")
    told["lines"] = [
        {name: value for name, value in line.items() if value is not None}
        for line in (() if is_terse else deed.lines)
    ]
    if is_terse:
        told["exceptions_only"] = True
    if deed.details.get("packages"):
        told["packages"] = deed.details["packages"]
    return told


def _appointment(deed, at):
    names = ("revision", "state", "door", "carrier")
    told = {"type": deed.kind, "id": deed.details["visit"], "direction": "in", "occurred_at": at}
    told |= {name: deed.details[name] for name in names} | {"orders": [deed.order]}
    if "window" in deed.details:
        starts, ends = (moment.isoformat() for moment in deed.details["window"])
        told["window"] = {"from": starts, "to": ends}
    return told
