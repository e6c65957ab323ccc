"""The exception workbench with a million cases: each queue's first page with its count, and the
groupings that people choose most, as the web client asks for them."""

# Twenty people and connections; causes, types and teams are those that base ships.
PEOPLE = """
people = env["res.users"].with_context(no_reset_password=True).create([
    {"name": f"Bench {n}", "login": f"bench_{n}", "company_id": env.company.id,
     "company_ids": [(6, 0, env.company.ids)],
     "group_ids": [(6, 0, [env.ref(g).id for g in groups])]} for n in range(20)])
provider = env.ref("logistics_connector_base.provider_canonical")
env["logistics.connection"].create([
    {"name": f"Partner {n}", "provider_id": provider.id} for n in range(20)])
"""
OPEN = "%(n)s %% 20 = 0"


def _one_of(table, where="TRUE", step=1):
    """One row's id, another one for each number; SQL."""
    ids = f"(SELECT array_agg(id ORDER BY id) FROM {table} WHERE {where})"
    return f"{ids}[%(n)s / {step} %% (SELECT count(*) FROM {table} WHERE {where}) + 1]"


USERS = "login LIKE 'bench_%%'"
# One in twenty is open, half of these are owned, one in two hundred of them sleeps.
OVERRIDES = {
    "key": "'bench:' || %(n)s",
    "name": "'No shipment for NW' || lpad(%(n)s::text, 12, '0')",
    "reference": "'NW' || lpad(%(n)s::text, 12, '0')",
    "type_id": _one_of("logistics_exception_type"),
    "connection_id": _one_of("logistics_connection"),
    "team_id": _one_of("logistics_team", step=7),
    "user_id": f"CASE WHEN %(n)s %% 40 = 0 THEN {_one_of('res_users', USERS, 40)} END",
    "state": f"CASE WHEN {OPEN} THEN CASE WHEN %(n)s %% 40 = 0 THEN 'assigned' ELSE 'new' END"
    " WHEN %(n)s %% 100 = 1 THEN 'duplicate' ELSE 'resolved' END",
    "is_open": OPEN,
    "severity_rank": "%(n)s / 20 %% 5",
    "severity": "(ARRAY['info', 'warning', 'minor', 'major', 'critical'])[%(n)s / 20 %% 5 + 1]",
    "severity_due_at": f"CASE WHEN {OPEN} THEN now() + %(n)s * interval '1 s' END",
    "value_at_risk": "CASE WHEN %(n)s %% 3 = 0 THEN %(n)s * 7919::bigint %% 200000 ELSE 0 END",
    "reopen_count": "CASE WHEN %(n)s %% 60 = 0 THEN 1 ELSE 0 END",
    "occurrence_count": "%(n)s %% 9 + 1",
    "first_seen_at": "now() - %(n)s * interval '30 s'",
    "opened_at": "now() - %(n)s * interval '30 s'",
    "last_seen_at": "now() - %(n)s * interval '29 s'",
    "closed_at": f"CASE WHEN NOT {OPEN} THEN now() - %(n)s * interval '28 s' END",
    "hours_to_close": f"CASE WHEN {OPEN} THEN 0 ELSE %(n)s %% 500 / 10.0 END",
    "snoozed_until": "CASE WHEN %(n)s %% 4000 = 0 THEN now() + interval '1 day' END",
    "cause_id": f"CASE WHEN NOT {OPEN} THEN {_one_of('logistics_exception_cause')} END",
    "cause_party": f"CASE WHEN NOT {OPEN} THEN"
    " (ARRAY['carrier', 'warehouse', 'us', 'unknown'])[%(n)s %% 4 + 1] END",
    "outcome_id": f"CASE WHEN NOT {OPEN} THEN {_one_of('logistics_exception_outcome')} END",
}
AWAKE = [("is_open", "=", True), ("is_snoozed", "=", False)]
CLOSED = [("state", "=", "resolved"), ("cause_id", "!=", False)]
#: Domain and order of each queue; "{…}" is filled in.
QUEUES = {
    "open": (AWAKE, None),
    "mine": ([*AWAKE, ("user_id", "=", "{me}")], None),
    "unowned": ([*AWAKE, ("user_id", "=", False)], None),
    "my_teams": ([*AWAKE, ("team_id.member_ids", "in", "{me}")], None),
    "snoozed": ([("is_snoozed", "=", True)], None),
    "grave": ([*AWAKE, ("severity", "in", ["critical", "major"])], None),
    "of_a_type": ([*AWAKE, ("type_id", "=", "{type}")], None),
    "of_a_connection": ([*AWAKE, ("connection_id", "=", "{connection}")], None),
    "came_back": ([*AWAKE, ("reopen_count", ">", 0)], None),
    "seen_again": ([*AWAKE, ("occurrence_count", ">", 1)], None),
    "by_value": (AWAKE, "value_at_risk desc, id desc"),
    "valuable": ([*AWAKE, ("value_at_risk", ">=", 100_000)], "value_at_risk desc, id desc"),
    "closed": ([("is_open", "=", False)], None),
    "everything": ([], None),
}
#: Domain, group by, aggregates.
GROUPS = {
    "open_by_type": (AWAKE, ["type_id"], ["value_at_risk:sum"]),
    "open_by_severity": (AWAKE, ["severity"], []),
    "open_by_owner": (AWAKE, ["user_id"], []),
    "open_by_team": (AWAKE, ["team_id"], []),
    "open_by_state": (AWAKE, ["state"], []),
    "open_by_connection": (AWAKE, ["connection_id"], []),
    "pareto_of_causes": (CLOSED, ["cause_id"], []),
    "causes_in_figures": (
        CLOSED,
        ["cause_party", "cause_id"],
        ["hours_to_close:avg", "value_at_risk:sum"],
    ),
    "all_by_type": ([], ["type_id"], ["value_at_risk:sum", "hours_to_close:avg"]),
}
SETTING = """
import statistics, time
from lxml import etree
user = env["res.users"].search([("login", "=", "bench_0")])
model = env["logistics.exception"].with_user(user)
known = {{"{{me}}": user.id,
    "{{type}}": model.search([("is_open", "=", True)], limit=1).type_id.id,
    "{{connection}}": model.search([("is_open", "=", True)], limit=1).connection_id.id}}
domain = [(l[0], l[1], known.get(l[2], l[2]) if isinstance(l[2], str) else l[2])
          if isinstance(l, (list, tuple)) else l for l in {domain!r}]
"""
PAGE = (
    SETTING
    + """
arch = etree.fromstring(model.get_view(
    env.ref("logistics_connector_base.view_logistics_exception_list").id, "list")["arch"])
spec = {{}}
for node in arch:
    if node.tag == "field":
        field = model._fields[node.get("name")]
        spec[field.name] = {{"fields": {{"display_name": {{}}}}}} if field.relational else {{}}
pages, counts = [], []
for _round in range({rounds} + 2):
    env.invalidate_all()
    start = time.perf_counter()
    page = model.web_search_read(domain, spec, limit=80, order={order!r}, count_limit=10001)
    pages.append(time.perf_counter() - start)
    start = time.perf_counter()
    model.search_count(domain, limit=10001)
    counts.append(time.perf_counter() - start)
result = (statistics.median(pages[2:]) * 1000, statistics.median(counts[2:]) * 1000,
          len(page["records"]))
"""
)
GROUP = (
    SETTING
    + """
times = []
for _round in range({rounds} + 2):
    env.invalidate_all()
    start = time.perf_counter()
    found = model.web_read_group(domain, {group_by!r}, [*{aggregates!r}, "__count"], limit=80)
    times.append(time.perf_counter() - start)
result = (statistics.median(times[2:]) * 1000, len(found["groups"]))
"""
)
# The teams that are shipped have no members.
MEMBERS = """
INSERT INTO logistics_team_member_rel (team_id, user_id)
SELECT t.id, u.id FROM logistics_team t, res_users u
WHERE u.login LIKE 'bench_%' AND (t.id + u.id) % 4 = 0
"""


def measure(inside, rounds):
    """Milliseconds: ``queue_…`` first page with its count, ``count_…`` the count alone,
    ``group_…`` the groups."""
    figures = {}
    for name, (domain, order) in QUEUES.items():
        program = PAGE.format(domain=domain, order=order, rounds=rounds)
        page, count, shown = inside.run(program, timeout=600)
        if not shown:
            raise SystemExit(f"{name}: an empty page; the figure means nothing")
        figures[f"queue_{name}_ms"], figures[f"count_{name}_ms"] = page, count
    for name, (domain, group_by, aggregates) in GROUPS.items():
        program = GROUP.format(
            domain=domain, group_by=group_by, aggregates=aggregates, rounds=rounds
        )
        figures[f"group_{name}_ms"], shown = inside.run(program, timeout=600)
        if not shown:
            raise SystemExit(f"{name}: no groups; the figure means nothing")
    return figures
