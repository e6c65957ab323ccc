from odoo import api, models

from ...providers.canonical import parse, poll


class LogisticsProviderCanonical(models.AbstractModel):
    """Our own canonical JSON, for partners who can send what we define (Standard Webhooks)."""

    _name = "logistics.provider.canonical"
    _inherit = "logistics.provider.handler"
    _description = "Canonical JSON Provider"

    @api.model
    def _parse_message(self, raw, context):
        return parse.parse(raw, context)

    @api.model
    def _polls(self):
        return {"feed": poll.FEED}

    @api.model
    def _glance(self, raw, context):
        return parse.glance(raw)

    @api.model
    def _connection_defaults(self):
        return {"message_id_header": "webhook-id"}

    @api.model
    def _connection_proofs(self):
        return [{"kind": "standard_webhooks"}]

    @api.model
    def _setup_words(self, connection):
        return [
            self.env._("Give the partner the address and the secret below, by two different ways."),
            self.env._(
                "Give it our contract, too: the schema of the messages and how they are signed "
                "(Standard Webhooks)."
            ),
            self.env._("Let it send a first message about a parcel of yours."),
        ]
