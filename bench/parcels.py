"""A million shipments, a part of them under way: what detectors take, and what it costs to see a
part of the shipments only (data scopes).

python -m bench.parcels [--json FILE] [--shipments 1000000] [--rounds 5]

Each detector looks once and previews 30 days once. Lists, groups and searches are asked for as the
web client does, by somebody without scopes and by people narrowed to one of ten warehouses, one of
ten connections, and three of ten sales teams in three of ten countries; median of the rounds, in
one run. No floor: milliseconds, and the narrowed ones by the others.
"""

import argparse

from tests.support.database import Database
from tests.support.inside import Inside

from . import _parcels
from . import _rig as rig

DETECTORS = """
import time
from odoo import fields
result, now = {}, fields.Datetime.now()
for detector in env["logistics.detector"].with_context(active_test=False).search([]):
    condition = detector._condition().sudo()
    start = time.perf_counter()
    found = len(condition._holding(detector._question(detector._looks_at(now))))
    looked = time.perf_counter()
    preview = detector._preview(now)
    result[condition._short_name()] = (
        found, looked - start, time.perf_counter() - looked,
        preview.get("total"), preview.get("every"))
"""
PEOPLE = ("everything", "warehouse", "connection", "mixed")
SCREENS = """
import statistics, time
from lxml import etree
user = env["res.users"].search([("login", "=", {login!r})])
shipments = env["logistics.shipment"].with_user(user)
arch = etree.fromstring(shipments.get_view(
    env.ref("logistics_connector_base.view_logistics_shipment_list").id, "list")["arch"])
spec = {{}}
for node in arch:
    if node.tag == "field" and node.get("name") in shipments._fields:
        field = shipments._fields[node.get("name")]
        spec[field.name] = {{"fields": {{"display_name": {{}}}}}} if field.relational else {{}}
number = "650120"  # in everybody's part
asks = {{
    "list": lambda: shipments.web_search_read([], spec, limit=80, count_limit=10001)["length"],
    "under_way": lambda: shipments.web_search_read(
        [("state", "=", "in_transit")], spec, limit=80, count_limit=10001)["length"],
    "by_state": lambda: len(shipments.web_read_group([], ["state"], ["__count"])["groups"]),
    "by_warehouse": lambda: len(
        shipments.web_read_group([], ["warehouse_id"], ["__count"])["groups"]),
    "search": lambda: len(shipments.search([("any_number", "ilike", number)], limit=80)),
    "events": lambda: len(env["logistics.event"].with_user(user).search([], limit=80)),
}}
result = {{}}
for name, ask in asks.items():
    times = []
    for _round in range({rounds} + 1):
        env.invalidate_all()
        start = time.perf_counter()
        found = ask()
        times.append(time.perf_counter() - start)
    if not found:
        raise ValueError(name + ": nothing found; the figure means nothing")
    result[name] = statistics.median(times[1:]) * 1000
"""


def main(arguments=None):
    parser = argparse.ArgumentParser(prog="./dev bench parcels", description=__doc__)
    parser.add_argument("--json", metavar="FILE")
    parser.add_argument("--shipments", type=int, default=_parcels.SHIPMENTS)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args(arguments)
    with rig.bench_database() as name:
        with Inside(name, rig.extra_conf()) as inside:
            places = inside.run(_parcels.PLACES)
        events = _parcels.fill(Database(name), places, options.shipments)
        with Inside(name, rig.extra_conf()) as inside:
            ratios, figures = measure(inside, options.rounds)
    figures |= {"shipments": options.shipments, "events": events}
    return rig.report("parcels", ratios, figures, options.json)


def measure(inside, rounds):
    figures, ratios = {}, {}
    for name, (found, look, preview, total, every) in inside.run(DETECTORS, timeout=900).items():
        figures |= {f"{name}_holds": found, f"{name}_look_s": look, f"{name}_preview_s": preview}
        if every and every > 1:
            figures[f"{name}_sampled"] = total
    asked = {
        login: inside.run(SCREENS.format(login=login, rounds=rounds), timeout=600)
        for login in PEOPLE
    }
    for login, times in asked.items():
        for name, milliseconds in times.items():
            figures[f"{login}_{name}_ms"] = milliseconds
            if login != "everything":
                ratios[f"{name}_{login}_vs_everything"] = milliseconds / asked["everything"][name]
    return ratios, figures


if __name__ == "__main__":
    main()
