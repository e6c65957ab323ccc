"""Setting up partners in Odoo as an administrator does: connection, secret, address, go live."""

from urllib.parse import urlsplit

#: So fast that no test meets the limit by accident; the code that keeps it runs all the same.
FAST = {"rate_limit": 10_000, "rate_burst": 50_000}


def connect(rpc, partner, name=None, **values):
    """Let ``partner`` (a simulator) send to the Odoo behind ``rpc``; the connection's id.

    A connection of that name that is there already is used again, with a new secret and address.
    """
    name = name or partner.name
    found = rpc("logistics.connection", "search", [("name", "=", name)], limit=1)
    if found:
        connection_id = found[0]
        stale = rpc(
            "logistics.credential", "search", [("connection_id", "=", connection_id)], limit=50
        )
        rpc("logistics.credential", "unlink", stale)
    else:
        provider = rpc.one("logistics.provider", [("code", "=", partner.provider)], ["id"])["id"]
        connection_id = rpc(
            "logistics.connection",
            "create",
            [
                {
                    "name": name,
                    "provider_id": provider,
                    **FAST,
                    **partner.connection_values(),
                    **values,
                }
            ],
        )[0]
    add_secret(rpc, connection_id, partner.secret)
    partner.url = new_address(rpc, connection_id)
    state = rpc("logistics.connection", "read", [connection_id], ["state"])[0]["state"]
    if state != "live":
        rpc("logistics.connection", "action_go_live", [connection_id])
    return connection_id


def add_secret(rpc, connection_id, secret, **values):
    """Store one more secret of a connection; the credential's id."""
    return rpc(
        "logistics.credential",
        "create",
        [{"connection_id": connection_id, "secret": secret, **values}],
    )[0]


def new_address(rpc, connection_id):
    """A new intake address, under the URL by which ``rpc`` reaches Odoo."""
    action = rpc("logistics.connection", "action_new_address", [connection_id])
    path = urlsplit(action["context"]["default_url"]).path
    return rpc.url + path


def make_shipments(rpc, numbers, issuer=""):
    """Shipments without delivery orders, one for each tracking number; ids by number."""
    ids = {}
    numbers = list(numbers)
    for start in range(0, len(numbers), 500):
        part = numbers[start : start + 500]
        values = [{"issuer": issuer, "package_ids": [(0, 0, {"tracking_number": n})]} for n in part]
        ids.update(zip(part, rpc("logistics.shipment", "create", values), strict=True))
    return ids
