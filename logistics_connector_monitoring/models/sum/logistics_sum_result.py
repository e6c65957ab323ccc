import logging
from collections import defaultdict
from datetime import timedelta

from odoo import api, fields, models
from odoo.addons.logistics_connector_base.core.sums import LEFT, RIGHT, Total, totals
from odoo.exceptions import AccessError

_logger = logging.getLogger(__name__)

MANAGER = "logistics_connector_base.group_logistics_manager"
TYPE = "sums_differ"
# Rows at fault that are kept with a result; all of them are counted.
MOST_GAPS = 500
# … and that the exception names.
NAMED = 20
KEPT_DAYS = 400


class LogisticsSumResult(models.Model):
    """How two sums that must agree came out for a company, on a day."""

    _name = "logistics.sum.result"
    _description = "Sums of a Day"
    _order = "day desc, agrees, sequence, company_id, id"
    _log_access = False
    _logistics_scope = "logistics.usual.gap"  # over all shipments: not for who sees a part

    code = fields.Char(required=True, readonly=True)
    sequence = fields.Integer(readonly=True)
    name = fields.Char("What", compute="_compute_words")
    statement = fields.Text("What must be equal", compute="_compute_words")
    numbers_text = fields.Char("Counted", compute="_compute_words")
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True, ondelete="cascade"
    )
    day = fields.Date(required=True, readonly=True)
    since = fields.Date(readonly=True, help="What is older was not looked at.")
    counted_at = fields.Datetime("Counted on", required=True, readonly=True)
    numbers = fields.Json(readonly=True)
    difference = fields.Float(readonly=True, digits=(16, 2))
    gap_count = fields.Integer("Rows at fault", readonly=True)
    agrees = fields.Boolean(readonly=True)
    is_last = fields.Boolean("Last count", readonly=True)
    gap_ids = fields.One2many("logistics.sum.gap", "result_id", "Shown", readonly=True)
    exception_id = fields.Many2one(
        "logistics.exception", "Case", readonly=True, index="btree_not_null", ondelete="set null"
    )

    _day_uniq = models.UniqueIndex("(code, company_id, day)")

    @api.depends("code", "numbers")
    @api.depends_context("lang")
    def _compute_words(self):
        sums = self.env["logistics.sum"]._sums()
        for result in self:
            one = sums.get(result.code)
            result.name = one._title() if one is not None else result.code
            result.statement = one._statement() if one is not None else False
            result.numbers_text = one is not None and result._numbers_in_words(one)

    def _numbers_in_words(self, one):
        numbers = self.numbers or {}
        sides = defaultdict(list)
        for part in one._parts():
            number = float(numbers.get(part.code) or 0)
            # Of the right side only what there is: most of its parts are empty on most days.
            if number or part.side == LEFT:
                sides[part.side].append(f"{number:,.{one._digits}f} {part.label}")
        left, right = (" + ".join(sides[side]) or "0" for side in (LEFT, RIGHT))
        return f"{left} {'≠' if self.difference else '='} {right}"

    # -- counting -----------------------------------------------------------------------------

    @api.model
    def _cron_count(self):
        """Cron, each night: all sums, each in a transaction of its own; one that fails leaves the
        others."""
        cron = self.env["ir.cron"]
        for code, one in self.env["logistics.sum"].sudo()._sums().items():
            try:
                with self.env.cr.savepoint():
                    self.sudo()._count(one)
            except Exception:
                _logger.exception("the sums “%s” were not counted", code)
                self.env.invalidate_all(flush=False)
            cron._commit_progress(1)
        self.sudo().search([("day", "<", fields.Date.today() - timedelta(days=KEPT_DAYS))]).unlink()

    def action_count_now(self):
        """Count all of them, for who does not want to wait for the night."""
        if not self.env.user.has_group(MANAGER):
            raise AccessError(self.env._("Managers of Logistics have sums counted."))
        for one in self.env["logistics.sum"].sudo()._sums().values():
            self.sudo()._count(one)
        return {"type": "ir.actions.client", "tag": "soft_reload"}

    @api.model
    def _count(self, one):
        """Count a sum for all companies; a difference, or a row at fault, is an exception.

        :param one: model of the sum
        :return: the results
        """
        now = fields.Datetime.now()
        since = now - timedelta(days=one._days)
        found = totals(one._parts(), one._counted(since))
        gaps = defaultdict(list)
        for row_id, company_id, why in one._gap_rows(since):
            gaps[company_id].append((row_id, why))
        empty = totals(one._parts(), [(0, one._parts()[0].code, 0)])[0]
        results = self.browse()
        for company_id in sorted({*found, *gaps}):
            total = found.get(company_id, empty)
            results |= self._keep(one, company_id, total, gaps[company_id], now, since)
        earlier = self.search([("code", "=", one._code()), ("is_last", "=", True)]) - results
        earlier.is_last = False
        self._report(one, results, earlier)
        return results

    def _keep(self, one, company_id, total: Total, gaps, now, since):
        day = now.date()
        self.search(
            [("code", "=", one._code()), ("company_id", "=", company_id), ("day", "=", day)]
        ).unlink()
        reasons, shown = one._reasons(), gaps[:MOST_GAPS]
        records = self.env[one._subject].sudo().browse([row_id for row_id, _why in shown])
        names = {record.id: record.display_name for record in records.exists()}
        return self.create(
            {
                "code": one._code(),
                "sequence": one._sequence,
                "company_id": company_id,
                "day": day,
                "since": since.date(),
                "counted_at": now,
                "numbers": {code: float(number) for code, number in total.numbers},
                "difference": float(total.difference),
                "gap_count": len(gaps),
                "agrees": not gaps and not total.difference,
                "is_last": True,
                "gap_ids": [
                    (
                        0,
                        0,
                        {
                            "res_model": one._subject,
                            "res_id": row_id,
                            "name": names.get(row_id) or f"#{row_id}",
                            "why": reasons[why],
                        },
                    )
                    for row_id, why in shown
                ],
            }
        )

    def _report(self, one, results, earlier):
        """Open the cases of what differs; close those of what agrees again."""
        exceptions = self.env["logistics.exception"].sudo()
        wrong = results.filtered(lambda result: not result.agrees)
        exceptions._report([result._trouble() for result in wrong])
        healed = {result._key() for result in (results | earlier) - wrong}
        exceptions._resolve_keys(
            healed - {result._key() for result in wrong}, self.env._("The sums agree again.")
        )
        cases = exceptions.search([("key", "in", [result._key() for result in wrong])], order="id")
        # The newest of a key wins: an older one was closed.
        newest = {case.key: case for case in cases}
        for result in wrong:
            result.exception_id = newest.get(result._key())

    def _key(self):
        return f"sum:{self.code}:{self.company_id.id}"

    def _trouble(self):
        lines = [self.statement, "", self.numbers_text or ""]
        if self.gap_ids:
            lines.append("")
            lines += [f"{gap.name}: {gap.why}" for gap in self.gap_ids[:NAMED]]
        if self.gap_count > NAMED:
            lines.append(self.env._("… and %s more.", self.gap_count - NAMED))
        if not self.gap_count:
            lines += ["", self.env._("No row shows why.")]
        return {
            "type": TYPE,
            "key": self._key(),
            "name": self.name,
            "company_id": self.company_id.id,
            "detail": "\n".join(lines),
        }

    # -- what people do -----------------------------------------------------------------------

    def action_view_gaps(self):
        """The rows at fault, in the list in which they are worked with."""
        self.ensure_one()
        self.check_access("read")
        one = self.env["logistics.sum"]._sums()[self.code]
        return {
            "type": "ir.actions.act_window",
            "name": self.name,
            "res_model": one._subject,
            "views": [[False, "list"], [False, "form"]],
            "domain": [("id", "in", self.sudo().gap_ids.mapped("res_id"))],
            "context": {"create": False},
        }
