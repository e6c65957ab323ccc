import logging

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

_logger = logging.getLogger(__name__)


class LogisticsProvider(models.Model):
    """A kind of partner whose messages we understand: one folder of pure parsing code, one mapping
    file, one contract class (``logistics.provider.handler``), and one record of this model."""

    _name = "logistics.provider"
    _description = "Logistics Provider"
    _order = "name"

    name = fields.Char(required=True)
    code = fields.Char(
        required=True, help="Namespace of the provider's codes and numbers, such as 'ups'."
    )
    kind = fields.Selection(
        [
            ("canonical", "Our canonical messages"),
            ("carrier", "Carrier"),
            ("aggregator", "Aggregator"),
            ("warehouse", "Warehouse or 3PL"),
        ],
        required=True,
        default="carrier",
    )
    handler = fields.Char(
        required=True, help="Model that parses this provider's messages (a provider handler)."
    )
    documentation_url = fields.Char(help="The partner's public page that describes its messages.")
    active = fields.Boolean(default=True)

    _code_uniq = models.Constraint("UNIQUE(code)", "A provider with this code exists already.")

    @api.constrains("handler")
    def _check_handler(self):
        contract = self.env.registry["logistics.provider.handler"]
        for provider in self:
            handler = self.env.registry.get(provider.handler)
            if handler is None or not issubclass(handler, contract):
                raise ValidationError(
                    self.env._(
                        "“%s” is not a provider handler. Is the addon that brings it installed?",
                        provider.handler,
                    )
                )

    @api.model
    def _ask_handshake(self, code, raw):
        """What a message asks for that is no event, or None. Never raises: a provider that stumbles
        over its own handshake must not lose the message, which is filed already."""
        try:
            return self.search([("code", "=", code)], limit=1)._handler()._handshake(raw)
        except Exception:
            _logger.exception("the provider %s failed over a handshake", code)
            return None

    def _handler(self):
        """The contract model of this provider (an empty recordset of an abstract model).

        :raises UserError: the addon that brought it was uninstalled; its messages stay
        """
        self.ensure_one()
        if self.handler not in self.env:
            raise UserError(
                self.env._("The addon that understands “%s” is not installed.", self.name)
            )
        return self.env[self.handler]

    # -- coming and going of the addons that bring providers -----------------------------------

    @api.model
    def _take_up_again(self, module, codes):
        """Make providers that an earlier uninstallation had to leave behind those of an addon
        again; to be called before its data is loaded. Their XML names are ``provider_<code>``.

        :param codes: those of all providers that the addon brings
        """
        left = self.with_context(active_test=False).search([("code", "in", list(codes))])
        self.env["ir.model.data"]._update_xmlids(
            [{"xml_id": f"{module}.provider_{one.code}", "record": one} for one in left]
        )

    @api.model
    def _leave_behind(self, module, codes):
        """Retire the connections of an addon that goes; keep the providers that have a history.

        A connection cannot lose its provider, nor a message its connection: both stay readable.
        What can be deleted, Odoo deletes; what must stay is archived and is no longer the addon's.
        """
        ours = self.with_context(active_test=False).search([("code", "in", list(codes))])
        connections = (
            self.env["logistics.connection"]
            .with_context(active_test=False)
            .search([("provider_id", "in", ours.ids)])
        )
        connections.filtered(lambda connection: connection.state != "retired").action_retire()
        connections.active = False
        kept = connections.provider_id
        kept.active = False
        self.env["ir.model.data"].search(
            [("module", "=", module), ("model", "=", self._name), ("res_id", "in", kept.ids)]
        ).unlink()
