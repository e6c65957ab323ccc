"""Every addon of ours comes, is upgraded and goes: alone (with base), and all together.

What is there after the last one left must be what was there before the first one came: tables,
columns, indexes, models, fields, views, menus, groups, rules, crons. Each step is an Odoo process
of its own, therefore each also shows that Odoo still loads.

The combinations with demo data are marked slow: ``pytest -m slow tests/test_addons_lifecycle.py``.
"""

import ast
import os

import pytest

from devtools import addons, config, databases, paths
from devtools.postgres import Cluster
from devtools.system import run

from .support.database import Database

BASE = "logistics_connector_base"


def _manifest(name):
    return ast.literal_eval((paths.PROJECT / name / "__manifest__.py").read_text())


# Bridges come and go with what they connect. ODOOS: of it, what is Odoo's and not there before us
# (purchase_stock comes by itself).
BRIDGES = [name for name in addons.ours() if _manifest(name).get("auto_install")]
OTHERS = [name for name in addons.ours() if name != BASE and name not in BRIDGES]
ODOOS = sorted(
    {name for bridge in BRIDGES for name in _manifest(bridge)["depends"]}
    - {*addons.ours(), *addons.STANDARD, "purchase_stock"}
)
WITH_DEMO = pytest.param(True, id="demo", marks=pytest.mark.slow)
WITHOUT_DEMO = pytest.param(False, id="plain")

# Odoo writes down what a model has by delegation (quotation.document's from ir.attachment) at an
# upgrade only, not at the installation that brings it. And of a condition that inherits one of
# base's it writes down what that one inherits as if base said so: the name stays until base is
# upgraded.
SNAPSHOT = """
SELECT 'column ' || table_name || '.' || column_name || ' ' || data_type
  FROM information_schema.columns WHERE table_schema = 'public'
UNION SELECT 'index ' || indexname FROM pg_indexes WHERE schemaname = 'public'
UNION SELECT 'constraint ' || conrelid::regclass || '.' || conname FROM pg_constraint
  WHERE connamespace = 'public'::regnamespace
UNION SELECT 'db sequence ' || sequencename FROM pg_sequences
  WHERE sequencename !~ '^ir_sequence_[0-9]+'
UNION SELECT 'db sequences of ir.sequence: ' || count(*) FROM pg_sequences
  WHERE sequencename ~ '^ir_sequence_[0-9]+'
UNION SELECT 'function ' || proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace
UNION SELECT 'trigger ' || tgname FROM pg_trigger WHERE NOT tgisinternal
UNION SELECT 'model ' || model FROM ir_model
UNION SELECT 'field ' || model || '.' || name FROM ir_model_fields
    WHERE related IS NULL OR NOT starts_with(related, 'ir_attachment_id.')
UNION SELECT 'm2m table ' || name FROM ir_model_relation
UNION SELECT 'xml id ' || module || '.' || name FROM ir_model_data WHERE module ~ '^logistics'
    AND name <> 'field_quotation_document__logistics_personal'
    AND name !~ '^model_inherit__logistics_condition_'
UNION SELECT 'cron ' || cron_name FROM ir_cron
UNION SELECT 'channel ' || complete_name FROM queue_job_channel
UNION SELECT 'job function ' || name FROM queue_job_function
UNION SELECT 'view ' || name || ' of ' || coalesce(model, '') FROM ir_ui_view
UNION SELECT 'menu ' || (name->>'en_US') FROM ir_ui_menu
UNION SELECT 'action ' || type || ' ' || (name->>'en_US') FROM ir_actions
UNION SELECT 'group ' || (name->>'en_US') FROM res_groups
UNION SELECT 'privilege ' || (name->>'en_US') FROM res_groups_privilege
UNION SELECT 'user ' || login FROM res_users
UNION SELECT 'rule ' || name FROM ir_rule
UNION SELECT 'access ' || name FROM ir_model_access
UNION SELECT 'parameter ' || key FROM ir_config_parameter
UNION SELECT 'number sequence ' || coalesce(code, name) FROM ir_sequence
UNION SELECT 'attachment of ' || res_model FROM ir_attachment WHERE res_model ~ '^logistics'
UNION SELECT 'mail of ' || model FROM mail_message WHERE model ~ '^logistics'
UNION SELECT 'activity of ' || res_model FROM mail_activity WHERE res_model ~ '^logistics'
UNION SELECT 'waiting job of ' || model_name FROM queue_job
  WHERE model_name ~ '^logistics' AND state IN ('wait_dependencies', 'pending', 'enqueued')
"""

