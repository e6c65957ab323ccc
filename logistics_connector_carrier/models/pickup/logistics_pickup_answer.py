import json

from odoo import fields, models
from odoo.addons.logistics_connector_base.core.jsonsafe import clean_text
from odoo.exceptions import UserError
from odoo.tools import plaintext2html

from ...core import pickup as core

ENDED = ("rejected", "dead", "expired", "dismissed", "cancelled")


class LogisticsPickup(models.Model):
    _inherit = "logistics.pickup"

    # -- what came of it ----------------------------------------------------------------------

    def _take_answer(self, answer):
        """What came of a message of this pickup (``logistics.answer``). As superuser; may be told
        again, and changes nothing then."""
        self.ensure_one()
        message = answer.message_id
        if message.flow_id.code == "pickup_cancel":
            return self._take_cancel(message)
        if message.state == "delivered":
            # Also what a person had sent again after a refusal: the van comes now.
            if self.state in ("asked", "doubt", "refused", "failed"):
                self._take_confirmed(json.loads(answer._raw() or b"null"))
        elif message != self.message_id:
            return None
        elif message.state == "rejected":
            self._take_no("refused", message.error_text)
        elif message.state in ENDED:
            self._take_no("failed", message.error_text)
        elif message.state == "doubt" and self.state == "asked":
            self._take_no("doubt", message.error_text)
        return None

    def _take_confirmed(self, data):
        if data is None:
            # A person of Logistics has said that it was ordered; the number is typed.
            self.write({"state": "confirmed", "problem": self.env._("The number is not known.")})
            return self._tell_screens()
        told = core.answer_from(data)
        currency = self.env["res.currency"]._by_code(told.currency)
        if told.total and not currency:
            raise UserError(self.env._("The price is in “%s”: no currency.", told.currency))
        self.write(
            {
                "state": "confirmed",
                "number": told.number,
                "total": float(told.total or 0),
                "currency_id": currency.id,
                "extra": told.extra or False,
                "problem": "\n".join(filter(None, told.warnings)) or False,
            }
        )
        self._take_other_times(told)
        return self._tell_screens()

    def _take_other_times(self, told):
        """A carrier that comes at another time than it was asked for is said aloud."""
        asked = self._request()
        other = [
            text
            for name in ("day", "ready", "closing")
            if (text := getattr(told, name)) and text != getattr(asked, name)
        ]
        if not other:
            return
        if told.day and told.day != asked.day:
            self.day = fields.Date.to_date(told.day)
        text = self.env._("The carrier has it for another time: %s.", ", ".join(other))
        self.problem = "\n".join(filter(None, (self.problem, text)))
        self._tell_orderer(text)

    def _take_no(self, state, text):
        if self.state not in ("asked", "doubt"):
            return
        text = clean_text(text or "", 2000)
        self.write({"state": state, "problem": text})
        words = {
            "refused": self.env._("%(carrier)s refused the pickup: %(text)s"),
            "failed": self.env._("%(carrier)s was not asked for the pickup: %(text)s"),
            "doubt": self.env._(
                "Nobody knows whether %(carrier)s comes (%(text)s). Do not order it again: look "
                "on the carrier's site."
            ),
        }
        self._tell_orderer(words[state] % {"carrier": self.connection_id.name, "text": text})
        self._tell_screens()

    def _take_cancel(self, message):
        if message.state == "delivered":
            if self.state in ("cancel_asked", "confirmed"):
                self.write({"state": "cancelled", "problem": False})
                self._tell_screens()
        elif message != self.cancel_message_id or self.state != "cancel_asked":
            return
        elif message.state in ENDED:
            text = clean_text(message.error_text or "", 2000)
            self.write({"state": "confirmed", "problem": text})
            self._tell_orderer(
                self.env._(
                    "%(carrier)s has not called the van off: %(text)s",
                    carrier=self.connection_id.name,
                    text=text,
                )
            )
            self._tell_screens()

    # -- telling people -----------------------------------------------------------------------

    def _tell_orderer(self, text):
        self._message_log(body=text)
        self.activity_schedule(
            "mail.mail_activity_data_warning",
            summary=self.env._("Pickup"),
            note=plaintext2html(text),
            user_id=(self.user_id or self.create_uid).id,
        )

    def _tell_screens(self):
        """Who ordered it is told, whatever page is open."""
        user = self.user_id or self.create_uid
        pickup = self.with_context(lang=user.lang)
        label = dict(pickup._fields["state"]._description_selection(pickup.env))[self.state]
        number = f" ({self.number})" if self.state == "confirmed" and self.number else ""
        text = f"{self.name}, {self.connection_id.name}: {label}{number}"
        tone = {"confirmed": "success", "cancelled": "success"}.get(self.state, "warning")
        user._bus_send("logistics_booking", {"text": text, "tone": tone})
