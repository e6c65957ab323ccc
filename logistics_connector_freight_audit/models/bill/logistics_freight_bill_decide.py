from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

AUDITOR = "logistics_connector_freight_audit.group_freight_auditor"
APPROVER = "logistics_connector_freight_audit.group_freight_approver"
CLEAN = ("clean", "tolerance")


class LogisticsFreightBillShipment(models.Model):
    """Deciding what is paid of a billed shipment. What is accepted beyond the limit of the company
    needs a second person."""

    _inherit = "logistics.freight.bill.shipment"

    decision = fields.Selection(
        [("approved", "Approved"), ("disputed", "Disputed")], readonly=True, index="btree_not_null"
    )
    decision_reason = fields.Text("Why so", readonly=True)
    decided_at = fields.Datetime(readonly=True)
    disputed_amount = fields.Monetary(
        "Disputed", readonly=True, help="What the carrier is asked to take back, without tax."
    )
    is_short = fields.Boolean(
        "Short pay",
        readonly=True,
        help="The disputed part is not paid. Otherwise all is paid, and a credit is awaited.",
    )
    pay_amount = fields.Monetary(
        "To be paid", compute="_compute_pay_amount", store=True, help="Without tax."
    )
    needs_second = fields.Boolean("Needs a second person", readonly=True)
    second_by_id = fields.Many2one("res.users", "Confirmed by", readonly=True)
    second_at = fields.Datetime("Confirmed on", readonly=True)
    is_waiting = fields.Boolean(
        "Waits for a second person", compute="_compute_is_waiting", store=True
    )
    decision_ids = fields.One2many(
        "logistics.freight.decision", "line_id", "Decisions", readonly=True
    )

    @api.depends("decision", "is_short", "billed_amount", "disputed_amount")
    def _compute_pay_amount(self):
        for line in self:
            held = line.disputed_amount if line.is_short else 0.0
            line.pay_amount = line.billed_amount - held if line.decision else 0.0

    @api.depends("decision", "needs_second", "second_by_id")
    def _compute_is_waiting(self):
        for line in self:
            line.is_waiting = bool(line.decision and line.needs_second and not line.second_by_id)

    # -- people -------------------------------------------------------------------------------

    def action_approve(self):
        """Pay as billed. What differs needs a reason; what is clean does not."""
        self._check_may_decide()
        differing = self.filtered(lambda line: line.verdict not in CLEAN)
        if differing:
            return self._ask("approved")
        self._decide("approved")
        return True

    def action_dispute(self):
        self._check_may_decide()
        return self._ask("disputed")

    def action_undo(self):
        """Take a decision back, as long as it is not in the books."""
        lines = self.filtered("decision")
        lines._check_may_decide(again=True)
        lines._log("undone")
        lines.sudo().write(
            {
                "decision": False,
                "decision_reason": False,
                "decided_by_id": False,
                "decided_at": False,
                "disputed_amount": 0,
                "is_short": False,
                "needs_second": False,
                "second_by_id": False,
                "second_at": False,
            }
        )
        lines.bill_id._follow_decisions()

    def action_confirm(self):
        """The second person's yes."""
        self._second("confirmed")
        now = fields.Datetime.now()
        self.sudo().write({"second_by_id": self.env.uid, "second_at": now})
        self.bill_id._follow_decisions()

    def action_refuse(self):
        """The second person's no: it is to be decided again."""
        self._second("refused")
        self.sudo().write(
            {"decision": False, "decided_by_id": False, "decided_at": False, "disputed_amount": 0}
        )
        self.bill_id._follow_decisions()

    def _ask(self, decision):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Approve") if decision == "approved" else self.env._("Dispute"),
            "res_model": "logistics.freight.decide",
            "views": [(False, "form")],
            "target": "new",
            "context": {"default_line_ids": self.ids, "default_decision": decision},
        }

    # -- deciding -----------------------------------------------------------------------------

    def _decide(self, decision, reason="", amounts=None, is_short=True):
        """Decide, and write down who did.

        :param str decision: approved or disputed
        :param dict amounts: line → amount that is disputed; what is not named: all that is at stake
        """
        self._check_may_decide()
        must_say = decision == "disputed" or any(line.verdict not in CLEAN for line in self)
        if must_say and not (reason or "").strip():
            raise UserError(self.env._("Say why."))
        now = fields.Datetime.now()
        for line in self:
            disputed = 0.0
            if decision == "disputed":
                disputed = (amounts or {}).get(line, line.stake_amount)
                line._check_disputed(disputed)
            accepted = max(0.0, line.stake_amount - disputed)
            line.sudo().write(
                {
                    "decision": decision,
                    "decision_reason": reason,
                    "decided_by_id": self.env.uid,
                    "decided_at": now,
                    "disputed_amount": disputed,
                    "is_short": decision == "disputed" and is_short,
                    "needs_second": line._needs_second(accepted),
                    "second_by_id": False,
                    "second_at": False,
                }
            )
        self._log(decision, reason)
        self.bill_id._follow_decisions()

    def _check_disputed(self, amount):
        if self.currency_id.compare_amounts(amount, 0) <= 0:
            raise UserError(
                self.env._("Say how much of %s is disputed.", self.name or self.display_name)
            )
        if self.currency_id.compare_amounts(amount, self.billed_amount) > 0:
            raise UserError(self.env._("Of %s more would be disputed than is billed.", self.name))

    def _needs_second(self, accepted):
        """Whether what is accepted beyond what was expected is more than one person may decide."""
        company = self.company_id
        if not company.freight_four_eyes:
            return False
        amount = self.currency_id._convert(
            accepted, company.currency_id, company, self.bill_id.date
        )
        return company.currency_id.compare_amounts(amount, company.freight_line_limit) > 0

    def _check_may_decide(self, again=False):
        self.check_access("read")
        if not self.env.user.has_group(AUDITOR):
            raise AccessError(self.env._("Freight auditors decide on bills."))
        for line in self:
            if line.bill_id.state not in ("open", "to_approve", "decided"):
                raise UserError(
                    self.env._(
                        "Bill %s is not open for decisions: it is being audited, in the books or "
                        "cancelled.",
                        line.bill_id.name,
                    )
                )
            if line.decision and not again:
                raise UserError(
                    self.env._("%s was decided already. Undo that first.", line.name or "")
                )
            if not line.verdict and not again:
                raise UserError(self.env._("%s has not been audited yet.", line.name or ""))

    def _second(self, what):
        """Check who is the second person, and write it down."""
        self.check_access("read")
        if not self.env.user.has_group(APPROVER):
            raise AccessError(self.env._("Freight approvers confirm what others have decided."))
        for line in self:
            if not line.is_waiting:
                raise UserError(self.env._("%s waits for nobody.", line.name or ""))
            if line.decided_by_id == self.env.user:
                raise UserError(
                    self.env._("You decided on %s yourself. Somebody else confirms it.", line.name)
                )
        self._log(what)

    def _log(self, what, reason=""):
        now = fields.Datetime.now()
        self.env["logistics.freight.decision"].sudo().create(
            [
                {
                    "bill_id": line.bill_id.id,
                    "line_id": line.id,
                    "company_id": line.company_id.id,
                    "currency_id": line.currency_id.id,
                    "user_id": self.env.uid,
                    "at": now,
                    "what": what,
                    "verdict": line.verdict,
                    "billed_amount": line.billed_amount,
                    "accepted_amount": max(0.0, line.stake_amount - line.disputed_amount)
                    if what in ("approved", "disputed", "confirmed")
                    else 0.0,
                    "disputed_amount": line.disputed_amount,
                    "reason": reason or line.decision_reason,
                }
                for line in self
            ]
        )


