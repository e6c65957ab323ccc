"""Desks with people and clocks, so that a visitor sees whose a case is and by when it is due."""

CASES = "logistics.exception"
MEMBERS = {
    "team_transport": ("lisa", "max"),
    "team_order_desk": ("lisa",),
    "team_customer_service": ("lisa",),
    "team_integration": ("max",),
}
#: Name, severity from, hours to respond and to resolve.
POLICIES = (("Grave cases", "major", 1, 8), ("All other cases", "info", 8, 40))


def ensure_desks(rpc):
    """Give the shipped teams members, and cases their policies, unless that is done already."""
    users = dict.fromkeys(("lisa", "max"))
    for login in users:
        [users[login]] = rpc("res.users", "search", [("login", "=", login)])
    for team, members in MEMBERS.items():
        ids = [users[login] for login in members]
        values = {"user_id": users["max"], "member_ids": [(6, 0, ids)]}
        rpc("logistics.team", "write", [rpc.ref(f"logistics_connector_base.{team}")], values)
    # Cases lie on the desk until somebody takes them: the steps show them as they opened.
    rules = rpc("logistics.assignment.rule", "search", [("sequence", "=", 100)])
    rpc("logistics.assignment.rule", "write", rules, {"method": "team"})
    if rpc("logistics.sla.policy", "search_count", [("name", "=", POLICIES[0][0])]):
        return
    for place, (name, severity, respond, resolve) in enumerate(POLICIES, start=1):
        rpc(
            "logistics.sla.policy",
            "create",
            [
                {
                    "name": name,
                    "sequence": place,
                    "min_severity": severity,
                    "respond_hours": respond,
                    "resolve_hours": resolve,
                    "level_ids": [(0, 0, {"clock": "resolve", "basis": "percent", "amount": 100})],
                }
            ],
        )


def start_clocks(rpc, reference_mark):
    """Dates for the cases of the history, from when they opened; some are in work, one waits."""
    [lisa] = rpc("res.users", "search", [("login", "=", "lisa")])
    policies = rpc("logistics.sla.policy", "search", [("name", "=", POLICIES[0][0])])
    rpc("logistics.sla.policy", "action_apply", policies)
    reference = "shipment_id.sale_order_ids.client_order_ref"
    cases = rpc(
        CASES, "search", [(reference, "=like", f"{reference_mark}%"), ("is_open", "=", True)]
    )
    taken = cases[::3]
    if taken:
        rpc(CASES, "write", taken, {"user_id": lisa})
        said = {"exception_ids": [(6, 0, taken[:1])], "waiting_for": "carrier"}
        rpc(f"{CASES}.wait", "action_wait", rpc(f"{CASES}.wait", "create", [said]))
