import json

from odoo import fields, models
from odoo.addons.logistics_connector_base.core.jsonsafe import clean_text
from odoo.exceptions import UserError
from odoo.tools import plaintext2html

from ...core import booking as core
from ...engine.desk import void_message

# It is certain, or a person has said, that the delivery is not booked as it was asked for.
ENDED = ("rejected", "dead", "expired", "dismissed")


class LogisticsBooking(models.Model):
    _inherit = "logistics.booking"

    # -- what came of it ----------------------------------------------------------------------

    def _take_answer(self, answer):
        """What came of a message of this booking (``logistics.answer``). As superuser; may be told
        again, and changes nothing then.
        """
        self.ensure_one()
        message = answer.message_id
        if message != self.message_id:
            return self._take_void(message)
        content = json.loads(answer._raw() or b"{}")
        partial = content.get("partial")
        # In doubt the other parcels may be booked as well, and are being looked up.
        if partial and not self.identifier and message.state in ENDED:
            self._void_part(core.answer_from(partial))
        if message.state == "delivered":
            # Also what a person had sent again after a refusal: the carrier has it now.
            if self.state in ("asked", "doubt", "refused", "failed"):
                self._take_booked(content.get("answer"))
        elif message.state == "rejected":
            self._take_no("refused", message.error_text)
        elif message.state in ("dead", "expired", "dismissed"):
            self._take_no("failed", message.error_text)
        elif message.state == "doubt" and self.state == "asked":
            self._take_no("doubt", message.error_text)
        return None

    def _take_no(self, state, text):
        if self.state not in ("asked", "doubt"):
            return
        text = clean_text(text or "", 2000)
        self.write({"state": state, "problem": text})
        words = {
            "refused": self.env._("%(carrier)s refused the booking: %(text)s"),
            "failed": self.env._("%(carrier)s was not asked: %(text)s"),
            "doubt": self.env._(
                "Nobody knows whether %(carrier)s has booked it (%(text)s). It is being looked up; "
                "do not book it again."
            ),
        }
        carrier = self.carrier_id.name or self.connection_id.name
        self._tell_packers(words[state] % {"carrier": carrier, "text": text}, is_urgent=True)

    def _take_booked(self, data):
        if data is None:
            # A person says that it was booked; the numbers are typed from the carrier's site.
            self.write({"state": "booked", "problem": self.env._("The numbers are not known.")})
            return
        booked = core.answer_from(data)
        currency = self.env["res.currency"]._by_code(booked.currency)
        if booked.total and not currency:
            # Filing is tried again, and becomes a case: no sum is counted in another currency.
            raise UserError(self.env._("The price is in “%s”: no currency.", booked.currency))
        self.write(
            {
                "state": "booked",
                "identifier": booked.identifier,
                "booked_at": fields.Datetime.now(),
                "currency_id": (currency or self.company_id.currency_id).id,
                "total": float(booked.total or 0),
            }
        )
        self.problem = self._no_price() or False
        for parcel, number in zip(self.parcel_ids.sorted("sequence"), booked.numbers, strict=True):
            parcel.tracking_number = number
        attachments = self._file_documents(booked)
        if self.is_return:
            text = self.env._("Return label: %s", ", ".join(booked.numbers))
            self.picking_id._post_documents(text, attachments)
        else:
            self.picking_id._take_booking(self, booked, attachments)
        self._file_charges(booked)
        self._tell_screens()

    def _no_price(self):
        """Why the order keeps its price; "" where it does not."""
        if not self.total and self.is_return:
            return ""  # the order's price is not about it; who bills what is used has none yet
        if not self.total:
            return self.env._(
                "%s has not said what it costs; the order keeps its price until the invoice comes.",
                self.connection_id.name,
            )
        target = self.picking_id._price_currency()
        if self._price_in(target) is None:
            return self.env._(
                "It costs %(amount).2f %(currency)s, and there is no exchange rate to %(target)s; "
                "the order keeps its price.",
                amount=self.total,
                currency=self.currency_id.name,
                target=target.name,
            )
        return ""

    def _price_in(self, target):
        """The booked price in another currency, of today; None where nobody knows the rate."""
        day = fields.Date.context_today(self)
        return self.currency_id._convert_or_none(self.total, target, self.company_id, day)

    def _file_documents(self, booked):
        """The labels and papers as attachments of the delivery, named as Odoo names them."""
        attachments = self.env["ir.attachment"]
        parcels = self.parcel_ids.sorted("sequence")
        method = self.carrier_id
        prefixes = {
            "label": method._get_delivery_label_prefix(),
            "return_label": method.get_return_label_prefix(),
        }
        for number, document in enumerate(booked.documents):
            parcel = None if document.parcel is None else parcels[document.parcel]
            about = parcel.tracking_number if parcel else f"{self.name}-{number + 1}"
            about = document.number or about
            prefix = prefixes.get(document.kind, method._get_delivery_doc_prefix())
            attachment = attachments.create(
                {
                    "name": f"{prefix}-{about}.{document.format.lower()}",
                    "datas": document.content,
                    "res_model": "stock.picking",
                    "res_id": self.picking_id.id,
                    "company_id": self.company_id.id,
                }
            )
            attachments |= attachment
            # A return label may come beside the parcel's own.
            if parcel and document.kind == ("return_label" if self.is_return else "label"):
                parcel.label_id = attachment
        return attachments

    def _file_charges(self, booked):
        """What the carrier will bill, by its own codes: freight audit holds its invoice against
        these lines."""
        if not self.shipment_id:
            return
        self.env["logistics.shipment.charge"].create(
            [
                {
                    "shipment_id": self.shipment_id.id,
                    "booking_id": self.id,
                    "kind": "booked",
                    "category": charge.kind,
                    "code": charge.code,
                    "name": charge.name or charge.code or self.env._("Freight"),
                    "amount": float(charge.amount),
                    "currency_id": self.currency_id.id,
                }
                for charge in booked.charges
            ]
        )

    def _void_part(self, booked):
        """Some parcels were booked and others refused: what was booked is called off, as nobody
        sends half a delivery without knowing (reference: erpnext-shipping#90)."""
        self.identifier = booked.identifier
        flow = self.connection_id._flow("void")
        self.env["logistics.outbox"]._enqueue(
            flow,
            void_message(booked.identifier, self.service),
            key=self.name,
            once=f"void:{self.name}",
            correlation_id=self.message_id.correlation_id,
        )

    # -- what came of calling it off ----------------------------------------------------------

    def _take_void(self, message):
        if message.state == "delivered":
            # Also an earlier one, that somebody had sent again.
            if self.state in ("void_asked", "booked"):
                self._end_void()
        elif message != self.void_message_id or self.state != "void_asked":
            return
        elif message.state in ("rejected", "dead", "expired", "dismissed"):
            self.write({"state": "booked", "problem": message.error_text})
            carrier = self.carrier_id.name or self.connection_id.name
            self._tell_packers(
                self.env._(
                    "%(carrier)s has not cancelled %(name)s: %(text)s",
                    carrier=carrier,
                    name=self.name,
                    text=message.error_text or "",
                ),
                is_urgent=True,
            )

    def _end_void(self):
        self.write({"state": "void", "problem": False})
        if not self.refund_state:  # else the money comes back later
            self.charge_ids.unlink()
        self.picking_id._take_void(self)
        self._tell_screens()

    # -- telling people -----------------------------------------------------------------------

    def _tell_packers(self, text, is_urgent=False):
        picking = self.picking_id
        picking._message_log(body=text)
        if is_urgent:
            picking.activity_schedule(
                "mail.mail_activity_data_warning",
                summary=self.env._("Label"),
                note=plaintext2html(text),
                user_id=(picking.user_id or self.create_uid).id,
            )
        self._tell_screens()

    def _tell_screens(self):
        """Who asked for it is told, whatever page is open."""
        user = self.create_uid
        booking = self.with_context(lang=user.lang)
        label = dict(booking._fields["state"]._description_selection(booking.env))[self.state]
        text = f"{self.picking_id.name}: {label}"
        numbers = ", ".join(filter(None, self.parcel_ids.mapped("tracking_number")))
        if self.state == "booked" and numbers:
            text = f"{text} ({numbers})"
        tone = {"booked": "success", "void": "success"}.get(self.state, "warning")
        user._bus_send("logistics_booking", {"text": text, "tone": tone})
