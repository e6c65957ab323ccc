from odoo import api, fields, models
from odoo.tools import SQL

from ...core.api.operations import OPERATIONS

KEEP_DAYS = 90
PATHS = [(one.code, f"{one.method} {one.path}") for one in OPERATIONS]


class LogisticsApiUse(models.Model):
    """How often a key asked for what on one day. Written past the ORM (``api/usage.py``)."""

    _name = "logistics.api.use"
    _description = "Calls of the API"
    _log_access = False
    _order = "day desc, operation, id desc"
    _rec_name = "operation"

    key_id = fields.Many2one(
        "logistics.api.key", required=True, readonly=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="key_id.company_id")
    operation = fields.Selection(PATHS, "What", required=True, readonly=True)
    day = fields.Date(required=True, readonly=True, help="In UTC.")
    calls = fields.Integer(required=True, readonly=True)
    refused = fields.Integer(
        required=True, readonly=True, help="Too many at a time, or not allowed, or not understood."
    )

    _day_uniq = models.UniqueIndex("(key_id, operation, day)")

    @api.autovacuum
    def _gc_old(self):
        self.env.cr.execute(
            "DELETE FROM logistics_api_use WHERE day < now() - make_interval(days => %s)",
            (KEEP_DAYS,),
        )


class LogisticsApiOperation(models.Model):
    """The catalogue: what the API offers, what a key needs for it, and who asks for it."""

    _name = "logistics.api.operation"
    _description = "API Endpoint"
    _auto = False
    _order = "id"
    _rec_name = "path"

    code = fields.Char(readonly=True)
    method = fields.Char(readonly=True)
    path = fields.Char(readonly=True)
    summary = fields.Char("What it does", readonly=True)
    description = fields.Text(readonly=True)
    scope = fields.Char("Needs", readonly=True, help="What the key must be allowed.")
    key_ids = fields.Many2many(
        "logistics.api.key", compute="_compute_use", string="Called by", help="In the last 30 days."
    )
    contract_ids = fields.Many2many(
        "logistics.contract", compute="_compute_contracts", string="Contracts"
    )
    calls = fields.Integer(compute="_compute_use", help="In 30 days.")
    refused = fields.Integer(compute="_compute_use", help="In 30 days.")

    @property
    def _table_query(self):
        names = ("code", "method", "path", "summary", "description", "scope")
        rows = [
            [number, *(getattr(one, name) for name in names)]
            for number, one in enumerate(OPERATIONS, 1)
        ]
        values = SQL(", ").join(SQL("%s", tuple(row)) for row in rows)
        columns = SQL(", ").join(SQL.identifier(name) for name in ("id", *names))
        return SQL("SELECT * FROM (VALUES %s) AS operation (%s)", values, columns)

    def _compute_use(self):
        since = fields.Date.subtract(fields.Date.today(), days=30)
        groups = self.env["logistics.api.use"]._read_group(
            [("day", ">=", since)],
            ["operation"],
            ["key_id:recordset", "calls:sum", "refused:sum"],
        )
        found = {operation: rest for operation, *rest in groups}
        for one in self:
            one.key_ids, one.calls, one.refused = found.get(
                one.code, (self.env["logistics.api.key"], 0, 0)
            )

    def _compute_contracts(self):
        """Versions that messages are held against which come by this way."""
        tells = self.filtered(lambda one: one.scope == "events:write")
        tells.contract_ids = self.env["logistics.contract"].search(
            [
                ("provider_id.code", "=", "canonical"),
                ("direction", "=", "in"),
                ("state", "in", ("approved", "deprecated")),
            ]
        )
        (self - tells).contract_ids = False

    def action_docs(self):
        """Open the page for developers."""
        return self.env["logistics.api.key"].action_docs()
