import uuid
from datetime import UTC, datetime

from odoo import models
from odoo.exceptions import UserError

from ...core import by_hand, identity
from ...inbox.batch import InboxBatch
from ...intake import store


class LogisticsShipment(models.Model):
    """What people state about a shipment themselves. It is a message like any other, kept with its
    bytes, and goes through the same fold: replays and corrections know it."""

    _inherit = "logistics.shipment"

    def action_record_milestone(self):
        """Open the form in which a person says what happened."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Record what happened"),
            "res_model": "logistics.milestone",
            "view_mode": "form",
            "target": "new",
            "context": {"default_shipment_id": self.id},
        }

    def _state_by_hand(self, make):
        """File and work what the current user states, in this transaction: who states something
        wants to see it.

        :param make: ``make(id, author, recorded)`` returns the bytes of a ``core.by_hand`` message
        :return: its events (superuser)
        :raises UserError: it cannot be worked now, or not at all; nothing of it is kept
        """
        self.ensure_one()
        self.check_access("read")
        connection = self.env["logistics.connection"]._by_hand(self.company_id)
        number = f"hand-{uuid.uuid4().hex}"
        now = datetime.now(UTC)
        content = make(number, self.env.user.login, now.replace(microsecond=0))
        arrival = store.arrival(
            connection.sudo()._make_profile(),
            "hand",
            identity.message_identity(number, "", "").identity,
            content,
            external_id=number,
            content_type="application/json",
            received_at=now.replace(tzinfo=None),
            correlation_id=self.sudo().correlation_id or str(uuid.uuid4()),
        )
        self.env.flush_all()
        message_id = store.insert_with(self.env.cr, arrival)
        service = self.env.ref("logistics_connector_base.user_logistics_service")
        message = self.env["logistics.message"].with_user(service).sudo().browse(message_id)
        message.write({"state": "processing", "tries": 1})
        batch = InboxBatch(message)
        batch.process()
        self.env.flush_all()
        self.env.invalidate_all()
        if batch.held:
            raise UserError(
                self.env._("Somebody works on this shipment just now. Try again in a moment.")
            )
        if batch.failures or message.state not in ("processed", "parked"):
            failures = [str(error) for _number, error in batch.failures]
            raise UserError(" ".join(failures) or message.error_text or message.state)
        return message.event_ids

    def _withdraw_by_hand(self, event):
        """Take back an event that people of the company stated.

        :raises UserError: it is a partner's
        """
        self.ensure_one()
        stated = event.sudo()
        if stated.issuer != by_hand.ISSUER:
            raise UserError(self.env._("A partner stated this. Only the partner can take it back."))
        self._state_by_hand(
            lambda number, author, recorded: by_hand.withdrawal(
                number, author, stated.source_base or stated.source_id, self.name, recorded, ""
            )
        )
        self._log_by_hand(
            self.env._("%(who)s took back: %(code)s, %(when)s", **self._words_by_hand(stated))
        )

    def _note_by_hand(self, event, note):
        """Who recorded what, for whoever reads the shipment's story."""
        words = self._words_by_hand(event.sudo())
        text = self.env._("%(who)s recorded: %(code)s, %(when)s", **words)
        self._log_by_hand(f"{text}. {note}" if note else text)

    def _words_by_hand(self, event):
        return {
            "who": self.env.user.name,
            "code": event.code_id.name,
            "when": event.occurred_local,
        }

    def _log_by_hand(self, text):
        self.sudo()._message_log(body=text, author_id=self.env.user.partner_id.id)
