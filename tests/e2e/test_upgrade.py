"""A company that has worked with 19.0.1.3.0 for a while, and upgrades.

The old addons are taken from the history, installed and used; then Odoo's own ``-u`` brings them
to what is here now. What people knew must be there still, what is new must be right for what is
old, and nobody is called for what happened before.
"""

import io
import os
import subprocess
import tarfile
from types import SimpleNamespace

import pytest

from devtools import addons, config, databases, paths
from devtools.postgres import Cluster
from devtools.system import run

from ..support.database import Database
from ..support.inside import Inside

OLD = "19.0.1.3.0"
MANIFEST = "logistics_connector_base/__manifest__.py"
USE = """
from datetime import timedelta
from odoo import fields

ref = env.ref
lisa = env["res.users"].create({
    "name": "Lisa", "login": "lisa", "email": "lisa@example.com",
    "group_ids": [(6, 0, [ref("logistics_connector_base.group_logistics_manager").id,
                          ref("base.group_user").id])]})
connection = env["logistics.connection"].create({
    "name": "Northwind", "state": "live",
    "provider_id": ref("logistics_connector_base.provider_canonical").id})
code = env["logistics.event.code"].search([("code", "=", "PUP_PICKED_UP")])
env["logistics.event.mapping"].create([
    {"provider": "northwind", "raw_code": "ODD-%s" % n, "code_id": code.id, "note": "ours"}
    for n in range(20)])
lamp = env["product.product"].create({"name": "Lamp", "type": "consu"})
ada = env["res.partner"].create({"name": "Ada", "email": "ada@example.com"})
orders = env["sale.order"].create([
    {"partner_id": ada.id, "order_line": [(0, 0, {"product_id": lamp.id, "product_uom_qty": 2})]}
    for n in range(200)])
orders.action_confirm()
orders[190:]._action_cancel()

def sent(some, codes):
    for order in some:
        order.picking_ids.move_ids.quantity = 2
        order.picking_ids.move_ids.picked = True
        order.picking_ids._action_done()
        shipment = order.picking_ids._ensure_shipment()
        for one in codes:
            shipment._record_own_event(one)

sent(orders[:50], ["PUP_PICKED_UP", "DLV_DELIVERED"])
sent(orders[50:90], ["PUP_PICKED_UP"])
sent(orders[90:110], ["PUP_PICKED_UP", "EXC_LOST"])
shipments = env["logistics.shipment"].create([
    {"company_id": env.company.id, "partner_id": ada.id,
     "reference_ids": [(0, 0, {"type": "tracking", "value": "1ZOLD%06d" % n, "issuer": "ups"})]}
    for n in range(1200)])
for one in ("PUP_PICKED_UP", "MOV_DEPARTED"):
    shipments._record_own_event(one)
cases = env["logistics.exception"]
for start in range(0, 2000, 500):
    cases |= cases._report([
        {"type": "delivery_exception", "key": "old:%d" % n, "name": "Case %d" % n,
         "company_id": env.company.id, "connection_id": connection.id,
         "shipment_id": shipments[n].id if n < 1200 else False}
        for n in range(start, start + 500)])
cases[:500].action_resolve()
cases[500:520].write({"severity": "critical"})
cases[520:560].write({"user_id": lisa.id})
env.flush_all()
# They have lain there for long.
cr = env.cr
cr.execute("UPDATE logistics_exception SET state = 'waiting' WHERE id = ANY(%s)",
           (cases[560:600].ids,))
cr.execute("UPDATE logistics_exception SET state = 'in_progress' WHERE id = ANY(%s)",
           (cases[600:700].ids,))
cr.execute("UPDATE logistics_exception SET first_seen_at = first_seen_at - interval '40 days', "
           "write_date = write_date - interval '40 days', "
           "last_seen_at = last_seen_at - interval '30 days'")
cr.execute("DELETE FROM mail_mail")
cr.commit()
"""
KEPT = {
    "cases": "SELECT name, type_id, severity, state, is_open, user_id, first_seen_at,"
    " last_seen_at, closed_at, occurrence_count, shipment_id, key"
    " FROM logistics_exception ORDER BY id",
    "mappings": "SELECT provider, raw_code, code_id, priority, note, active"
    " FROM logistics_event_mapping WHERE NOT COALESCE(is_shipped, false) ORDER BY id",
    "events": "SELECT id, fingerprint, shipment_id, code_id, occurred_at"
    " FROM logistics_event ORDER BY id",
    "shipments": "SELECT id, name, state, picked_up_at, delivered_at, public_id, correlation_id"
    " FROM logistics_shipment ORDER BY id",
    "connections": "SELECT id, name, state, provider_id FROM logistics_connection ORDER BY id",
    "activities": "SELECT id, res_model, res_id, user_id FROM mail_activity ORDER BY id",
    # Not what the machine is told of itself (a transaction that is open for long), nor what Odoo
    # writes to whom it gives a login.
    "mails": "SELECT m.id, n.subject, n.model, n.res_id FROM mail_mail m"
    " JOIN mail_message n ON n.id = m.mail_message_id"
    " WHERE n.subject NOT LIKE 'Security Update%' AND NOT EXISTS (SELECT FROM logistics_exception e"
    " WHERE n.model = 'logistics.exception' AND e.id = n.res_id"
    " AND e.name LIKE 'A transaction of%') ORDER BY m.id",
    "orders": "SELECT id, name, state, write_date FROM sale_order ORDER BY id",
}
COUNTED = "SELECT state, count(*) FROM logistics_business_state WHERE kind = 'order' GROUP BY 1"
# All that a server does by itself in its first minutes.
FIRST_MINUTES = """
desk = env["logistics.business.desk"]
worked = 0
while one := desk._work_batch(500):
    worked += one
for cron in env["ir.cron"].search([("cron_name", "like", "Logistics")]):
    cron.method_direct_trigger()
while desk._work_batch(500):  # what is looked at again, all in turn
    pass
env.cr.commit()
result = worked
"""


