from odoo import api, fields, models
from odoo.exceptions import AccessError

from ...core import master as core

KINDS = [(core.ITEM, "Product"), (core.LOT, "Lot"), (core.CUSTOMER, "Customer")]
STATES = [
    (core.NEW, "Not told yet"),
    (core.CHANGED, "Changed since"),
    (core.QUEUED, "On its way"),
    (core.KNOWN, "Known there"),
    (core.REJECTED, "Rejected"),
    (core.WITHDRAWN, "Withdrawn"),
]
#: Of what each kind tells.
RECORDS = {core.ITEM: "product_id", core.LOT: "lot_id", core.CUSTOMER: "partner_id"}
MANAGER = "logistics_connector_base.group_logistics_manager"


class LogisticsMasterRecord(models.Model):
    """A product, a lot or a customer that a 3PL's system has to know: which version it was told
    last, and what it said to that. Of customers nothing is copied: a keyed digest tells whether
    they have changed."""

    _name = "logistics.master.record"
    _description = "Master Data at a 3PL"
    _order = "connection_id, kind, id"
    _logistics_scope = "logistics.code.coverage"  # narrowed as what belongs to a connection

    connection_id = fields.Many2one(
        "logistics.connection", "3PL", required=True, readonly=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="connection_id.company_id", store=True, index=True)
    kind = fields.Selection(KINDS, "What", required=True, readonly=True)
    number = fields.Integer("Our number", required=True, readonly=True)
    product_id = fields.Many2one(
        "product.product", readonly=True, index="btree_not_null", ondelete="set null"
    )
    lot_id = fields.Many2one(
        "stock.lot", readonly=True, index="btree_not_null", ondelete="set null"
    )
    partner_id = fields.Many2one(
        "res.partner", "Customer", readonly=True, index="btree_not_null", ondelete="set null"
    )
    code = fields.Char(
        "Called", readonly=True, help="By which releases name it. Empty for a customer."
    )

    # what it is now, what was told last, what they said
    wanted = fields.Char("Digest", readonly=True, help="Empty: it is not to be used any more.")
    told = fields.Char("Digest that was told", readonly=True)
    told_code = fields.Char("Called when told", readonly=True)
    version = fields.Integer(readonly=True, help="The last that was told; 0: none yet.")
    told_at = fields.Datetime("Told on", readonly=True)
    message_id = fields.Many2one(
        "logistics.message",
        "Told by",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
    )
    answer = fields.Selection(
        [(core.ACCEPTED, "Accepted"), (core.REFUSED, "Rejected")], "They said", readonly=True
    )
    words = fields.Char("Their words", readonly=True)
    known_version = fields.Integer(readonly=True, help="The last that they accepted; 0: none yet.")
    is_known = fields.Boolean("They know it", readonly=True)
    is_asked = fields.Boolean("To be told again", readonly=True)
    is_alone = fields.Boolean(
        "By itself", readonly=True, help="Told in a message of its own, to see what is wrong."
    )
    trouble = fields.Char(
        "Not told because", readonly=True, help="What has to be put right before it is told."
    )
    why = fields.Char(
        "What is wrong", compute="_compute_why", help="Their words, or why it is not told."
    )
    is_stale = fields.Boolean("To be looked at", readonly=True)
    state = fields.Selection(STATES, compute="_compute_state", store=True, index=True)
    is_due = fields.Boolean("To be told", compute="_compute_state", store=True)

    _record_uniq = models.Constraint(
        "UNIQUE(connection_id, kind, number)", "This partner is told of it already."
    )
    _due = models.Index("(connection_id, is_alone, kind, id) WHERE is_due IS TRUE")

    @api.depends("wanted", "told", "answer", "is_asked", "is_known", "trouble")
    def _compute_state(self):
        for row in self:
            wanted, told = row.wanted or "", row.told or ""
            asked = row.is_asked, row.is_known
            row.state = core.state(wanted, told, row.answer or "", *asked)
            row.is_due = not row.trouble and core.step(wanted, told, *asked) != core.NOTHING

    @api.depends("trouble", "words")
    def _compute_why(self):
        for row in self:
            row.why = row.trouble or row.words

    @api.depends("kind", "product_id", "lot_id", "partner_id", "code", "number")
    def _compute_display_name(self):
        for row in self:
            name = row[RECORDS[row.kind]].display_name or row.code or f"#{row.number}"
            row.display_name = name

    # -- what people do -----------------------------------------------------------------------

    def action_tell_again(self):
        """Tell these once more, each in a message of its own: what was wrong with one of them is
        no trouble of the others."""
        self.check_access("read")
        if not (self.env.su or self.env.user.has_group(MANAGER)):
            raise AccessError(self.env._("Only a manager of Logistics may tell it again."))
        # Of what is gone here and there nothing is to be said.
        rows = self.sudo().filtered(lambda row: row.wanted or row.is_known)
        rows.write({"is_asked": True, "is_alone": True, "is_stale": True})
        rows.connection_id._tell_master_soon()
        return True

    def action_view_message(self):
        """The message by which it was told last."""
        self.ensure_one()
        self.check_access("read")
        return {
            "type": "ir.actions.act_window",
            "res_model": "logistics.message",
            "res_id": self.message_id.id,
            "views": [(False, "form")],
        }

    # -- for other code -----------------------------------------------------------------------

    @api.model
    def _look_again(self, products):
        """What of products no date of change shows: look at them with the next round."""
        rows = self.sudo().search([("product_id", "in", products.ids), ("kind", "=", core.ITEM)])
        rows.is_stale = True

    def _record(self):
        """What a row tells of; empty where that was deleted."""
        self.ensure_one()
        return self[RECORDS[self.kind]]

    # -- answers ------------------------------------------------------------------------------

    def _hear(self, version, action, answer, words=""):
        """The partner says yes or no to a version. As superuser; may be done again at any time."""
        self.ensure_one()
        before = core.Heard(self.known_version, self.is_known, self.answer or "", self.words or "")
        heard = core.hear(before, self.version, version, action, answer, words)
        if heard != before:
            self.write(
                {
                    "known_version": heard.version,
                    "is_known": heard.is_there,
                    "answer": heard.answer or False,
                    "words": heard.words or False,
                }
            )
