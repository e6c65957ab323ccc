import base64

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import plaintext2html

from ...core import manifest as core
from ..tariff.logistics_booking_own import label_font

STATES = [
    ("draft", "Not sent yet"),
    ("sending", "Being sent"),
    ("doubt", "In doubt"),
    ("sent", "Sent"),
    ("partial", "Partly taken"),
    ("failed", "Failed"),
]


class LogisticsManifest(models.Model):
    """What a carrier is told at the end of a day: the parcels that it gets, and those that it does
    not get after all. A booking is told once, and once called off."""

    _name = "logistics.manifest"
    _description = "Carrier Manifest"
    _inherit = ["mail.thread"]
    _order = "id desc"
    _logistics_scope = "logistics.code.coverage"  # narrowed as what belongs to a connection

    name = fields.Char(required=True, readonly=True)
    connection_id = fields.Many2one(
        "logistics.connection",
        "Carrier's account",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
    )
    company_id = fields.Many2one(related="connection_id.company_id", store=True, index=True)
    day = fields.Date(required=True, readonly=True, default=fields.Date.context_today)
    state = fields.Selection(
        STATES, required=True, readonly=True, default="draft", index=True, tracking=True
    )
    line_ids = fields.One2many("logistics.manifest.line", "manifest_id", "Parcels", readonly=True)
    booking_count = fields.Integer("Bookings", compute="_compute_counts")
    cancel_count = fields.Integer("Called off", compute="_compute_counts")
    parcel_count = fields.Integer("Packages", compute="_compute_counts")
    weight = fields.Float("Weight (kg)", compute="_compute_counts", digits=(12, 3))
    sent_at = fields.Datetime("Sent on", readonly=True)
    sent_to = fields.Char("Sent to", readonly=True)
    is_waiting = fields.Boolean(compute="_compute_is_waiting", compute_sudo=True)
    problem = fields.Char(readonly=True)
    mail_id = fields.Many2one("mail.mail", readonly=True, ondelete="set null", index=True)
    attachment_ids = fields.Many2many("ir.attachment", string="Files", readonly=True)

    @api.depends("line_ids.kind", "line_ids.booking_id")
    def _compute_counts(self):
        for manifest in self:
            booked = manifest.line_ids.filtered(lambda line: line.kind == "book")
            parcels = booked.booking_id.sudo().parcel_ids
            manifest.booking_count = len(booked)
            manifest.cancel_count = len(manifest.line_ids) - len(booked)
            manifest.parcel_count = len(parcels)
            manifest.weight = sum(parcels.mapped("weight"))

    @api.depends("mail_id.state", "state")
    def _compute_is_waiting(self):
        for manifest in self:
            is_mailed = manifest.mail_id.state == "outgoing"
            manifest.is_waiting = is_mailed or manifest.state in ("sending", "doubt")

    # -- making -------------------------------------------------------------------------------

    @api.model
    def _open_bookings(self, connection):
        """Bookings that the carrier has not been told, and those that it was and that are called
        off since: (to book, to cancel)."""
        bookings = self.env["logistics.booking"].sudo()
        told = ("manifest_line_ids.kind", "=", "book")
        ours = ("connection_id", "=", connection.id)
        new = bookings.search(
            [ours, ("state", "=", "booked"), ("manifest_line_ids", "=", False)], order="id"
        )
        off = bookings.search([ours, ("state", "=", "void"), told], order="id")
        return new, off.filtered(lambda one: "cancel" not in one.manifest_line_ids.mapped("kind"))

    @api.model
    def _close_day(self, connection):
        """Make the manifest of an account, if there is anything to tell; it is sent apart.

        :return: the manifest as superuser, or none; several where a carrier takes one for each
            warehouse
        """
        new, off = self._open_bookings(connection)
        if not new and not off:
            return self.sudo().browse()
        return self._make(connection, new, off)

    @api.model
    def _make(self, connection, new, off):
        day = fields.Date.context_today(self.with_context(tz=connection._manifest_tz()))
        count = self.sudo().search_count([("connection_id", "=", connection.id), ("day", "=", day)])
        return self.sudo().create(
            {
                "name": f"{connection.name} {day.isoformat()}-{count + 1}",
                "connection_id": connection.id,
                "day": day,
                "line_ids": [
                    fields.Command.create({"booking_id": booking.id, "kind": kind})
                    for kind, bookings in (("book", new), ("cancel", off))
                    for booking in bookings
                ],
            }
        )

    @api.model
    def action_end_of_day(self):
        """Tell each carrier that has an end of day what it gets today."""
        self.check_access("read")
        connections = self.env["logistics.connection"].search(
            [("provider_id.booking_carrier", "!=", False)]
        )
        manifests = self.browse()
        for connection in connections.filtered("day_end"):
            manifests |= connection._end_day()
        if not manifests:
            raise UserError(self.env._("There is nothing new to tell the carriers."))
        return manifests._open()

    def _open(self):
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "logistics_connector_carrier.action_logistics_manifest"
        )
        if len(self) == 1:
            return {**action, "views": [(False, "form")], "res_id": self.id}
        return {**action, "domain": [("id", "in", self.ids)]}

    # -- sending ------------------------------------------------------------------------------

    def action_send(self):
        """Send once more what did not arrive."""
        self.check_access("read")
        for manifest in self:
            if manifest.state == "sent":
                raise UserError(self.env._("%s was sent already.", manifest.name))
            if manifest.is_waiting:
                raise UserError(self.env._("%s is about to be sent.", manifest.name))
            manifest.sudo()._send()
        return True

    def _send(self):
        """Write the e-mail; it leaves with all others. As superuser."""
        self.ensure_one()
        if not self.sent_at:
            # Called off before the carrier knew of it.
            lines = self.line_ids.filtered(lambda line: line.kind == "book")
            lines.filtered(lambda line: line.booking_id.state == "void").unlink()
        if not self.line_ids:
            raise UserError(
                self.env._("All of %s was called off: there is nothing to tell.", self.name)
            )
        address = self.connection_id._manifest_address()
        if not address:
            self._fail(self.env._("The account has no e-mail address for manifests."))
            return
        self.attachment_ids.unlink()
        self.attachment_ids = self._files()
        template = self.env.ref("logistics_connector_carrier.mail_template_manifest")
        values = {"attachment_ids": [(6, 0, self.attachment_ids.ids)], "email_to": address}
        mail = template.send_mail(self.id, email_values=values)
        self.write({"state": "draft", "problem": False, "mail_id": mail, "sent_to": address})

    def _files(self):
        rows = [row for line in self.line_ids for row in line._rows()]
        contents = {
            "csv": ("text/csv", core.as_csv(rows)),
            "pdf": ("application/pdf", core.as_pdf(self.name, rows, label_font())),
        }
        return self.env["ir.attachment"].create(
            [
                {
                    "name": f"{self.name.replace('/', '-')}.{suffix}",
                    "datas": base64.b64encode(content),
                    "mimetype": kind,
                    "res_model": self._name,
                    "res_id": self.id,
                }
                for suffix, (kind, content) in contents.items()
            ]
        )

    def _follow_mail(self, state, reason):
        """What became of its e-mail."""
        for manifest in self:
            if state == "sent":
                manifest.line_ids.state = "taken"
                manifest.write(
                    {"state": "sent", "sent_at": fields.Datetime.now(), "problem": False}
                )
            elif state == "exception":
                manifest._fail(reason or self.env._("The e-mail was not sent."))

    def _fail(self, text):
        self.write({"state": "failed", "problem": text})
        connection = self.connection_id
        summary = self.env._("Manifest not sent: %s", self.name)
        if connection.activity_ids.filtered(lambda one: one.summary == summary):
            return
        connection.activity_schedule(
            "mail.mail_activity_data_warning",
            summary=summary,
            note=plaintext2html(text),
            user_id=(connection.manifest_user_id or connection.create_uid).id,
        )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_sent(self):
        if any(one.sent_at or one.state in ("sent", "sending", "doubt") for one in self):
            raise UserError(self.env._("The carrier has this manifest. It stays."))


