from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain
from odoo.tools import SQL

from ...business_state.scope import told_by_these_alone

# What a scope may be narrowed by: field of the scope → field of the shipment.
DIMENSIONS = {
    "warehouse_ids": "warehouse_id",
    "connection_ids": "connection_ids",
    "sales_team_ids": "sales_team_id",
    "country_ids": "destination_country_id",
}
# Models that hang on a shipment, and on nothing else.
OF_SHIPMENTS = (
    "logistics.shipment.package",
    "logistics.shipment.stop",
    "logistics.shipment.reference",
    "logistics.shipment.charge",
    "logistics.effect",
    "logistics.poll.shipment",
)
OF_EXCEPTIONS = (
    "logistics.exception.pause",
    "logistics.exception.escalation",
    "logistics.exception.step",
)
# Figures over all that a connection brings.
OF_CONNECTIONS = ("logistics.code.coverage", "logistics.refusal", "logistics.retention.run")
# How a partner is set up: model → the way to its connection.
PARTNERS = {
    "logistics.connection": "id",
    "logistics.flow": "connection_id",
    "logistics.poll": "connection_id",
    "logistics.poll.progress": "poll_id.connection_id",
    "logistics.breaker": "flow_id.connection_id",
    "logistics.breaker.change": "breaker_id.flow_id.connection_id",
    "logistics.subscription": "flow_id.connection_id",
    "logistics.verifier": "connection_id",
    "logistics.access": "connection_id",
    "logistics.credential": "connection_id",
}
# What goes over shipments of all kinds.
WHOLE = (
    "logistics.replay",
    "logistics.replay.message",
    "logistics.replay.line",
    "logistics.usual.gap",
)


