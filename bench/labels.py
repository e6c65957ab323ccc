"""Labels of many deliveries, from *Ask for labels* until the last one is filed, beside a floor.

python -m bench.labels [--json FILE] [--labels 500] [--rounds 1]

- ours: validated deliveries of one package each, all asked for in one request; outbox, carrier
  bridge, filing of label, number, price and charges, until the last is booked. Two workers
- bare session: ``requests.Session().post`` of a body that our bridge made, so many times with other
  references, in a loop; the label is decoded, nothing is kept

The carrier is a simulator in a process of its own, on the same machine.
"""

import argparse
import json
import subprocess
import sys
import time

from devtools import paths
from tests.simulators.carriers import UpsServer
from tests.support.booking import Account
from tests.support.inside import Inside
from tests.support.rpc import Session

from . import _rig as rig

LONGEST = 1800  # seconds for a round
# Validated without being sent to the carrier: that is what is measured.
SHIP = """
env = env(context=dict(env.context, skip_sms=True, skip_backorder=True))
method = env["delivery.carrier"].browse({method_id})
method.integration_level = "rate"
us = env.ref("base.us")
customer = env["res.partner"].create(dict(name="Amador Boats", is_company=True, city="Muskegon",
    street="1750 Lakeshore Dr", zip="49441", country_id=us.id, phone="+1 231 555 0119",
    state_id=env["res.country.state"].search([("code", "=", "MI"), ("country_id", "=", us.id)]).id))
pump = env["product.product"].create(dict(name="Pump", type="consu", weight=2.0, list_price=41.5))
orders = env["sale.order"].create([
    dict(partner_id=customer.id, carrier_id=method.id,
         order_line=[(0, 0, dict(product_id=pump.id, product_uom_qty=1))])
    for _number in range({count})])
orders.action_confirm()
pickings = orders.picking_ids
for move in pickings.move_ids:
    move.write(dict(quantity=move.product_uom_qty, picked=True))
pickings.button_validate()
assert set(pickings.mapped("state")) == {{"done"}} and not pickings.booking_ids
method.integration_level = "rate_and_ship"
result = pickings.ids
"""
BARE = """
import base64, json, sys, time, requests
url, count = sys.argv[1], int(sys.argv[2])
settings, text = json.loads(sys.argv[3]), sys.stdin.read()
session = requests.Session()
token = session.post(url + "/security/v1/oauth/token", data={"grant_type": "client_credentials"},
    auth=(settings["client_id"], settings["client_secret"])).json()["access_token"]
headers = {"Content-Type": "application/json", "Authorization": "Bearer " + token}
start = time.monotonic()
for number in range(count):
    answer = session.post(url + "/api/shipments/v2409/ship", headers=headers,
                          data=text.replace("WH/OUT", f"B{number}"))
    assert answer.ok, answer.text
    result = answer.json()["ShipmentResponse"]["ShipmentResults"]["PackageResults"]
    base64.b64decode(result["ShippingLabel"]["GraphicImage"])
print(time.monotonic() - start)
"""


def main(arguments=None):
    parser = argparse.ArgumentParser(prog="./dev bench labels", description=__doc__)
    parser.add_argument("--json", metavar="FILE")
    parser.add_argument("--labels", type=int, default=500)
    parser.add_argument("--rounds", type=int, default=1)
    options = parser.parse_args(arguments)
    with (
        rig.bench_database("logistics_connector_carrier") as name,
        Carrier() as carrier,
        rig.server(name) as odoo,
        Inside(name, rig.extra_conf()) as inside,
    ):
        ratios, figures = measure(odoo, inside, carrier, options)
    return rig.report("labels", ratios, figures, options.json)


class Carrier(UpsServer):
    """What the tests know of the carrier; it works in a process of its own."""

    def __init__(self):  # no server in this process
        pass

    def __enter__(self):
        command = [paths.PYTHON, "-m", "bench._ups_labels"]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        self.port = int(self.process.stdout.readline())
        self.url = f"http://127.0.0.1:{self.port}"
        return self

    def __exit__(self, *exc_info):
        self.process.terminate()
        self.process.wait(10)


def measure(odoo, inside, carrier, options):
    rpc = Session(odoo.url, odoo.db, timeout=600)
    account = Account(rpc, carrier, "Bench")
    program = {"method_id": account.method_id}
    book(rpc, inside.run(SHIP.format(count=5, **program), timeout=300))  # warms
    found = {name: [] for name in ("ask", "ours", "bare")}
    count = options.labels
    for _round in range(options.rounds):
        pickings = inside.run(SHIP.format(count=count, **program), timeout=LONGEST)
        asked, booked = book(rpc, pickings)
        found["ask"].append(asked)
        found["ours"].append(booked)
        found["bare"].append(bare(carrier, count))
    ratio = [
        bare_seconds / ours for ours, bare_seconds in zip(found["ours"], found["bare"], strict=True)
    ]
    figures = {f"{name}_seconds": rig.median(values) for name, values in found.items()}
    figures["booked_per_second"] = count / figures["ours_seconds"]
    figures["bare_per_second"] = count / figures["bare_seconds"]
    ratios = {"labels_vs_bare_session": rig.median(ratio)}
    return ratios, figures | {"labels": count, "rounds": options.rounds}


def book(rpc, pickings):
    """Ask for the labels of these deliveries, and wait for all.

    :return: seconds until the user had their page, and until the last label was filed
    """
    start = time.monotonic()
    batch = rpc("stock.picking", "action_ask_labels", pickings)["res_id"]
    asked = time.monotonic() - start
    names = ["waiting_count", "booked_count"]
    while time.monotonic() < start + LONGEST:
        (now,) = rpc("logistics.label.batch", "read", [batch], names)
        if not now["waiting_count"]:
            assert now["booked_count"] == len(pickings), now
            return asked, time.monotonic() - start
        time.sleep(0.25)
    raise AssertionError(f"not all were booked: {now}")


def bare(carrier, count):
    body = subprocess.run(
        ["curl", "-sf", f"{carrier.url}/bench/last"], capture_output=True, check=True
    ).stdout
    command = [sys.executable, "-c", BARE, carrier.url, str(count), json.dumps(carrier.settings())]
    done = subprocess.run(command, input=body, capture_output=True, check=True)
    return float(done.stdout)


if __name__ == "__main__":
    main()
