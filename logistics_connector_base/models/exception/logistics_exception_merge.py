from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from .logistics_exception_closing import DECIDED_TYPES


class LogisticsException(models.Model):
    """Several cases of one story are worked as one. The others are closed as its duplicates, and
    what they would report again counts on it: the next detector's run does not undo it."""

    _inherit = "logistics.exception"

    duplicate_of_id = fields.Many2one(
        "logistics.exception",
        "Duplicate of",
        readonly=True,
        ondelete="set null",
        index="btree_not_null",
        check_company=True,
    )
    duplicate_ids = fields.One2many(
        "logistics.exception", "duplicate_of_id", "Merged into this", readonly=True
    )
    duplicate_count = fields.Integer(compute="_compute_duplicate_count")
    # Of a duplicate, and of a case that has some: its own trouble is over. The case closes when
    # that of all of them is.
    is_healed = fields.Boolean(readonly=True)

    _duplicate_key = models.Index("(key) WHERE duplicate_of_id IS NOT NULL")

    @api.depends("duplicate_ids")
    def _compute_duplicate_count(self):
        for case in self:
            case.duplicate_count = len(case.duplicate_ids)

    # -- what people do -----------------------------------------------------------------------

    def action_merge(self):
        if len(self) < 2:
            raise UserError(self.env._("Choose at least two cases."))
        self._check_open()
        return self._open_wizard("logistics.exception.merge", self.env._("Merge"))

    def _check_mergeable(self, survivor):
        self.ensure_one()
        self._check_open()
        if self.company_id != survivor.company_id:
            raise UserError(self.env._("Cases of different companies cannot be merged."))
        same_shipment = self.shipment_id and self.shipment_id == survivor.shipment_id
        same_connection = self.connection_id and self.connection_id == survivor.connection_id
        if not same_shipment and not same_connection:
            raise UserError(
                self.env._("Only cases of one shipment, or of one connection, can be merged.")
            )
        if self.type_code in DECIDED_TYPES:
            raise UserError(self.env._("“%s” needs a decision of its own.", self.name))

    def _merge_into(self, survivor):
        """Close these as duplicates of ``survivor``; their own duplicates become its, too."""
        others = self - survivor
        survivor._check_open()
        for case in others:
            case._check_mergeable(survivor)
        self._one_at_a_time()
        for case in others:
            nested = case.duplicate_ids
            if nested:
                own = case.occurrence_count - sum(nested.mapped("occurrence_count"))
                case._put({"occurrence_count": own})
                nested._put({"duplicate_of_id": survivor.id})
            survivor._put(
                {
                    "occurrence_count": survivor.occurrence_count
                    + sum((case | nested).mapped("occurrence_count")),
                    "first_seen_at": min(survivor.first_seen_at, case.first_seen_at),
                    "last_seen_at": max(survivor.last_seen_at, case.last_seen_at),
                }
            )
            case._close(
                "duplicate",
                self.env._("Merged into “%s”", survivor.name),
                duplicate_of_id=survivor.id,
            )
        names = ", ".join(others.mapped("name"))
        survivor._message_log(body=self.env._("Merged into this one: %s", names))

    def action_unmerge(self):
        """Cases of their own again."""
        for case in self.filtered("duplicate_of_id"):
            survivor = case.duplicate_of_id
            if self.search_count([("key", "=", case.key), ("is_open", "=", True)], limit=1):
                raise UserError(
                    self.env._("The same trouble is open already in another exception.")
                )
            rest = survivor.occurrence_count - case.occurrence_count
            survivor._put({"occurrence_count": rest})
            case._put({**case._reopening_values(), "duplicate_of_id": False, "is_healed": False})
            survivor._message_log(body=self.env._("No longer merged into this one: %s", case.name))
        self.filtered("is_open")._refresh_severity()
        return True

    def action_view_duplicates(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "logistics_connector_base.action_logistics_exception"
        )
        return dict(action, domain=[("duplicate_of_id", "=", self.id)], context={}, path=False)

    # -- detectors ----------------------------------------------------------------------------

    def _counts_on(self, trouble, kind, now):
        if self.state != "duplicate":
            return super()._counts_on(trouble, kind, now)
        survivor = self.duplicate_of_id
        if not survivor or survivor.is_open:
            return survivor or None
        return survivor._counts_on(trouble, survivor.type_id, now)

    def _seen_again(self, count, trouble, now):
        result = super()._seen_again(count, trouble, now)
        its = self
        if trouble["key"] != self.key:
            its = self.search([("duplicate_of_id", "=", self.id), ("key", "=", trouble["key"])])
            for case in its:
                case._put({"occurrence_count": case.occurrence_count + count, "last_seen_at": now})
        its.filtered("is_healed")._put({"is_healed": False})
        return result

    @api.model
    def _resolve_keys(self, keys, outcome, events=None):
        healed = super()._resolve_keys(keys, outcome, events)
        merged = self.search(
            [
                ("key", "in", list(keys)),
                ("duplicate_of_id", "!=", False),
                ("is_healed", "=", False),
            ]
        )
        if merged:
            self._one_at_a_time()
            merged._over(outcome, events)
        return healed

    @api.model
    def _troubled(self):
        """Domain of the cases whose trouble is not over: open ones, what was merged into one."""
        merged = Domain("duplicate_of_id", "!=", False) & Domain("is_healed", "=", False)
        return Domain("is_open", "=", True) | merged

    def _over(self, outcome, events=None):
        """The trouble of these is over: open ones close, also those into which the others were
        merged when nothing else is left of them."""
        merged = self.filtered("duplicate_of_id")
        merged._put({"is_healed": True})
        (self - merged)._heal(outcome, events or {})
        survivors = merged.duplicate_of_id.filtered(lambda case: case.is_open and case.is_healed)
        survivors._heal(outcome, events or {})

    def _heal(self, outcome, events):
        """A case is over when its own trouble is, and that of all that was merged into it."""
        sick = self.search([("duplicate_of_id", "in", self.ids), ("is_healed", "=", False)])
        held = self & sick.duplicate_of_id
        held.filtered(lambda case: not case.is_healed)._put({"is_healed": True})
        return super(LogisticsException, self - held)._heal(outcome, events)

    # -- what is behind them ------------------------------------------------------------------

    def _messages(self):
        messages = super()._messages()
        for case in self.duplicate_ids:
            messages |= case._messages()
        return messages

    def _dismiss_behind(self, reason):
        result = super()._dismiss_behind(reason)
        for case in self.duplicate_ids:
            case._dismiss_behind(reason)
        return result

    @api.depends("duplicate_ids")
    def _compute_sample_ids(self):
        result = super()._compute_sample_ids()
        for case in self.filtered("duplicate_ids"):
            case.sample_ids |= case.duplicate_ids.sample_ids
        return result

    @api.depends("duplicate_ids")
    def _compute_failed_message_ids(self):
        result = super()._compute_failed_message_ids()
        for case in self.filtered("duplicate_ids"):
            case.failed_message_ids |= case.duplicate_ids.failed_message_ids
        return result
