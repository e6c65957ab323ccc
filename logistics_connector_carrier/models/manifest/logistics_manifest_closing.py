import json
from datetime import timedelta

from odoo import api, fields, models
from odoo.addons.logistics_connector_base.core.jsonsafe import clean_text
from odoo.exceptions import UserError
from odoo.tools import plaintext2html

from ...core import closing as core
from ...core.booking import JOINT
from ...engine.closing import CLOSERS

# Bookings that are older are not told: who begins to close days does not tell a year of them.
DAYS = 14
MOST = 300  # bookings of a manifest; the rest is another one
MEDIA = {"PDF": "application/pdf", "TXT": "text/plain"}
ENDED = ("rejected", "dead", "expired", "dismissed")


class LogisticsManifest(models.Model):
    """The end of a day by a carrier's interface: told through the outbox, once; what the carrier
    does not take comes again with the next one."""

    _inherit = "logistics.manifest"

    close_message_id = fields.Many2one("logistics.message", readonly=True, copy=False)
    carrier_numbers = fields.Char("Carrier's manifests", readonly=True)
    is_by_interface = fields.Boolean(compute="_compute_is_by_interface")

    @api.depends("close_message_id")
    def _compute_is_by_interface(self):
        for manifest in self:
            manifest.is_by_interface = bool(manifest.sudo().close_message_id)

    # -- making -------------------------------------------------------------------------------

    @api.model
    def _open_bookings(self, connection):
        if connection.day_end != "interface":
            return super()._open_bookings(connection)
        bookings = self.env["logistics.booking"].sudo()
        since = fields.Datetime.now() - timedelta(days=DAYS)
        found = bookings.search(
            [
                ("connection_id", "=", connection.id),
                ("state", "=", "booked"),
                ("is_return", "=", False),
                ("identifier", "!=", False),
                ("booked_at", ">=", since),
            ],
            order="id",
        )
        if takes := getattr(CLOSERS[connection.booking_carrier], "takes", None):
            found = found.filtered(lambda one: takes(one.service))
        # Who was told and who is being told is on another one.
        told = found.manifest_line_ids.filtered(lambda line: line.state != "refused").booking_id
        return found - told, bookings.browse()

    @api.model
    def _make(self, connection, new, off):
        if connection.day_end != "interface":
            return super()._make(connection, new, off)
        # What was refused makes room for the next.
        self.env["logistics.manifest.line"].flush_model(["state"])
        made = self.sudo().browse()
        # Where they are handed over is said once for all of them.
        for bookings in new.grouped(lambda one: one.picking_id._handed_over_at()).values():
            for start in range(0, len(bookings), MOST):
                made |= super()._make(connection, bookings[start : start + MOST], off)
        return made

    # -- telling ------------------------------------------------------------------------------

    def action_send(self):
        for manifest in self:
            if manifest.is_by_interface and not manifest.is_waiting:
                raise UserError(
                    self.env._(
                        "What the carrier has not taken of %s comes with the next end of day.",
                        manifest.name,
                    )
                )
        return super().action_send()

    def _send(self):
        if self.connection_id.day_end != "interface":
            return super()._send()
        connection = self.connection_id
        problem = connection._booking_problem()
        if problem:
            return self._take_no(problem)
        if not connection._flow("close"):
            connection._make_booking_flows()
        bookings = self.line_ids.booking_id
        request = core.CloseRequest(
            reference=self.name,
            day=self.day.isoformat(),
            shipments=tuple(one for booking in bookings for one in _identifiers(booking)),
            address=bookings[:1].picking_id._handed_over_at()._booking_party(),
        )
        self.write({"state": "sending", "problem": False, "sent_to": connection.provider_id.name})
        self.close_message_id = self.env["logistics.outbox"]._enqueue(
            connection._flow("close"),
            core.close_message(request),
            key=self.name,
            once=f"close:{self.id}",
            record=self,
            priority=20,
        )
        return None

    # -- what came of it ----------------------------------------------------------------------

    def _take_answer(self, answer):
        """What came of its message (``logistics.answer``). As superuser; may be told again, and
        changes nothing then."""
        self.ensure_one()
        message = answer.message_id
        if message != self.close_message_id or self.state in ("sent", "partial"):
            return
        if message.state == "delivered":
            self._take_closed(json.loads(answer._raw() or b"{}").get("answer"))
        elif message.state in ENDED and self.state in ("sending", "doubt"):
            self._take_no(message.error_text)
        elif message.state == "doubt" and self.state == "sending":
            self.write({"state": "doubt", "problem": clean_text(message.error_text or "", 500)})
            self._tell_people(
                self.env._(
                    "Nobody knows whether %(carrier)s has closed the day (%(text)s). It is being "
                    "looked up; do not close it again.",
                    carrier=self.sent_to,
                    text=self.problem,
                )
            )

    def _take_no(self, text):
        """The carrier has taken nothing; all of it comes again."""
        text = clean_text(text or self.env._("It was not sent."), 500)
        self._own_lines().write({"state": "refused", "problem": text})
        self._fail(text)

    def _take_closed(self, data):
        """
        :param dict data: a CloseAnswer as JSON; None where a person says that it is closed
        """
        answer = core.answer_from(data) if data else None
        why = {one.identifier: one.text for one in answer.refused} if answer else {}
        lines = self._own_lines()
        refused = lines.browse()
        for line in lines:
            texts = [why[one] for one in _identifiers(line.booking_id) if one in why]
            text = "; ".join(dict.fromkeys(texts))
            line.write({"state": "refused" if text else "taken", "problem": text})
            refused |= line if text else refused
        count, total = len(refused), len(lines)
        if refused and count == total:
            self._fail(self.env._("None of the bookings was taken."))
            return
        self.write(
            {
                "state": "partial" if refused else "sent",
                "sent_at": fields.Datetime.now(),
                "carrier_numbers": ", ".join(answer.manifests) if answer else False,
                "problem": False,
            }
        )
        self._file_papers(answer)
        if refused:
            self.problem = self.env._(
                "%(count)s of %(total)s bookings were not taken; they come again with the next end "
                "of day.",
                count=count,
                total=total,
            )
            self._tell_people(self.problem)
        self._tell_screen()

    def _own_lines(self):
        """Without bookings that are on another manifest meanwhile."""
        return self.line_ids.filtered(
            lambda line: all(
                one.manifest_id == self or one.state == "refused"
                for one in line.booking_id.manifest_line_ids
            )
        )

    def _file_papers(self, answer):
        """The papers for the driver, posted; what is missing of them is said."""
        if answer is None:
            self.message_post(body=self.env._("A person has said that the day is closed."))
            return
        attachments = self.env["ir.attachment"].create(
            [
                {
                    "name": _file_name(self.name, one),
                    "datas": one.content,
                    "mimetype": MEDIA[one.format],
                    "res_model": self._name,
                    "res_id": self.id,
                }
                for one in answer.documents
            ]
        )
        self.attachment_ids = attachments
        told = self.env._("%s has closed the day.", self.sent_to)
        text = "\n".join([told, *answer.warnings])
        self.message_post(body=plaintext2html(text), attachment_ids=attachments.ids)

    def _tell_people(self, text):
        connection = self.connection_id
        connection.activity_schedule(
            "mail.mail_activity_data_warning",
            summary=self.env._("Manifest: %s", self.name),
            note=plaintext2html(text),
            user_id=(connection.manifest_user_id or self.create_uid).id,
        )
        self._tell_screen()

    def _fail(self, text):
        result = super()._fail(text)
        if self.is_by_interface:
            self._tell_screen()
        return result

    def _tell_screen(self):
        """Who asked for it is told, whatever page is open."""
        user = self.create_uid
        manifest = self.with_context(lang=user.lang)
        label = dict(manifest._fields["state"]._description_selection(manifest.env))[self.state]
        tone = "success" if self.state == "sent" else "warning"
        user._bus_send("logistics_booking", {"text": f"{self.name}: {label}", "tone": tone})


class StockPicking(models.Model):
    _inherit = "stock.picking"

    def _handed_over_at(self):
        """The address where the carrier gets it."""
        return self.picking_type_id.warehouse_id.partner_id or self.company_id.partner_id


def _file_name(name, document):
    parts = filter(None, (name.replace("/", "-"), document.number))
    return f"{'-'.join(parts)}.{document.format.lower()}"


def _identifiers(booking):
    return booking.identifier.split(JOINT)
