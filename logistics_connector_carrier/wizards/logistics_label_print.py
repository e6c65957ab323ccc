import base64
from urllib.parse import quote

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..labels import sheets

MOST_NAMED = 20


class LogisticsLabelPrint(models.TransientModel):
    """Labels of several deliveries, put together for printing: one file for each kind of printer,
    and what is not in them."""

    _name = "logistics.label.print"
    _description = "Labels to Print"

    name = fields.Char(readonly=True)
    pdf_file = fields.Binary("Labels (PDF)", readonly=True)
    pdf_name = fields.Char(readonly=True)
    pdf_count = fields.Integer(readonly=True)
    page_count = fields.Integer(readonly=True)
    zpl_file = fields.Binary("Labels (ZPL)", readonly=True)
    zpl_name = fields.Char(readonly=True)
    zpl_count = fields.Integer(readonly=True)
    missing = fields.Text("Not in it", readonly=True)

    @api.model
    def _print(self, bookings, without=(), parcel=None):
        """Put the labels of these bookings together, in their order.

        :param bookings: booked ones that the user may read
        :param without: deliveries that have no label; they are named
        :param parcel: its label alone
        :return: an action: the file, or a page that tells what is missing
        :raises UserError: there is nothing to print
        """
        bookings = bookings.sudo().filtered(lambda booking: booking.state == "booked")
        labels = self._labels(bookings, parcel)
        made = sheets.collate(labels)
        missing = [self._without_label(picking) for picking in without]
        missing += [self._in_words(*broken) for broken in made.broken]
        if not made.pdf and not made.zpl:
            raise UserError(self._told(missing) or self.env._("There is no label to print."))
        (parcel.sudo() if parcel else bookings.parcel_ids)._note_print()
        stem = bookings.picking_id.name if len(bookings) == 1 else self.env._("labels")
        stem = stem.replace("/", "-")
        wizard = (
            self.sudo()
            .create(
                {
                    "name": self.env._("Labels"),
                    "pdf_file": made.pdf and base64.b64encode(made.pdf),
                    "pdf_name": f"{stem}.pdf",
                    "pdf_count": made.pdf_labels,
                    "page_count": made.pages,
                    "zpl_file": made.zpl and base64.b64encode(made.zpl),
                    "zpl_name": f"{stem}.zpl",
                    "zpl_count": made.zpl_labels,
                    "missing": self._told(missing),
                }
            )
            .sudo(False)
        )
        if missing or (made.pdf and made.zpl):
            return wizard._open()
        return wizard.action_pdf() if made.pdf else wizard.action_zpl()

    def _labels(self, bookings, parcel):
        """Read one after the other: hundreds of labels are not in memory twice."""
        for booking in bookings:
            attachments = parcel.sudo().label_id if parcel else booking._all_labels()
            name = booking.picking_id.name
            if not attachments:
                yield sheets.Label(name, b"")
            for attachment in attachments:
                content = attachment.raw or b""
                attachment.invalidate_recordset(["raw", "datas"])
                yield sheets.Label(f"{name} ({attachment.name})", content)

    def _without_label(self, picking):
        states = dict(picking._fields["booking_state"]._description_selection(self.env))
        state = states.get(picking.booking_state, self.env._("not asked for"))
        return self.env._("%(name)s has no label: %(state)s", name=picking.name, state=state)

    def _in_words(self, name, why):
        words = {
            sheets.EMPTY: self.env._("%s: the carrier sent no label", name),
            sheets.UNREADABLE: self.env._("%s: the file is broken", name),
            sheets.UNKNOWN: self.env._("%s: neither PDF nor picture nor ZPL", name),
        }
        return words[why]

    def _told(self, missing):
        more = len(missing) - MOST_NAMED
        named = missing[:MOST_NAMED]
        if more > 0:
            named.append(self.env._("… and %s more", more))
        return "\n".join(named)

    def _open(self):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Labels to print"),
            "res_model": self._name,
            "res_id": self.id,
            "views": [(False, "form")],
            "target": "new",
        }

    def action_pdf(self):
        """Opened in the browser, from where it is printed."""
        self.ensure_one()
        url = f"/web/content/{self._name}/{self.id}/pdf_file/{quote(self.pdf_name)}"
        return {"type": "ir.actions.act_url", "url": url, "target": "new"}

    def action_zpl(self):
        self.ensure_one()
        url = f"/web/content/{self._name}/{self.id}/zpl_file/{quote(self.zpl_name)}?download=true"
        return {"type": "ir.actions.act_url", "url": url, "target": "download"}
