"""The databases that benchmarks run on: a connection, shipments, recorded messages."""

import json
import random
import sys
import tempfile
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

from devtools import databases
from devtools.postgres import Cluster
from tests.simulators.canonical import CanonicalPartner
from tests.support.inside import Inside

ISSUER = "northwind"
STEPS = (
    ("MANIFEST", "TRK_MANIFESTED"),
    ("PICKED", "PUP_PICKED_UP"),
    ("DEP", "MOV_DEPARTED"),
    ("ARR", "MOV_ARRIVED"),
    ("DEP2", "MOV_DEPARTED"),
    ("ARR2", "MOV_ARRIVED"),
    ("DEP3", "MOV_DEPARTED"),
    ("ARR3", "MOV_ARRIVED"),
    ("OUT", "DLV_OUT"),
    ("POD", "DLV_DELIVERED"),
)

CONNECT = """
provider = env["logistics.provider"].search([("code", "=", "canonical")])
connection = env["logistics.connection"].create({{
    "name": "Bench", "provider_id": provider.id, "verifier": "standard_webhooks",
    "message_id_header": "webhook-id"}})
env["logistics.credential"].create({{"connection_id": connection.id, "secret": {secret!r}}})
action = connection.action_new_address()
connection.action_go_live()
codes = {{code.code: code.id for code in env["logistics.event.code"].search([])}}
env["logistics.event.mapping"].create([
    {{"provider": {issuer!r}, "raw_code": raw, "code_id": codes[code]}} for raw, code in {steps!r}])
result = action["context"]["default_url"]
"""
SHIPMENTS = """
env = env(context={{"tracking_disable": True}})
numbers = {numbers!r}
for start in range(0, len(numbers), 500):
    env["logistics.shipment"].create([
        {{"issuer": {issuer!r}, "package_ids": [(0, 0, {{"tracking_number": number}})]}}
        for number in numbers[start : start + 500]])
"""
RECORD = """
from odoo.addons.logistics_connector_base.core.identity import digest
from odoo.addons.logistics_connector_base.intake import accept, waker
waker.wake = lambda dbname: None  # nothing shall drain before the clock runs
profile = env["logistics.connection"]._intake_profile(digest({token!r}.encode()))
import json
for message_id, body in json.load(open({file!r})):
    accept.accept(env.cr.dbname, profile, body.encode(), {{"webhook-id": message_id}},
                  "application/json")
env["queue.job"].search([]).unlink()
"""


def say(text):
    """Progress, apart from the outcome."""
    print(f"· {text}", file=sys.stderr, flush=True)


def number(index):
    """The tracking number of the shipment *index*."""
    return f"NW{index:012}"


def connect(inside):
    """Make a live connection and its mappings; the path of its address."""
    secret = CanonicalPartner.new_secret()
    url = inside.run(CONNECT.format(secret=secret, issuer=ISSUER, steps=STEPS))
    return urlsplit(url).path


def make_shipments(inside, numbers):
    """Shipments with one package each, without delivery orders."""
    inside.run(SHIPMENTS.format(numbers=list(numbers), issuer=ISSUER), timeout=300)


def event(tracking, step, rng):
    """One event with the partner's own code, as large as such events are."""
    raw_code, _code = STEPS[step]
    begin = datetime.now(UTC).replace(microsecond=0) - timedelta(days=4)
    occurred = begin + timedelta(hours=9 * step, seconds=rng.randrange(3600))
    return {
        "occurred_at": occurred.isoformat(),
        "recorded_at": (occurred + timedelta(minutes=2)).isoformat(),
        "raw_code": raw_code,
        "raw_text": "Scanned by the driver's handheld",
        "shipment": {
            "references": [{"type": "tracking", "value": tracking, "issuer": ISSUER}],
        },
        "place": {
            "name": f"Hub {rng.randrange(90)}",
            "street": "1 Example Road",
            "city": "Rotterdam",
            "zip": "3011 AA",
            "country": "nl",
        },
        "x-trace": "0" * 800,  # brings the body to about 1.5 KB
    }


def body(tracking, step, rng, message_id):
    """The body of a message with one event, as text."""
    payload = {
        "version": "1.0",
        "id": message_id,
        "issuer": ISSUER,
        "events": [event(tracking, step, rng)],
    }
    return CanonicalPartner.encode(payload).decode()


def record(inside, path, count, shipments, first=0):
    """Record *count* messages of one event each over *shipments*, in turn, from step one on.

    *first* is the number of the first shipment.
    """
    rng = random.Random(19)
    token = path.rsplit("/", 1)[1]
    messages = []
    for n in range(count):
        message_id = f"bench-{first}-{n}"
        tracking = number(first + n % shipments)
        step = (n // shipments) % len(STEPS)
        messages.append((message_id, body(tracking, step, rng, message_id)))
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        json.dump(messages, file)
        file.flush()
        inside.run(RECORD.format(token=token, file=file.name), timeout=600)


def prepare(name):
    """A database with our addons and a live connection; the path of its address."""
    say(f"database {name}")
    databases.create(name)
    with Inside(name) as inside:
        return connect(inside)


def copy(source, target):
    """A fresh copy of a database, with statistics of its tables."""
    databases.drop(target)
    databases.copy(source, target)
    Cluster.main().sql("ANALYZE", target)
