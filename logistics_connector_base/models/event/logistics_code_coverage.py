from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

# Two counts at once would write the same rows ("LOGC").
LOCK = 0x4C4F4743
DAYS = 90
# Minutes for which a count is good enough for whoever only looks.
FRESH = 10
COUNT = """
WITH seen AS MATERIALIZED (
    SELECT e.company_id, e.connection_id, e.issuer, COALESCE(e.raw_code, '') AS raw_code,
           COALESCE(e.raw_sub_code, '') AS raw_sub_code, count(*) AS events,
           count(*) FILTER (WHERE e.is_unmapped) AS unmapped,
           count(e.mapping_id) AS mapped,
           min(e.received_at) AS first_at, max(e.received_at) AS last_at, max(e.id) AS last_id
    FROM logistics_event e
    WHERE e.received_at >= %(since)s AND e.connection_id IS NOT NULL
          AND e.unsaid_by_id IS NULL AND %(events)s
    GROUP BY 1, 2, 3, 4, 5
), gone AS (
    DELETE FROM logistics_code_coverage k WHERE NOT EXISTS (
        SELECT FROM seen s WHERE (s.company_id, s.connection_id, s.issuer, s.raw_code,
            s.raw_sub_code) = (k.company_id, k.connection_id, k.provider, k.raw_code,
            k.raw_sub_code)) AND %(rows)s
)
INSERT INTO logistics_code_coverage AS k (company_id, connection_id, provider, raw_code,
    raw_sub_code, event_count, unmapped_count, is_stated, first_at, last_at, last_event_id, state,
    counted_at)
SELECT company_id, connection_id, issuer, raw_code, raw_sub_code, events, unmapped,
       unmapped = 0 AND mapped = 0, first_at, last_at, last_id, 'mapped', %(now)s
FROM seen
ON CONFLICT (connection_id, company_id, provider, raw_code, raw_sub_code) DO UPDATE SET
    event_count = EXCLUDED.event_count, unmapped_count = EXCLUDED.unmapped_count,
    is_stated = EXCLUDED.is_stated, first_at = EXCLUDED.first_at, last_at = EXCLUDED.last_at,
    last_event_id = EXCLUDED.last_event_id, counted_at = EXCLUDED.counted_at
"""


