import base64
import json

from odoo import models
from odoo.tools import file_path

from ...core import booking as core
from ...core import own_label
from .logistics_provider_own import OWN

# Of Odoo's web client: it has the letters of Europe.
FONT = "web/static/fonts/sign/NotoSans-Reg.ttf"


class LogisticsBooking(models.Model):
    """A booking with a carrier without an interface is done when it is asked for: nobody is called,
    and a rollback takes it back."""

    _inherit = "logistics.booking"

    def _leave(self, request):
        if self.connection_id.booking_carrier != OWN:
            return super()._leave(request)
        rate, problem = self.connection_id._own_price(request)
        numbers = self.env["logistics.number.range"]._draw(self.connection_id, len(request.parcels))
        booked = core.BookingAnswer(
            identifier=numbers[0],
            numbers=tuple(numbers),
            documents=self._own_labels(request, numbers),
            charges=rate.charges if rate else (),
            total=rate.total if rate else "",
            currency=rate.currency if rate else "",
        )
        self._take_booked(json.loads(core.as_json(booked)))
        if problem:
            self.problem = problem
        return None

    def _own_labels(self, request, numbers):
        kind = "return_label" if request.is_return else "label"
        labels = self._labels_of(request, numbers)
        if request.label == "ZPL":
            contents = [own_label.zpl(label) for label in labels]
        else:
            font = label_font()
            contents = [own_label.pdf([label], font) for label in labels]
        form = "ZPL" if request.label == "ZPL" else "PDF"
        return tuple(
            core.Document(kind, form, base64.b64encode(content).decode(), index)
            for index, content in enumerate(contents)
        )

    def _labels_of(self, request, numbers):
        """What is printed on each parcel's label: list of Label."""
        connection = self.connection_id
        service = self.env["logistics.carrier.service"].search(
            [("provider_id", "=", connection.provider_id.id), ("code", "=", request.service)],
            limit=1,
        )
        return [
            own_label.Label(
                number=number,
                carrier=connection.partner_id.name or connection.name,
                service=service.name or request.service,
                sender=own_label.address_lines(request.shipper),
                recipient=own_label.address_lines(request.recipient),
                part=f"{index + 1}/{len(numbers)}",
                weight=f"{parcel.weight:.3f}".rstrip("0").rstrip(".") + " kg",
                reference=request.reference,
                order=request.order,
                day=request.ship_date,
                is_return=request.is_return,
                return_word=self.env._("RETURN"),
            )
            for index, (number, parcel) in enumerate(zip(numbers, request.parcels, strict=True))
        ]

    def _call_off(self):
        own = self.filtered(lambda one: one.sudo().connection_id.booking_carrier == OWN)
        for booking in own.sudo():
            if booking.state == "booked":
                booking._end_void()
        return super(LogisticsBooking, self - own)._call_off()


def label_font():
    try:
        return file_path(FONT)
    except FileNotFoundError:
        return ""
