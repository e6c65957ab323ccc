from odoo import api, fields, models
from odoo.exceptions import UserError

STATES = [
    ("waiting", "Being opened"),
    ("done", "Opened"),
    ("look", "To be looked at"),
    ("closed", "Put aside"),
]


class LogisticsFreightLetter(models.Model):
    """A mail that came to the address for freight bills. It is kept as it came, and opened in a job
    after that: whatever is wrong with it, it is here."""

    _name = "logistics.freight.letter"
    _description = "E-mail with Freight Bills"
    _inherit = ["logistics.freight.guard.mixin", "mail.thread", "mail.activity.mixin"]
    _order = "id desc"
    _logistics_scope = "logistics.replay"  # over shipments of all kinds

    name = fields.Char("Subject", required=True, readonly=True)
    company_id = fields.Many2one(
        "res.company",
        required=True,
        readonly=True,
        index=True,
        default=lambda self: self.env.company,
    )
    email_from = fields.Char("From", readonly=True)
    state = fields.Selection(STATES, required=True, readonly=True, default="waiting", tracking=True)
    problem = fields.Char("Why", readonly=True, tracking=True)
    tries = fields.Integer(readonly=True, default=0)
    next_try_at = fields.Datetime(readonly=True)
    is_stranger = fields.Boolean("Sender not known", readonly=True)
    vouched_by_id = fields.Many2one(
        "res.users",
        "Opened by",
        readonly=True,
        copy=False,
        tracking=True,
        help="Who had it opened although its sender is not known.",
    )
    part_ids = fields.One2many("logistics.freight.letter.part", "letter_id", "What came in it")
    file_ids = fields.One2many("logistics.freight.file", "letter_id", "Bill files", readonly=True)
    file_count = fields.Integer("Number of files", compute="_compute_file_count")

    _to_open = models.Index("(next_try_at, id) WHERE state = 'waiting'")

    @api.depends("file_ids")
    def _compute_file_count(self):
        counts = dict(
            self.env["logistics.freight.file"]._read_group(
                [("letter_id", "in", self.ids)], ["letter_id"], ["__count"]
            )
        )
        for letter in self:
            letter.file_count = counts.get(letter, 0)

    # -- how it comes -------------------------------------------------------------------------

    @api.model
    def message_new(self, msg_dict, custom_values=None):
        """A mail to the address: kept, and opened later. Nothing is read here, so that nothing can
        be refused: what a mail gateway refuses is gone."""
        values = {
            **(custom_values or {}),
            "name": (msg_dict.get("subject") or "").strip() or self.env._("No subject"),
            "email_from": msg_dict.get("email_from"),
        }
        letter = super().message_new(msg_dict, values)
        self.env["logistics.freight.letter.desk"]._wake_after_commit()
        return letter

    def message_update(self, msg_dict, update_vals=None):
        """An answer to it may bring further files; whoever was vouched for before need not have
        sent it."""
        result = super().message_update(msg_dict, update_vals)
        self._write_own(
            {"state": "waiting", "vouched_by_id": False, "tries": 0, "next_try_at": False}
        )
        self.env["logistics.freight.letter.desk"]._wake_after_commit()
        return result

    # -- what people do -----------------------------------------------------------------------

    def action_vouch(self):
        """Open it although its sender is not known."""
        self._check_looked()
        self.sudo().vouched_by_id = self.env.uid
        self.sudo()._again()

    def action_retry(self):
        """Open once more what could not be read."""
        self._check_looked()
        for letter in self.sudo():
            bad = letter.part_ids.filtered(lambda part: not part._is_harmless()).attachment_id
            letter.part_ids.filtered(lambda part, bad=bad: part.attachment_id in bad).unlink()
            letter._again()

    def _again(self):
        self.write({"state": "waiting", "problem": False, "tries": 0, "next_try_at": False})
        self.env["logistics.freight.letter.desk"]._wake_after_commit()

    def action_close(self):
        """Put it aside: there is nothing in it for us."""
        self._check_looked()
        self.sudo().state = "closed"
        self._over(self.env._("The mail was put aside."))

    def _check_looked(self):
        self.check_access("write")
        for letter in self:
            if letter.state != "look":
                raise UserError(self.env._("“%s” is not waiting for anybody.", letter.name))

    def action_view_files(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "logistics_connector_freight_audit.action_freight_file"
        )
        if len(self.file_ids) == 1:
            return dict(action, views=[(False, "form")], res_id=self.file_ids.id)
        return dict(action, domain=[("letter_id", "=", self.id)], context={})

    # -- who hears of it ----------------------------------------------------------------------

    def _case_key(self):
        return f"freight-letter:{self.id}"

    def _ask(self, text):
        """A person has to look at it; ``text`` says why."""
        self.ensure_one()
        self._write_own({"state": "look", "problem": text[:500], "next_try_at": False})
        self.env["logistics.exception"].sudo()._report(
            [
                {
                    "type": "freight_letter",
                    "key": self._case_key(),
                    "name": self.env._(
                        "Mail of %(sender)s: %(reason)s",
                        sender=self.email_from or self.env._("nobody"),
                        reason=text,
                    )[:250],
                    "company_id": self.company_id.id,
                    "reference": self.name[:100],
                }
            ]
        )

    def _over(self, outcome):
        cases = self.env["logistics.exception"].sudo()
        cases._resolve_keys([letter._case_key() for letter in self], outcome)