def git(*arguments, text=True):
    try:
        return subprocess.run(
            ["git", *arguments], cwd=paths.PROJECT, capture_output=True, check=True, text=text
        ).stdout
    except (OSError, subprocess.CalledProcessError) as error:
        pytest.skip(f"the history is not here: {error}")


def old_addons(folder):
    """The addons as they were when they became that version, in a folder."""
    begun = git("log", f'-S"version": "{OLD}"', "--format=%H", "--", MANIFEST).split()[-1]
    with tarfile.open(fileobj=io.BytesIO(git("archive", begun, text=False))) as archive:
        archive.extractall(folder, filter="data")
    assert OLD in (folder / MANIFEST).read_text()
    return sorted(path.name for path in folder.glob("logistics_connector_*") if path.is_dir())


def read(database):
    return {name: database.rows(query) for name, query in KEPT.items()}


@pytest.fixture(scope="module")
def company(tmp_path_factory):
    """A database that was filled by the old version and is upgraded, with what was read before."""
    folder, name = tmp_path_factory.mktemp("old"), f"upgrade_{os.getpid()}"
    names = old_addons(folder)
    path = [folder, *[place for place in addons.addons_path() if place != paths.PROJECT]]
    path = [place for place in path if paths.PROJECT not in place.parents]
    options = config.options(
        Cluster.main(), name, addons_path=",".join(map(str, path)), log_level="warn"
    )
    conf = config.write(folder / "odoo.conf", options)
    databases.create(name, standard=True)
    try:
        odoo = [paths.PYTHON, paths.ODOO_SCRIPT]
        rest = ["-c", conf, "-d", name, "--no-http"]
        run(
            [*odoo, *rest, "-i", ",".join(names), "--stop-after-init"],
            environment=config.environment(),
        )
        output = run([*odoo, "shell", *rest], stdin=USE, environment=config.environment())
        assert "Traceback" not in output, output[-3000:]
        database = Database(name)
        before = read(database)
        states = dict(database.rows("SELECT logistics_state, count(*) FROM sale_order GROUP BY 1"))
        databases.install(name, names, upgrade=True)
        upgraded, taken_over = read(database), dict(database.rows(COUNTED))
        with Inside(name) as inside:
            first = inside.run(FIRST_MINUTES, 300)
        yield SimpleNamespace(
            database=database,
            before=before,
            upgraded=upgraded,
            after=read(database),
            old_states=states,
            taken_over=taken_over,
            looked_at=first,
        )
    finally:
        databases.drop(name)


def test_what_people_knew_is_there_still(company):
    assert len(company.before["cases"]) == 2020  # those of lost shipments came by themselves
    assert len(company.before["events"]) > 2400
    for name in ("mappings", "events", "shipments", "connections", "orders"):
        assert company.after[name] == company.before[name], name


def test_cases_keep_what_they_were_and_get_sane_clocks(company):
    assert company.upgraded["cases"] == company.before["cases"]
    # Then they grow graver with time, as any case does; all else of them stays.
    later = [case[:2] + case[3:] for case in company.after["cases"]]
    assert [case for case in later if "Case" in case[0]] == [
        case[:2] + case[3:] for case in company.before["cases"] if "Case" in case[0]
    ]
    database = company.database
    odd = database.rows(
        "SELECT id, state FROM logistics_exception WHERE opened_at IS DISTINCT FROM first_seen_at"
        " OR hours_to_close < 0 OR (closed_at IS NOT NULL AND hours_to_close IS NULL)"
        " OR (is_open AND resolve_due_at < now() AT TIME ZONE 'UTC')"
        " OR (state IN ('in_progress', 'waiting') AND responded_at IS NULL)"
    )
    assert not odd
    assert database.value("SELECT count(*) FROM logistics_exception_pause") == 40
    by_hand = "SELECT count(*) FROM logistics_exception WHERE severity_by_hand"
    assert database.value(by_hand) == 20
    # What nobody owns lies on a desk.
    assert not database.value(
        "SELECT count(*) FROM logistics_exception"
        " WHERE is_open AND team_id IS NULL AND user_id IS NULL"
    )


def test_where_old_orders_stand(company):
    """What was known goes over at once; the rest is looked at after it."""
    assert sum(company.taken_over.values()) == 200
    assert {name: company.old_states[name] for name in company.taken_over} == company.taken_over
    database = company.database
    assert dict(database.rows(COUNTED)) == {
        "fulfilled": 50,
        "in_progress": 40,
        "blocked": 20,
        "pending": 80,
        "cancelled": 10,
    }
    assert company.looked_at >= 400  # orders and transfers
    assert not database.value("SELECT count(*) FROM logistics_business_due")


def test_changes_are_noted_from_now_on(company):
    database = company.database
    triggers = "SELECT count(*) FROM pg_trigger WHERE tgname ~ '^logistics_due_'"
    assert database.value(triggers) >= 20
    order = database.value("SELECT max(id) FROM sale_order")
    database.rows("UPDATE sale_order SET commitment_date = now() WHERE id = %s", order)
    assert database.value("SELECT count(*) FROM logistics_business_due") == 1
    database.rows("DELETE FROM logistics_business_due")


def test_nobody_is_called_for_what_was_before(company):
    database = company.database
    for table in (
        "logistics_exception_escalation",
        "logistics_customer_notice",
        "logistics_escalation_digest",
    ):
        assert not database.value(f"SELECT count(*) FROM {table}"), table
    assert company.after["mails"] == company.before["mails"]
    assert len(company.after["activities"]) - len(company.before["activities"]) <= 2
