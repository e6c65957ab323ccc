from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

ADMIN = "logistics_connector_base.group_logistics_admin"
GRACE, WARN, URGE = timedelta(days=90), timedelta(days=30), timedelta(days=7)


class LogisticsContract(models.Model):
    """The life of a contract: draft, in approval, approved by somebody else, deprecated, retired.

    Each step is checked here and then written as superuser; nothing else may write it."""

    _inherit = "logistics.contract"

    may_approve = fields.Boolean(compute="_compute_may_approve")

    @api.depends("state", "schema_author_id", "submitted_by_id")
    @api.depends_context("uid")
    def _compute_may_approve(self):
        is_admin = self.env.user.has_group(ADMIN)
        for contract in self:
            contract.may_approve = (
                is_admin and contract.state == "review" and not contract._is_own()
            )

    def _is_own(self):
        """Whether the current user wrote, or handed in, this version."""
        return self.env.user in (self.schema_author_id | self.submitted_by_id)

    def _check_step(self, *states):
        self.check_access("write")
        if not self.env.user.has_group(ADMIN):
            raise AccessError(self.env._("Only Integration Administrators decide about contracts."))
        labels = dict(self._fields["state"]._description_selection(self.env))
        for contract in self:
            if contract.state not in states:
                raise UserError(
                    self.env._(
                        "“%(name)s” is “%(state)s”: this step is not open to it.",
                        name=contract.name,
                        state=labels[contract.state],
                    )
                )

    def action_submit(self):
        """Hand a draft in; it is fixed from here on."""
        self._check_step("draft")
        for contract in self:
            contract._check_ready()
        self.sudo().write(
            {
                "state": "review",
                "submitted_by_id": self.env.uid,
                "submitted_at": fields.Datetime.now(),
            }
        )

    def action_send_back(self):
        """Back to its author, to be changed."""
        self._check_step("review")
        self.sudo().write({"state": "draft", "submitted_by_id": False, "submitted_at": False})

    def action_approve(self):
        """A second person takes over what the author says."""
        self._check_step("review")
        for contract in self:
            if contract._is_own():
                raise UserError(
                    self.env._(
                        "You wrote or handed in “%s”: another person has to approve it.",
                        contract.name,
                    )
                )
            contract._check_ready()
        self.sudo().write(
            {
                "state": "approved",
                "approved_by_id": self.env.uid,
                "approved_at": fields.Datetime.now(),
            }
        )

    def action_deprecate(self):
        """It still holds, until its end; whoever begins anew takes another version."""
        self._check_step("approved")
        today = fields.Date.context_today(self)
        for contract in self:
            contract.sudo().write(
                {
                    "state": "deprecated",
                    "deprecated_on": today,
                    "retire_on": contract.retire_on or today + GRACE,
                }
            )

    def action_retire(self):
        """Nothing is held against it any more."""
        self._check_step("approved", "deprecated")
        pinned = self.sudo().pinned_connection_ids
        if pinned:
            raise UserError(
                self.env._(
                    "Still chosen on: %s. Choose another version there first.",
                    ", ".join(pinned.mapped("name")),
                )
            )
        self._retire()

    def _retire(self):
        today = fields.Date.context_today(self)
        self.sudo().write({"state": "retired", "retired_on": today})
        self._heal_ends(self)

    def action_new_version(self):
        """A draft beside it, to be changed."""
        self.ensure_one()
        self.check_access("read")
        new = self.copy()
        return {
            "type": "ir.actions.act_window",
            "res_model": self._name,
            "res_id": new.id,
            "views": [(False, "form")],
        }

    # -- the end --------------------------------------------------------------------------------

    @api.model
    def _review_ends(self):
        """Cron, daily: warn connections whose contract ends soon; end those whose day has come."""
        today = fields.Date.context_today(self)
        ending = self.sudo().search(
            [("state", "in", ("approved", "deprecated")), ("retire_on", "<=", today + WARN)]
        )
        over = ending.filtered(lambda contract: contract.retire_on <= today)
        over.pinned_connection_ids._unpin(over)
        over._retire()
        troubles = []
        for contract in ending - over:
            for connection in contract._connections_held():
                troubles.append(contract._end_trouble(connection, today))
        opened = self.env["logistics.exception"].sudo()._report(troubles)
        graver = {t["key"] for t in troubles if t["severity"] == "major"}
        for exception in opened.filtered(lambda e: e.key in graver and e.severity == "warning"):
            exception.severity = "major"
        opened.filtered(lambda e: e.key in graver)._call_administrators()
        keys = {trouble["key"] for trouble in troubles}
        self._resolve_ends([("key", "not in", list(keys))])

    def _end_trouble(self, connection, today):
        left = self.retire_on - today
        values = {
            "connection": connection.name,
            "contract": self.name,
            "date": fields.Date.to_string(self.retire_on),
        }
        return {
            "type": "contract_end",
            "key": f"contract_end:{self.id}:{connection.id}",
            "name": self.env._("%(connection)s: %(contract)s ends on %(date)s", **values),
            "detail": self.env._(
                "Messages of “%(connection)s” are held against %(contract)s, which ends on "
                "%(date)s. Then the newest approved version holds, or none.",
                **values,
            ),
            "company_id": connection.company_id.id,
            "connection_id": connection.id,
            "severity": "major" if left <= URGE else "warning",
        }

    @api.model
    def _heal_ends(self, contracts):
        for contract in contracts:
            self._resolve_ends([("key", "=like", f"contract_end:{contract.id}:%")])

    @api.model
    def _resolve_ends(self, domain):
        exceptions = self.env["logistics.exception"].sudo()
        open_ones = [("type_code", "=", "contract_end"), ("is_open", "=", True)]
        keys = exceptions.search([*open_ones, *domain]).mapped("key")
        if keys:
            exceptions._resolve_keys(keys, self.env._("It is not used any more."))
