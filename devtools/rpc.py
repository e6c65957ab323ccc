"""Calling a running Odoo from outside, as a program of a partner or a test would."""

import xmlrpc.client


class Rpc:
    """Odoo's external API over XML-RPC, logged in once.

    rpc = Rpc(server.url, "my_db")
    rpc("sale.order", "search_count", [("state", "=", "sale")])
    """

    def __init__(self, url, db, login="admin", password="admin"):
        self.db, self.password = db, password
        common = xmlrpc.client.ServerProxy(f"{url}/xmlrpc/2/common", allow_none=True)
        self.uid = common.authenticate(db, login, password, {})
        if not self.uid:
            raise PermissionError(f"{login} may not log in to {db}")
        self.models = xmlrpc.client.ServerProxy(f"{url}/xmlrpc/2/object", allow_none=True)

    def __call__(self, model, method, *args, **kwargs):
        """Call a public method of a model: ``rpc("res.partner", "write", [7], {"name": "x"})``."""
        return self.models.execute_kw(
            self.db, self.uid, self.password, model, method, list(args), kwargs
        )