class LogisticsScope(models.Model):
    """A part of the shipments. Users who have scopes see what lies in one of them, and what hangs
    on it (events, messages, exceptions, documents, figures); users who have none see all of their
    companies.

    What belongs to no shipment, such as a message that could not be read, is shown to those who
    are narrowed by connections alone, and to nobody else who has a scope: it might be about
    anything.
    """

    _name = "logistics.scope"
    _description = "Data Scope"
    _inherit = ["mail.thread"]
    _order = "name, id"

    name = fields.Char(required=True, tracking=True)
    active = fields.Boolean(default=True, tracking=True)
    user_ids = fields.Many2many(
        "res.users",
        "logistics_scope_user_rel",
        "scope_id",
        "user_id",
        string="Users",
        domain="[('share', '=', False)]",
        tracking=True,
        help="They see nothing beyond their scopes.",
    )
    # "restrict": a scope that lost its warehouses would show those of all the others.
    warehouse_ids = fields.Many2many(
        "stock.warehouse", string="Warehouses", ondelete="restrict", tracking=True
    )
    connection_ids = fields.Many2many(
        "logistics.connection",
        string="Connections",
        ondelete="restrict",
        tracking=True,
        help="Shipments that these partners told of, or were told of.",
    )
    sales_team_ids = fields.Many2many(
        "crm.team", string="Sales teams", ondelete="restrict", tracking=True
    )
    country_ids = fields.Many2many(
        "res.country", string="To countries", ondelete="restrict", tracking=True
    )

    @api.constrains("name", *DIMENSIONS)
    def _check_dimensions(self):
        for scope in self:
            if not any(scope[name] for name in DIMENSIONS):
                raise ValidationError(
                    self.env._(
                        "Say what “%s” is narrowed to: warehouses, connections, sales teams or "
                        "countries.",
                        scope.name,
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        scopes = super().create(vals_list)
        self._changed()
        return scopes

    def write(self, vals):
        result = super().write(vals)
        self._changed()
        return result

    def unlink(self):
        result = super().unlink()
        self._changed()
        return result

    def _changed(self):
        """What a user may see is remembered for as long as no rule changes."""
        self.env.flush_all()
        self.env.registry.clear_cache()
        self.env.invalidate_all()

    # -- what lies in it ----------------------------------------------------------------------

    def _shipments(self):
        """Domain of the shipments that lie in one of these scopes."""
        return Domain.OR(
            Domain.AND(
                _told_by(scope.connection_ids.ids)
                if name == "connection_ids"
                else Domain(field, "in", scope[name].ids)
                for name, field in DIMENSIONS.items()
                if scope[name]
            )
            for scope in self
        )

    def _connections(self):
        """The connections by which alone somebody is narrowed."""
        others = [name for name in DIMENSIONS if name != "connection_ids"]
        return self.filtered(lambda scope: not any(scope[name] for name in others)).connection_ids

    def _domain_of(self, model):
        """What of a model lies in one of these scopes.

        :param str model: one that has a rule of its own for it
            (security/logistics_scope_security.xml). Those of other addons say by a class attribute
            ``_logistics_scope`` what they are alike: "logistics.shipment.charge" hangs on a
            shipment, "logistics.code.coverage" on a connection.
        :rtype: Domain
        :raises KeyError: nobody has said how this model hangs on shipments
        """
        model = getattr(self.env[model], "_logistics_scope", model)
        if model in PARTNERS:
            return self._of_partners(PARTNERS[model])
        return {
            "logistics.shipment": self._shipments,
            "logistics.event": self._of_shipments_or_connections,
            "logistics.exception": self._of_shipments_or_connections,
            "logistics.event.telling": self._of_events,
            "logistics.message": self._messages,
            "logistics.message.attempt": self._of_messages,
            "logistics.business.state": lambda: told_by_these_alone(self._shipments()),
            **dict.fromkeys(OF_SHIPMENTS, self._of_shipments),
            **dict.fromkeys(OF_EXCEPTIONS, self._of_exceptions),
            **dict.fromkeys(OF_CONNECTIONS, self._of_connections),
            **dict.fromkeys(WHOLE, self._nothing),
        }[model]()

    def _nothing(self):
        return Domain.FALSE

    def _of_shipments(self):
        return Domain("shipment_id", "any", self._shipments())

    def _of_connections(self):
        return Domain("connection_id", "in", self._connections().ids)

    def _of_partners(self, path):
        """How partners are set up is shown to whoever is not narrowed by partners."""
        if any(not scope.connection_ids for scope in self):
            return Domain.TRUE
        return Domain(path, "in", self.connection_ids.ids)

    def _of_shipments_or_connections(self):
        alone = Domain("shipment_id", "=", False) & self._of_connections()
        return self._of_shipments() | alone

    def _of_events(self):
        return Domain("event_id", "any", self._of_shipments_or_connections())

    def _of_exceptions(self):
        return Domain("exception_id", "any", self._of_shipments_or_connections())

    def _of_messages(self):
        return Domain("message_id", "any", self._messages())

    def _messages(self):
        """Messages that tell of these shipments, or tell a partner of them."""
        return self._of_connections() | _telling_of(self._shipments())


# Neither is written as a domain on lines: to decide about one record, Odoo would read all its lines
# as superuser, and show them to the user from there.


def _told_by(connection_ids):
    """Domain of the shipments that these connections told of, or were told of."""

    def to_sql(model, alias, query):
        return SQL(
            "%s IN (SELECT shipment_id FROM logistics_shipment_connection_rel"
            " WHERE connection_id = ANY(%s))",
            SQL.identifier(alias, "id"),
            list(connection_ids),
        )

    return Domain.custom(to_sql=to_sql)


def _telling_of(domain):
    """Domain of the messages that tell of shipments, or went out about them or their deliveries.

    :param Domain domain: of shipments
    """

    def to_sql(model, alias, query):
        for name in ("logistics.event", "logistics.event.telling"):
            model.env[name].flush_model()
        shipments = model.env["logistics.shipment"].sudo()._search(domain).subselect()
        names = {name: SQL.identifier(alias, name) for name in ("id", "res_model", "res_id")}
        return SQL(
            """(
            %(id)s IN (SELECT message_id FROM logistics_event WHERE shipment_id IN %(shipments)s)
            OR %(id)s IN (SELECT t.message_id FROM logistics_event_telling t
                          JOIN logistics_event e ON e.id = t.event_id
                          WHERE e.shipment_id IN %(shipments)s)
            OR %(res_model)s = 'logistics.shipment' AND %(res_id)s IN %(shipments)s
            OR %(res_model)s = 'stock.picking' AND %(res_id)s IN (
                SELECT picking_id FROM logistics_shipment_picking_rel
                WHERE shipment_id IN %(shipments)s)
            )""",
            **names,
            shipments=shipments,
        )

    return Domain.custom(to_sql=to_sql)