# Something of everything that could keep an addon from going: rows that point to each other, a
# pending job, chatter, an activity, a warehouse that points to a connection.
USE = """
c = env["logistics.connection"].create({
    "name": "x", "state": "live",
    "provider_id": env.ref("logistics_connector_base.provider_canonical").id})
c.message_post(body="hello")
w = env["stock.warehouse"].search([], limit=1)
if "logistics_connection_id" in w._fields:
    w.logistics_connection_id = c
p = env["product.product"].create({"name": "Lamp", "type": "consu", "is_storable": True})
env["stock.quant"]._update_available_quantity(p, w.lot_stock_id, 10)
so = env["sale.order"].create({
    "partner_id": env["res.partner"].create({"name": "Ada"}).id,
    "order_line": [(0, 0, {"product_id": p.id, "product_uom_qty": 1})]})
so.action_confirm()
d = so.picking_ids
d.carrier_tracking_ref = "1Z12345E0291980793"
s = d._ensure_shipment()
s._record_own_event("PUP_PICKED_UP")
s.activity_schedule("mail.mail_activity_data_todo", user_id=env.uid)
env["logistics.shipment.charge"].create(
    {"shipment_id": s.id, "name": "Freight", "kind": "billed", "amount": 3})
m = env["logistics.message"].create({
    "connection_id": c.id, "company_id": c.company_id.id, "direction": "in", "channel": "webhook",
    "state": "received", "provider": "canonical", "receipt": "r", "correlation_id": "c",
    "digest": "d", "received_at": "2026-03-01 10:00:00"})
env.flush_all()
env.cr.execute(
    "INSERT INTO logistics_message_body (message_id, headers, content) VALUES (%s, '{}', '')",
    (m.id,))
env["logistics.exception"]._report([{
    "type": "parse_failure", "key": "k", "name": "k", "company_id": c.company_id.id,
    "connection_id": c.id, "message_id": m.id, "shipment_id": s.id}])
assert env["logistics.inbox"]._wake() and env["queue.job"].search_count([])
env.cr.commit()
"""


class Installation:
    """A database without our addons, and what Odoo does to it."""

    def __init__(self, name, demo):
        self.name, self.demo = name, demo
        self.conf = config.write(
            paths.RUN / f"lifecycle-{name}.conf",
            # Without base among the server-wide modules: Odoo does not uninstall those.
            config.options(
                Cluster.main(),
                name,
                log_level="warn",
                server_wide_modules="base,rpc,web,queue_job",
            ),
        )

    def odoo(self, *command, stdin=None):
        """Run Odoo; it must neither fail nor complain."""
        output = run(
            [paths.PYTHON, paths.ODOO_SCRIPT, *command],
            stdin=stdin,
            environment=config.environment(),
        )
        complaints = [
            line
            for line in output.splitlines()
            if any(f" {level} " in line for level in ("WARNING", "ERROR", "CRITICAL"))
            # Odoo says so of every option that it does not know itself.
            and "unknown option 'logistics_" not in line
        ]
        assert complaints == []

    def _load(self, *options):
        demo = ["--with-demo"] if self.demo else []
        self.odoo(
            "-c", self.conf, "-d", self.name, "--no-http", *options, *demo, "--stop-after-init"
        )

    def install(self, *names):
        self._load("-i", ",".join(names))
        assert self.installed() >= {name for name in names if name.startswith(addons.PREFIX)}

    def upgrade(self, *names):
        self._load("-u", ",".join(names))

    def uninstall(self, *names):
        self.odoo("module", "uninstall", "-c", self.conf, "-d", self.name, *names)
        assert not self.installed() & set(names)

    def load(self):
        self._load()

    def use(self):
        self.odoo("shell", "-c", self.conf, "-d", self.name, "--no-http", stdin=USE)

    def installed(self):
        query = (
            "SELECT name FROM ir_module_module WHERE state = 'installed' AND name ~ '^logistics'"
        )
        return set(Database(self.name).column(query)) - set(BRIDGES)

    def snapshot(self):
        return set(Database(self.name).column(SNAPSHOT))


