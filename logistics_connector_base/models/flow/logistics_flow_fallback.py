from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import SQL

from ...core.fallback import leads
from .logistics_breaker_fallback import FALLBACK_STATES

# Ways on which something lies just now.
WAYS_TAKEN = """
SELECT DISTINCT first_flow_id, flow_id FROM logistics_message
WHERE first_flow_id IS NOT NULL
      AND state IN ('scheduled', 'pending', 'sending', 'doubt', 'dead')
"""
MOST_MINUTES = 7 * 24 * 60


class LogisticsFlow(models.Model):
    """What becomes of a flow's messages while its partner is down."""

    _inherit = "logistics.flow"

    when_down = fields.Selection(
        [
            ("keep", "Keep in line"),
            ("other", "Send over another connection"),
            ("person", "A person decides"),
        ],
        string="When the partner is down",
        required=True,
        default="keep",
        tracking=True,
        help="In line, all wait until the partner is back. Over another connection goes what has "
        "certainly not arrived; what may have arrived always waits.",
    )
    fallback_flow_id = fields.Many2one(
        "logistics.flow",
        "Over",
        index="btree_not_null",
        ondelete="restrict",
        tracking=True,
        domain="[('id', '!=', id), ('company_id', '=', company_id), ('form', '=', form),"
        " ('connection_id', '!=', connection_id)]",
        help="Another flow of the same company, in the same format, to a connection of the same "
        "environment.",
    )
    fallback_minutes = fields.Integer(
        "After (minutes)",
        required=True,
        default=15,
        tracking=True,
        help="For so long it must have been paused, or stopped by the partner's answer, before "
        "anything is done. A flow that a person stopped waits for a person.",
    )
    fallback_state = fields.Selection(FALLBACK_STATES, "Meanwhile", compute="_compute_fallback")
    fallback_text = fields.Char(compute="_compute_fallback")

    # -- what people see ----------------------------------------------------------------------

    @api.depends(
        "breaker_ids.fallback_state", "breaker_ids.fallback_flow_id", "breaker_ids.fallback_count"
    )
    @api.depends_context("lang")
    def _compute_fallback(self):
        for flow in self:
            breaker = flow.sudo().breaker_ids[:1]
            flow.fallback_state = breaker.fallback_state
            flow.fallback_text = False
            if breaker.fallback_state == "used":
                flow.fallback_text = self.env._(
                    "Messages go over “%(other)s” (%(partner)s) meanwhile, %(count)s until now. "
                    "What may have arrived already waits here.",
                    other=breaker.fallback_flow_id.name,
                    partner=breaker.fallback_flow_id.connection_id.name,
                    count=breaker.fallback_count,
                )
            elif breaker.fallback_state == "asked":
                flow.fallback_text = self.env._(
                    "Decide: send the messages over another connection, or keep them in line."
                )
            elif breaker.fallback_state == "kept":
                flow.fallback_text = self.env._("They are kept in line until the partner is back.")

    # -- checks -------------------------------------------------------------------------------

    @api.constrains("when_down", "fallback_flow_id", "fallback_minutes", "form", "connection_id",
                    "is_ordered", "active")  # fmt: skip
    def _check_fallback(self):
        for flow in self.sudo():
            if not 0 <= flow.fallback_minutes <= MOST_MINUTES:
                raise ValidationError(
                    self.env._(
                        "“After (minutes)” of “%(name)s” must be between 0 and %(most)s.",
                        name=flow.name,
                        most=MOST_MINUTES,
                    )
                )
            if flow.when_down == "other" and not flow.fallback_flow_id:
                raise ValidationError(
                    self.env._("“%s”: choose the flow over which to send instead.", flow.name)
                )
            others = flow.search([("fallback_flow_id", "=", flow.id)])
            for one, other in [(flow, flow.fallback_flow_id), *((one, flow) for one in others)]:
                problem = other and one._fallback_problem(other)
                if problem:
                    raise ValidationError(
                        self.env._(
                            "“%(flow)s” cannot be sent over “%(other)s”: %(why)s.",
                            flow=one.name,
                            other=other.name,
                            why=problem,
                        )
                    )

    def _fallback_problem(self, other):
        """Why the messages of this flow cannot go by another one, in the user's words; "" if they
        can. Whether its partner is there just now does not count."""
        self.ensure_one()
        flow, other = self.sudo(), other.sudo()
        if flow == other:
            return self.env._("it is the same flow")
        if flow.company_id != other.company_id:
            return self.env._("it belongs to another company")
        if flow.connection_id == other.connection_id:
            return self.env._("it is the same connection")
        if flow.connection_id.environment != other.connection_id.environment:
            return self.env._("one is for tests, the other one is not")
        if flow.form != other.form:
            return self.env._("it has another format")
        if flow.is_ordered and not other.is_ordered:
            return self.env._("it does not keep the order")
        if flow.active and not other.active:
            return self.env._("it is archived")
        if leads(self._ways(), other.id, flow.id):
            return self.env._("messages would go in circles")
        return ""

    @api.model
    def _ways(self):
        """From which flow to which one messages may go while a partner is down, or went."""
        self.env["logistics.flow"].flush_model(["fallback_flow_id"])
        flows = self.sudo().with_context(active_test=False)
        chosen = flows.search([("fallback_flow_id", "!=", False)])
        breakers = self.env["logistics.breaker"].sudo().search([("fallback_flow_id", "!=", False)])
        return [
            *((flow.id, flow.fallback_flow_id.id) for flow in chosen),
            *((breaker.flow_id.id, breaker.fallback_flow_id.id) for breaker in breakers),
            *self.env.execute_query(SQL(WAYS_TAKEN)),
        ]

    # -- what people do -----------------------------------------------------------------------

    def action_fallback(self):
        """Choose, for this outage, over which connection the messages go."""
        self.ensure_one()
        self._check_may_decide()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Send over another connection"),
            "res_model": "logistics.fallback",
            "view_mode": "form",
            "target": "new",
            "context": {"default_flow_id": self.id},
        }

    def action_keep_in_line(self):
        """Until the partner is back, nothing (more) goes another way."""
        self._check_may_decide()
        for flow in self.sudo():
            self.env["logistics.breaker"].sudo()._keep_in_line(flow, self.env.user)
        return True

    def _check_may_decide(self):
        self.check_access("read")
        if not self.env.user.has_group("logistics_connector_base.group_logistics_manager"):
            raise UserError(self.env._("Only managers of Logistics can decide which way to send."))

    def _send_over(self, other):
        """A person sends this flow's messages over another one until the partner is back."""
        self.ensure_one()
        self._check_may_decide()
        other.check_access("read")
        if problem := self._fallback_problem(other):
            raise UserError(
                self.env._(
                    "“%(flow)s” cannot be sent over “%(other)s”: %(why)s.",
                    flow=self.name,
                    other=other.name,
                    why=problem,
                )
            )
        breakers = self.env["logistics.breaker"].sudo()
        breakers._send_over(self.sudo(), other.sudo(), self.env.user)
