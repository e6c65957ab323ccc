import base64
import binascii
import hashlib
import io

from odoo import api, fields, models
from odoo.exceptions import UserError

STATES = [
    ("draft", "To be looked at"),
    ("checking", "Being checked"),
    ("checked", "Checked"),
    ("importing", "Being imported"),
    ("imported", "Imported"),
    ("problem", "Cannot be read"),
    ("cancelled", "Cancelled"),
]
SOURCES = [("upload", "Uploaded"), ("mail", "By e-mail"), ("inbox", "Told by the carrier")]
# Larger ones are no bills. (UPS: about 450 bytes a charge, so this holds two million.)
LARGEST = 1_000_000_000


class LogisticsFreightFile(models.Model):
    """A file of freight bills as it came. It is looked at, checked as a whole, and only then
    imported: what is wrong with it is told before anything is written. The file stays as proof."""

    _name = "logistics.freight.file"
    _description = "File of Freight Bills"
    _inherit = ["logistics.freight.guard.mixin", "mail.thread", "mail.activity.mixin"]
    _order = "id desc"
    _logistics_scope = "logistics.replay"  # over shipments of all kinds
    _told_at_creation = ("name", "company_id", "source", "data", "size", "digest")

    name = fields.Char("File", required=True, readonly=True, tracking=True)
    company_id = fields.Many2one(
        "res.company",
        required=True,
        readonly=True,
        index=True,
        default=lambda self: self.env.company,
    )
    source = fields.Selection(SOURCES, "Came", required=True, readonly=True, default="upload")
    data = fields.Binary("Content", attachment=True, required=True, readonly=True, copy=False)
    size = fields.Integer("Size (bytes)", readonly=True)
    digest = fields.Char("SHA-256", readonly=True, copy=False)
    state = fields.Selection(STATES, required=True, readonly=True, default="draft", tracking=True)
    problem = fields.Char(readonly=True, tracking=True)
    tries = fields.Integer(readonly=True, default=0)
    next_try_at = fields.Datetime(readonly=True)
    user_id = fields.Many2one(
        "res.users", "Responsible", default=lambda self: self.env.user, tracking=True
    )
    row_ids = fields.One2many("logistics.freight.file.row", "file_id", "Rows", readonly=True)
    bill_ids = fields.One2many("logistics.freight.bill", "file_id", "Bills", readonly=True)
    bill_count = fields.Integer("Number of bills", compute="_compute_bill_count")
    total_ids = fields.One2many(
        "logistics.freight.file.total", "file_id", "Control totals", readonly=True
    )

    # One content once for each company; who cancelled a file may bring it again.
    _digest_uniq = models.UniqueIndex(
        "(company_id, digest) WHERE state <> 'cancelled'", "This file is there already."
    )
    _to_work = models.Index("(next_try_at, id) WHERE state IN ('checking', 'importing')")

    @api.depends("bill_ids")
    def _compute_bill_count(self):
        counts = dict(
            self.env["logistics.freight.bill"]._read_group(
                [("file_id", "in", self.ids)], ["file_id"], ["__count"]
            )
        )
        for file in self:
            file.bill_count = counts.get(file, 0)

    @api.model_create_multi
    def create(self, vals_list):
        """:raise UserError: the file is empty, too large, or there already"""
        for vals in vals_list:
            raw = self._raw_of(vals)
            vals.update(size=len(raw), digest=hashlib.sha256(raw).hexdigest())
            self._refuse_known(vals)
        files = super().create(vals_list)
        for file in files:
            file._look()
        return files

    @api.model
    def _raw_of(self, vals):
        """The bytes that these values bring."""
        data = vals.get("data") or b""
        data = data.encode() if isinstance(data, str) else data
        if 3 * len(data) // 4 > LARGEST:
            raise UserError(self.env._("“%s” is too large to be a file of bills.", vals["name"]))
        try:
            raw = base64.b64decode(data, validate=True)
        except binascii.Error:
            raise UserError(self.env._("“%s” came damaged.", vals["name"])) from None
        if not raw.strip():
            raise UserError(self.env._("“%s” is empty.", vals["name"]))
        return raw

    @api.model
    def _refuse_known(self, vals):
        company = vals.get("company_id") or self.env.company.id
        known = self.sudo().search(
            [
                ("company_id", "=", company),
                ("digest", "=", vals["digest"]),
                ("state", "!=", "cancelled"),
            ],
            limit=1,
        )
        if known:
            raise UserError(
                self.env._(
                    "“%(name)s” holds exactly what came as “%(known)s” on %(day)s. Nothing is "
                    "imported twice.",
                    name=vals["name"],
                    known=known.name,
                    day=fields.Date.to_string(known.create_date),
                )
            )

    def _open(self):
        """The file's bytes as a binary stream; one that lies in the file store is never loaded as a
        whole."""
        self.ensure_one()
        attachment = (
            self.env["ir.attachment"]
            .sudo()
            .search(
                [
                    ("res_model", "=", self._name),
                    ("res_id", "=", self.id),
                    ("res_field", "=", "data"),
                ],
                limit=1,
            )
        )
        if attachment.store_fname:
            return open(attachment._full_path(attachment.store_fname), "rb")
        return io.BytesIO(attachment.raw or b"")

    def action_cancel(self):
        """Take the file back with its bills, as long as nobody has decided on any of them."""
        self.check_access("write")
        for file in self:
            decided = file.bill_ids.filtered(lambda bill: bill._is_worked())
            if decided:
                raise UserError(
                    self.env._(
                        "Bill %s of this file has been worked on. Undo that first, or leave it.",
                        decided[0].name,
                    )
                )
            file.sudo().bill_ids._cancel()  # what bills are made of is nobody's to delete
            file._write_own({"state": "cancelled"})

    @api.ondelete(at_uninstall=False)
    def _unlink_except_imported(self):
        if any(file.state in ("importing", "imported") for file in self):
            raise UserError(self.env._("An imported file is proof. Cancel it instead."))

    def action_view_bills(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "logistics_connector_freight_audit.action_freight_bill"
        )
        if len(self.bill_ids) == 1:
            return dict(action, views=[(False, "form")], res_id=self.bill_ids.id)
        return dict(action, domain=[("file_id", "=", self.id)], context={})
