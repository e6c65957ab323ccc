from odoo import api, models

from ..providers.shipbob import parse, poll
from ..providers.shipbob.acts import ShipBobActs


class LogisticsProviderShipBob(models.AbstractModel):
    """ShipBob, a 3PL with warehouses of its own: what it tells by webhook (Standard Webhooks), what
    it answers when it is asked, and the orders that it is told."""

    _name = "logistics.provider.shipbob"
    _inherit = "logistics.provider.handler"
    _description = "ShipBob Provider"

    @api.model
    def _parse_message(self, raw, context):
        return parse.parse(raw, context)

    @api.model
    def _receipt_status(self):
        return 200

    @api.model
    def _connection_defaults(self):
        return {
            "message_id_header": "webhook-id",
            "tz": "UTC",
            # An order is packed in as many shipments as ShipBob likes.
            "advice_short": "wait",
        }

    @api.model
    def _polls(self):
        return {"feed": poll.FEED}

    @api.model
    def _release_acts(self):
        return ShipBobActs()

    @api.model
    def _release_url(self, environment):
        return poll.URLS.get(environment) or poll.URLS[poll.LIVE]

    @api.model
    def _access_defaults(self, environment):
        host = poll.URLS.get(environment, poll.URLS[poll.LIVE]).split("/")[2]
        return [{"kind": "bearer", "hosts": host}]

    @api.model
    def _connection_proofs(self):
        return [{"kind": "standard_webhooks"}]

    @api.model
    def _secret_is_theirs(self):
        return True

    @api.model
    def _setup_words(self, connection):
        return [
            self.env._(
                "In ShipBob: Integrations → Webhooks → Add Subscription, with the address below, "
                "for all topics that begin with order, return and wro. Paste the secret that it "
                "shows (whsec_…) here."
            ),
            self.env._(
                "Integrations → API Tokens: make a personal access token, and store it on the page "
                "“Our access”. It is needed to ask for what a webhook lost, and to tell of orders."
            ),
            self.env._(
                "Set up the sweep (page Polling): goods are booked when ShipBob says that a "
                "shipment is completed, and no webhook of its own tells that."
            ),
            self.env._(
                "Write the number of ShipBob's fulfillment center as the partner's code on your "
                "warehouse."
            ),
        ]