class LogisticsManifestLine(models.Model):
    """A booking on a manifest."""

    _name = "logistics.manifest.line"
    _description = "Line of a Manifest"
    _order = "manifest_id, kind, id"
    _rec_name = "booking_id"
    _logistics_scope = "logistics.code.coverage"  # narrowed as what belongs to a connection

    manifest_id = fields.Many2one(
        "logistics.manifest", required=True, index=True, ondelete="cascade"
    )
    connection_id = fields.Many2one(related="manifest_id.connection_id", store=True, index=True)
    company_id = fields.Many2one(related="manifest_id.company_id", store=True, index=True)
    booking_id = fields.Many2one(
        "logistics.booking", required=True, index=True, ondelete="restrict"
    )
    kind = fields.Selection([("book", "Book"), ("cancel", "Cancel")], required=True)
    state = fields.Selection(
        [("waiting", "Not told yet"), ("taken", "Taken"), ("refused", "Not taken")],
        required=True,
        readonly=True,
        default="waiting",
    )
    problem = fields.Char(help="Why the carrier has not taken it.")
    numbers = fields.Char(compute="_compute_numbers")

    # What the carrier has not taken comes again.
    _alive_uniq = models.UniqueIndex(
        "(booking_id, kind) WHERE state != 'refused'", "This booking is on a manifest already."
    )

    @api.depends("booking_id.parcel_ids.tracking_number")
    def _compute_numbers(self):
        for line in self:
            numbers = line.booking_id.sudo().parcel_ids.mapped("tracking_number")
            line.numbers = ", ".join(filter(None, numbers))

    def _rows(self):
        """Of each parcel: list of ``core.manifest.Row``. As superuser."""
        booking = self.booking_id
        picking = booking.picking_id
        party = picking.partner_id._booking_party()
        return [
            core.Row(
                action=self.kind,
                number=parcel.tracking_number or "",
                reference=booking.name,
                order=picking.sale_id.name or "",
                service=booking.service or "",
                date=(booking.booked_at or booking.create_date).date().isoformat(),
                weight=f"{parcel.weight:.3f}".rstrip("0").rstrip("."),
                is_return="yes" if booking.is_return else "",
                company=party.company,
                name=party.name,
                street=", ".join(party.lines),
                zip=party.zip,
                city=party.city,
                country=party.country,
                phone=party.phone,
            )
            for parcel in booking.parcel_ids
        ]