@pytest.fixture
def make_installation():
    """Copies of a template: ``make_installation(demo, template=None)``."""
    made = []

    def make(demo, template=None):
        name = f"lifecycle_{os.getpid()}_{len(made)}"
        if template:
            databases.copy(template, name)
        else:
            databases.create(name, demo, standard=True)
        made.append(Installation(name, demo))
        return made[-1]

    yield make
    for installation in made:
        databases.drop(installation.name)
        installation.conf.unlink(missing_ok=True)


@pytest.fixture(scope="module")
def with_base():
    """The name of a database with base only, by whether it has demo data."""
    made = {}

    def ensure(demo):
        if demo not in made:
            made[demo] = f"lifecycle_{os.getpid()}_base_{'demo' if demo else 'plain'}"
            databases.create(made[demo], demo, standard=True)
            databases.install(made[demo], [BASE], demo)
        return made[demo]

    yield ensure
    for name in made.values():
        databases.drop(name)


@pytest.mark.parametrize("demo", [WITHOUT_DEMO, WITH_DEMO])
@pytest.mark.parametrize("name", OTHERS)
def test_alone_with_base(name, demo, make_installation, with_base):
    installation = make_installation(demo, with_base(demo))
    before = installation.snapshot()
    installation.install(name)
    assert installation.installed() == {BASE, name}
    # Some of it is counted: a count that grew is another entry.
    assert installation.snapshot() - before, "the addon brings nothing"
    installation.uninstall(name)
    assert installation.snapshot() - before == set()
    assert before - installation.snapshot() == set()


@pytest.mark.parametrize("demo", [WITHOUT_DEMO, WITH_DEMO])
def test_all_together(demo, make_installation):
    installation = make_installation(demo)
    installation.install(*ODOOS)
    before = installation.snapshot()
    installation.install(BASE, *OTHERS)
    bridges = Database(installation.name).column(
        "SELECT name FROM ir_module_module WHERE state = 'installed' AND name = ANY(%s)", BRIDGES
    )
    assert set(bridges) == set(BRIDGES), "they come by themselves"
    full = installation.snapshot()
    installation.upgrade(BASE, *OTHERS)
    assert installation.snapshot() == full, "an upgrade of the same version changes nothing"
    installation.use()
    # One goes and the others stay; then the rest at once.
    for name in OTHERS[:2]:
        installation.uninstall(name)
    assert installation.installed() == {BASE, *OTHERS[2:]}
    installation.uninstall(BASE)
    assert installation.installed() == set()
    assert installation.snapshot() - before == set()
    assert before - installation.snapshot() == set()
    installation.load()


@pytest.mark.slow
def test_it_comes_back_after_it_went(make_installation):
    installation = make_installation(False)
    installation.install(BASE, *OTHERS)
    full = installation.snapshot()
    installation.use()
    installation.uninstall(BASE)
    installation.install(BASE, *OTHERS)
    assert installation.snapshot() == full


@pytest.mark.slow
@pytest.mark.parametrize("last", OTHERS)
def test_each_goes_while_the_others_stay(last, make_installation):
    installation = make_installation(False)
    installation.install(BASE, *OTHERS)
    installation.use()
    installation.uninstall(last)
    assert installation.installed() == {BASE, *OTHERS} - {last}
    installation.load()
