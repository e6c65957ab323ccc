"""Writing outgoing messages as Odoo's own code does, in a process of its own."""

FLOW = {
    "name": "Order releases",
    "code": "release",
    "method": "POST",
    "form": "json",
    "cadence": "at_once",
}
ENQUEUE = """
flow = env["logistics.flow"].browse({flow_id})
ids = []
for value, more in {messages!r}:
    ids.append(env["logistics.outbox"]._enqueue(flow, value, **more).id)
result = ids
"""


def make_flow(rpc, connection_id, url, **values):
    """A flow of a connection, as an administrator makes it; its id."""
    values = {**FLOW, "connection_id": connection_id, "url": url, **values}
    return rpc("logistics.flow", "create", [values])[0]


def enqueue(inside, flow_id, messages):
    """Write messages in one transaction: ``[(value, keyword arguments)]``; their ids."""
    found = inside.run(ENQUEUE.format(flow_id=flow_id, messages=list(messages)))
    assert isinstance(found, list), found
    return found