class LogisticsFreightBill(models.Model):
    _inherit = "logistics.freight.bill"

    pay_amount = fields.Monetary(
        "To be paid", compute="_compute_decided", help="Without tax, as decided so far."
    )
    disputed_amount = fields.Monetary("Disputed", compute="_compute_decided")
    undecided_count = fields.Integer("Undecided", compute="_compute_decided")
    waiting_second_count = fields.Integer("Wait for a second person", compute="_compute_decided")
    clean_count = fields.Integer("Clean and undecided", compute="_compute_decided")
    approved_by_id = fields.Many2one("res.users", readonly=True, tracking=True)
    decision_ids = fields.One2many(
        "logistics.freight.decision", "bill_id", "Decisions", readonly=True
    )

    @api.depends(
        "shipment_line_ids.decision",
        "shipment_line_ids.pay_amount",
        "shipment_line_ids.is_waiting",
        "shipment_line_ids.verdict",
    )
    def _compute_decided(self):
        lines = self.env["logistics.freight.bill.shipment"]
        figures = {}
        for bill, decision, waits, verdict, count, pay, disputed in lines._read_group(
            [("bill_id", "in", self.ids)],
            ["bill_id", "decision", "is_waiting", "verdict"],
            ["__count", "pay_amount:sum", "disputed_amount:sum"],
        ):
            one = figures.setdefault(bill.id, [0.0, 0.0, 0, 0, 0])
            one[0] += pay
            one[1] += disputed
            one[2] += 0 if decision else count
            one[3] += count if waits else 0
            one[4] += count if not decision and verdict in CLEAN else 0
        for bill in self:
            (
                bill.pay_amount,
                bill.disputed_amount,
                bill.undecided_count,
                bill.waiting_second_count,
                bill.clean_count,
            ) = figures.get(bill.id, [0.0, 0.0, 0, 0, 0])

    def action_approve_clean(self):
        """Approve together what is clean or within the tolerance."""
        self.check_access("read")
        lines = self.env["logistics.freight.bill.shipment"].search(
            [
                ("bill_id", "in", self.ids),
                ("decision", "=", False),
                ("verdict", "in", CLEAN),
                ("match_state", "in", ("matched", "consolidated", "account")),
            ]
        )
        if not lines:
            raise UserError(self.env._("Nothing clean is left to be approved."))
        lines._decide("approved")
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": self.env._("%s shipments approved.", len(lines)),
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    def action_approve_bill(self):
        """The second person's yes to a bill above the limit."""
        for bill in self:
            bill._check_second()
            bill._log_bill("bill_approved")
            bill.sudo().write({"state": "decided", "approved_by_id": self.env.uid})

    def action_refuse_bill(self):
        """The second person's no: the bill is open again; what was decided can be undone."""
        for bill in self:
            bill._check_second()
            bill._log_bill("bill_refused")
            bill.sudo().write({"state": "open"})

    def _check_second(self):
        self.check_access("read")
        if not self.env.user.has_group(APPROVER):
            raise AccessError(self.env._("Freight approvers approve bills above the limit."))
        if self.state != "to_approve":
            raise UserError(self.env._("Bill %s waits for nobody.", self.name))
        if self.env.user in self.shipment_line_ids.decided_by_id:
            raise UserError(
                self.env._("You decided on parts of bill %s. Somebody else approves it.", self.name)
            )

    def _log_bill(self, what):
        self.env["logistics.freight.decision"].sudo().create(
            {
                "bill_id": self.id,
                "company_id": self.company_id.id,
                "currency_id": self.currency_id.id,
                "user_id": self.env.uid,
                "at": fields.Datetime.now(),
                "what": what,
                "billed_amount": self.amount_net,
                "disputed_amount": self.disputed_amount,
            }
        )

    def _follow_decisions(self):
        """A bill is decided when each of its lines is, and nobody is waited for."""
        self.invalidate_recordset(["undecided_count", "waiting_second_count", "pay_amount"])
        for bill in self.sudo():
            if bill.state not in ("open", "to_approve", "decided"):
                continue
            if bill.undecided_count or bill.waiting_second_count:
                state = "open"
            elif bill.state == "decided":
                continue
            else:
                state = "to_approve" if bill._is_above_limit() else "decided"
            if bill.state != state:
                bill.write({"state": state, "approved_by_id": False})

    def _is_above_limit(self):
        company = self.company_id
        if not company.freight_four_eyes:
            return False
        amount = self.currency_id._convert(self.pay_amount, company.currency_id, company, self.date)
        return company.currency_id.compare_amounts(amount, company.freight_bill_limit) > 0