class LogisticsCodeCoverage(models.Model):
    """What a partner's codes were in the last months, how often each came, and whether it is
    understood. Counted from the events each night and on demand; what a mapping changes shows at
    once."""

    _name = "logistics.code.coverage"
    _description = "Code Coverage"
    _log_access = False
    _order = "unmapped_count desc, event_count desc, id"
    _rec_name = "raw_code"

    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True)
    connection_id = fields.Many2one(
        "logistics.connection", required=True, readonly=True, ondelete="cascade"
    )
    provider = fields.Char("Issuer", required=True, readonly=True)
    raw_code = fields.Char("Code", readonly=True)
    raw_sub_code = fields.Char("Sub code", readonly=True)
    state = fields.Selection(
        [
            ("mapped", "Understood"),
            ("stated", "Our own code"),
            ("behind", "To be replayed"),
            ("unmapped", "Unknown"),
        ],
        string="Understood?",
        help="To be replayed: a mapping knows it now, but events came before it was made.",
        required=True,
        readonly=True,
        default="mapped",
    )
    is_stated = fields.Boolean(readonly=True)
    event_count = fields.Integer("Events", readonly=True)
    unmapped_count = fields.Integer(
        "Unknown", readonly=True, help="Events with it that were not understood."
    )
    first_at = fields.Datetime("First seen", readonly=True)
    last_at = fields.Datetime("Last seen", readonly=True)
    counted_at = fields.Datetime("Counted at", readonly=True)
    last_event_id = fields.Many2one("logistics.event", readonly=True, ondelete="set null")
    sample = fields.Char(
        "Partner's words", related="last_event_id.raw_text_shown", help="Of the last event."
    )
    mapping_id = fields.Many2one(
        "logistics.event.mapping",
        readonly=True,
        ondelete="set null",
        help="What decides what the code means now.",
    )
    code_id = fields.Many2one("logistics.event.code", "Means", readonly=True, ondelete="set null")

    _raw_uniq = models.UniqueIndex(
        "(connection_id, company_id, provider, raw_code, raw_sub_code)",
        "Each code stands here once for each connection and company.",
    )
    _last_event = models.Index("(last_event_id)")

    @api.model
    def action_count(self):
        """Count anew, now."""
        self.check_access("read")
        if not self.sudo()._count():
            raise UserError(self.env._("It is being counted just now. Look again in a moment."))
        return {"type": "ir.actions.client", "tag": "soft_reload"}

    @api.model
    def _count_if_old(self):
        """Count unless the last count is of the last minutes: it reads the events of months."""
        last = self.search([], order="counted_at desc", limit=1).counted_at
        if not last or last < fields.Datetime.subtract(fields.Datetime.now(), minutes=FRESH):
            self._count()

    @api.model
    def _count(self, codes=None):
        """Count what came in the last :data:`DAYS` days.

        :param codes: of these ``(issuer, raw code)`` only: an index finds their events
        :return: False where somebody counts just now
        """
        self.env.cr.execute("SELECT pg_try_advisory_xact_lock(%s)", (LOCK,))
        if not self.env.cr.fetchone()[0]:
            return False
        self.env["logistics.event"].flush_model()
        self.flush_model()
        events = rows = SQL("TRUE")
        if codes is not None:
            wanted = tuple((issuer, raw_code or "") for issuer, raw_code in codes)
            events = SQL("(e.issuer, e.raw_code) IN %s", wanted)
            rows = SQL("(k.provider, k.raw_code) IN %s", wanted)
        now = fields.Datetime.now()
        since = fields.Datetime.subtract(now, days=DAYS)
        self.env.cr.execute(SQL(COUNT, since=since, now=now, events=events, rows=rows))
        self.env.invalidate_all()
        self.search([("counted_at", "=", now)])._judge()
        return True

    @api.model
    def _mappings_changed(self, issuers):
        """What these issuers' codes mean may be another thing now."""
        self.sudo().search([("provider", "in", list(issuers))])._judge()

    def _judge(self):
        """What the mappings say of these codes now."""
        mappings = self.env["logistics.event.mapping"]
        ids_by_code = self.env["logistics.event.code"]._ids_by_code()
        for row in self:
            code = row.provider, row.raw_code or "", row.raw_sub_code or ""
            found = mappings._lookup_code(*code, row.connection_id.ids)
            values = {"mapping_id": False, "code_id": False, "state": "unmapped"}
            if row.is_stated:
                values |= {"code_id": row.last_event_id.code_id.id, "state": "stated"}
            elif found:
                values = {
                    "mapping_id": found.mapping_id,
                    "code_id": ids_by_code[found.code],
                    "state": "behind" if row.unmapped_count else "mapped",
                }
            changed = {
                name: value
                for name, value in values.items()
                if (row[name].id if name.endswith("_id") else row[name]) != value
            }
            if changed:
                row.write(changed)

    def action_map(self):
        """Say what the code means: by its exception where one is open, else by a mapping."""
        self.ensure_one()
        self.check_access("read")
        exception = self.env["logistics.exception"].search(
            [
                ("type_code", "=", "unmapped_code"),
                ("is_open", "=", True),
                ("provider", "=", self.provider),
                ("raw_code", "=", self.raw_code),
                (
                    "raw_sub_code",
                    "in",
                    [self.raw_sub_code, *([] if self.raw_sub_code else [False])],
                ),
            ],
            limit=1,
        )
        if exception:
            return exception.action_map()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("What does it mean?"),
            "res_model": "logistics.event.mapping",
            "view_mode": "form",
            "res_id": self.mapping_id.id,
            "context": {
                "default_provider": self.provider,
                "default_raw_code": self.raw_code,
                "default_raw_sub_code": self.raw_sub_code,
            },
        }

    def action_view_events(self):
        self.ensure_one()
        self.check_access("read")
        action = self.env["ir.actions.actions"]._for_xml_id(
            "logistics_connector_base.action_logistics_event"
        )
        code = [("raw_code", "in", [self.raw_code, *([] if self.raw_code else [False])])]
        sub = [("raw_sub_code", "in", [self.raw_sub_code, *([] if self.raw_sub_code else [False])])]
        action["domain"] = [
            ("connection_id", "=", self.connection_id.id),
            ("company_id", "=", self.company_id.id),
            ("issuer", "=", self.provider),
            *code,
            *sub,
        ]
        action["context"] = {}
        return action

    def action_test_bench(self):
        """See, step by step, how the last message with this code is understood."""
        self.ensure_one()
        self.check_access("read")
        message = self.last_event_id.message_id
        if not message:
            raise UserError(self.env._("The message is not kept any more."))
        return message.action_test_bench()
