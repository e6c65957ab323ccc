from odoo import api, models

from ..providers.shiphero import parse, poll
from ..providers.shiphero.acts import ShipHeroActs


class LogisticsProviderShipHero(models.AbstractModel):
    """ShipHero, a WMS that many 3PLs run: what it tells by webhook, and what it answers when it is
    asked for what a webhook has lost (it queues nothing while a webhook is switched off)."""

    _name = "logistics.provider.shiphero"
    _inherit = "logistics.provider.handler"
    _description = "ShipHero Provider"

    @api.model
    def _parse_message(self, raw, context):
        return parse.parse(raw, context)

    @api.model
    def _receipt_status(self):
        return 200

    @api.model
    def _receipt_body(self):
        return {"code": "200", "Status": "Success"}

    @api.model
    def _connection_defaults(self):
        return {
            "message_id_header": "x-shiphero-message-id",
            "tz": "UTC",
            # Each shipment and receipt is told as a change of stock, too.
            "advice_reason": "refuse",
            # What did not leave stays open in the same order, and leaves with a later shipment.
            "advice_short": "wait",
        }

    @api.model
    def _polls(self):
        return {"feed": poll.FEED}

    @api.model
    def _release_acts(self):
        return ShipHeroActs()

    @api.model
    def _release_url(self, environment):
        return f"https://{poll.HOST}/graphql"

    @api.model
    def _access_defaults(self, environment):
        return [{"kind": "oauth2_refresh", "token_url": poll.TOKEN_URL, "hosts": poll.HOST}]

    @api.model
    def _connection_proofs(self):
        return [{"kind": "hmac", "header": "x-shiphero-hmac-sha256", "encoding": "base64"}]

    @api.model
    def _secret_is_theirs(self):
        return True

    @api.model
    def _setup_words(self, connection):
        return [
            self.env._(
                "Register a webhook with the address below for each of these: Shipment Update, PO "
                "Update, Return Update, Inventory Change, Order Allocated, Order Deallocated, "
                "Order Canceled, Tote Complete, Package Added (webhook_create at "
                "developer.shiphero.com)."
            ),
            self.env._(
                "ShipHero answers each with a shared_signature_secret, once and never again: paste "
                "it here at once. Where they differ, store each of them."
            ),
            self.env._(
                "While a webhook is switched off, or fails five times, ShipHero forgets what it "
                "would have told: set up the sweep as well. It needs the refresh token of a "
                "developer user of ShipHero's."
            ),
            self.env._(
                "Write the number of ShipHero's warehouse as the partner's code on your warehouse, "
                "and explain its reasons of stock changes before you go live."
            ),
        ]
