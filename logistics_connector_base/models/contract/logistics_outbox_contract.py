import logging

from odoo import api, models

from ...core.canonical import ParseError
from ...core.contract import CannotTell
from ...core.jsonsafe import loads
from ...inbox.contracts import prefix, troubles
from ...intake import contracts
from ...intake.contracts import BROKEN

_logger = logging.getLogger(__name__)

SECONDS = 0.5  # in the transaction of whoever books, packs or releases


class LogisticsOutbox(models.AbstractModel):
    """What we send, held against the contract of its flow when it is written. The business goes on
    in any case: what must not leave waits for a person, as a message that failed."""

    _inherit = "logistics.outbox"

    @api.model
    def _hold(self, flow, message):
        """Hold a message that was just written against the contract of its flow."""
        policy, held = self.env["logistics.connection"]._held(flow.connection_id.id, "out")
        contract = next((one for one in held if one.message_type == flow.code), None)
        if contract is None or flow.form != "json":
            return
        message.contract_id = contract.contract_id
        judgement = self._judge_outgoing(contract, message)
        if judgement is None:
            self._heal_outgoing(message, contract)
        elif policy == "refuse":
            message.write(
                {
                    "state": "dead",
                    "next_try_at": False,
                    "error_class": BROKEN,
                    "error_text": judgement.text,
                }
            )
            message._report_outgoing("contract_broken", judgement.text)
        else:
            self.env["logistics.exception"].sudo()._report(troubles(self.env, message, judgement))

    def _judge_outgoing(self, contract, message):
        """Why a message breaks its contract; None where it fits, or where that cannot be told."""
        body = message._read_bodies().get(message.id, b"")
        try:
            return contracts.judge(contract, loads(body), SECONDS)
        except (ParseError, CannotTell) as error:
            _logger.warning("an outgoing message was not held against its contract: %s", error)
            return None

    def _heal_outgoing(self, message, contract):
        """What fits again closes the exceptions of those before it that did not."""
        exceptions = self.env["logistics.exception"].sudo()
        start = prefix(message.connection_id.id, contract.message_type)
        found = exceptions.search(
            [
                ("type_code", "=", "contract_broken"),
                ("connection_id", "=", message.connection_id.id),
                ("key", "=like", f"{start}%"),
                ("is_open", "=", True),
            ]
        )
        if found:
            exceptions._resolve_keys(
                found.mapped("key"), self.env._("A later message fits the contract.")
            )
