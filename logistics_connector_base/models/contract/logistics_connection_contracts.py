from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import ormcache

from ...intake.contracts import Held, pointer_steps


class LogisticsConnection(models.Model):
    """What the messages of a connection must look like, and what becomes of those that do not."""

    _inherit = "logistics.connection"

    contract_policy = fields.Selection(
        [
            ("none", "Nothing: contracts are for reading"),
            ("raise", "Keep it, work it, and raise an exception"),
            ("refuse", "Refuse it (422), and keep it for us"),
        ],
        "What breaks its contract",
        required=True,
        default="raise",
        tracking=True,
        help="Refused messages are stored and shown before the partner hears of it; they can be "
        "worked when the contract was mended. Only what comes by webhook or API can be refused.",
    )
    contract_ids = fields.Many2many(
        "logistics.contract",
        "logistics_connection_contract_rel",
        "connection_id",
        "contract_id",
        string="Versions chosen",
        copy=False,
        check_company=True,
        domain="[('provider_id', '=', provider_id), ('state', 'in', ('approved', 'deprecated')), "
        "('connection_id', 'in', (False, id))]",
        help="Empty: of each message type the newest approved version holds.",
    )
    held_contract_ids = fields.Many2many(
        "logistics.contract", compute="_compute_held_contract_ids", string="Contracts that hold"
    )

    @api.constrains("contract_ids", "provider_id")
    def _check_contracts(self):
        for connection in self:
            seen = set()
            for contract in connection.sudo().contract_ids:
                if contract.state not in ("approved", "deprecated"):
                    raise ValidationError(
                        self.env._("“%s” is not approved: it cannot be chosen.", contract.name)
                    )
                if contract.provider_id != connection.provider_id or (
                    contract.connection_id and contract.connection_id != connection
                ):
                    raise ValidationError(
                        self.env._("“%s” is made for another partner.", contract.name)
                    )
                key = (contract.direction, contract.message_type)
                if key in seen:
                    raise ValidationError(
                        self.env._("Choose one version of “%s”.", contract.message_type)
                    )
                seen.add(key)

    @api.depends("contract_ids", "provider_id", "company_id")
    def _compute_held_contract_ids(self):
        for connection in self:
            found = connection._origin.sudo()._contracts_in_force()
            connection.held_contract_ids = found.sudo(False)._filtered_access("read")

    def _contracts_in_force(self):
        """Of each message type the version that holds: the chosen one, else the newest approved
        one; one for this connection before one for all of the provider. As superuser."""
        contracts = self.env["logistics.contract"]
        if not self:
            return contracts
        self.ensure_one()
        candidates = contracts.search(
            [
                ("provider_id", "=", self.provider_id.id),
                ("connection_id", "in", (False, self.id)),
                ("company_id", "in", (False, self.company_id.id)),
                ("state", "in", ("approved", "deprecated")),
            ]
        )

        def rank(contract):
            scope = 2 * bool(contract.connection_id) + bool(contract.company_id)
            is_chosen = contract in self.contract_ids
            return is_chosen, contract.state == "approved", scope, contract.version_key

        best = {}
        for contract in candidates.sorted(rank):
            best[contract.direction, contract.message_type] = contract
        return contracts.union(*best.values())

    @api.model
    @ormcache("connection_id", "direction")
    def _held(self, connection_id, direction):
        """What the messages of a connection are held against: ``(policy, contracts)``, those first
        that say how they are recognised. Cached in each process."""
        connection = self.sudo().browse(connection_id).exists()
        if not connection or connection.contract_policy == "none":
            return "none", ()
        in_force = connection._contracts_in_force().filtered(
            lambda c: c.direction == direction and c.kind == "schema" and c.schema
        )
        held = [
            Held(
                contract.id,
                contract.message_type,
                pointer_steps(contract.type_pointer or ""),
                contract.type_value or "",
                contract.schema,
                contract.checked_by_parser,
            )
            for contract in in_force
        ]
        held.sort(key=lambda one: (not one.pointer, one.message_type))
        return connection.contract_policy, tuple(held)

    def _make_profile(self):
        profile = super()._make_profile()
        policy, contracts = self._held(self.id, "in")
        if policy == "refuse" and contracts:
            profile = profile.refusing(contracts)
        return profile

    def _unpin(self, contracts):
        for connection in self:
            over = connection.contract_ids & contracts
            connection.contract_ids -= over
            names = ", ".join(over.mapped("name"))
            connection._message_log(body=self.env._("No longer held against %s: it ended.", names))


class LogisticsContract(models.Model):
    _inherit = "logistics.contract"

    pinned_connection_ids = fields.Many2many(
        "logistics.connection",
        "logistics_connection_contract_rel",
        "contract_id",
        "connection_id",
        string="Chosen on",
        readonly=True,
        copy=False,
    )

    def _connections_held(self):
        """The connections whose messages are held against this version now, as superuser."""
        self.ensure_one()
        connections = self.env["logistics.connection"].sudo()
        domain = [("provider_id", "=", self.provider_id.id), ("state", "!=", "retired")]
        if self.connection_id:
            domain.append(("id", "=", self.connection_id.id))
        if self.company_id:
            domain.append(("company_id", "=", self.company_id.id))
        return connections.search(domain).filtered(
            lambda connection: self in connection._contracts_in_force()
        )
