from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ...core.contract import SchemaError, compiled, next_version, sort_key
from ...core.contract.schema import pretty
from ...intake.contracts import pointer_steps

STATES = [
    ("draft", "Draft"),
    ("review", "In approval"),
    ("approved", "Approved"),
    ("deprecated", "Deprecated"),
    ("retired", "Retired"),
]
# What a version says: whoever changes it is its author, and it is fixed once it was handed in.
CONTENT = (
    *("provider_id", "connection_id", "company_id", "direction", "message_type", "version"),
    *("kind", "schema", "guide", "type_pointer", "type_value", "sample_ids"),
)
# Written by the steps of its life alone, whatever a client sends.
BY_STEPS = (
    *("state", "schema_author_id", "submitted_by_id", "submitted_at", "approved_by_id"),
    *("approved_at", "deprecated_on", "retired_on", "checked_by_parser"),
)


class LogisticsContract(models.Model):
    """One version of one message type, as agreed with a partner: what its messages must look like.

    A version is written as a draft, handed in, and approved by somebody else; from then on it does
    not change. What must change becomes a new version beside it."""

    _name = "logistics.contract"
    _description = "Message Contract"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _order = "message_type, direction, version_key desc, id desc"
    _check_company_auto = True

    name = fields.Char(compute="_compute_name", store=True)
    message_type = fields.Char(
        "Message type",
        required=True,
        tracking=True,
        help="What the message is called. Versions of the same type, provider and direction belong "
        "together. Of what we send: the code of the flow, such as “release”.",
    )
    version = fields.Char(
        required=True, default="1.0", tracking=True, help="One to three numbers, such as 1.0."
    )
    version_key = fields.Char(compute="_compute_version_key", store=True)
    direction = fields.Selection(
        [("in", "They send"), ("out", "We send")], required=True, default="in", tracking=True
    )
    provider_id = fields.Many2one(
        "logistics.provider", required=True, ondelete="restrict", index=True, tracking=True
    )
    connection_id = fields.Many2one(
        "logistics.connection",
        "Only for",
        ondelete="restrict",
        index="btree_not_null",
        check_company=True,
        tracking=True,
        domain="[('provider_id', '=', provider_id)]",
        help="Empty: for all connections of the provider.",
    )
    company_id = fields.Many2one(
        "res.company",
        index=True,
        default=lambda self: self.env.company,
        help="Empty: for all companies. Such contracts come with an addon.",
    )
    kind = fields.Selection(
        [("schema", "JSON Schema, checked"), ("guide", "Guide for people (EDI, XML), not checked")],
        required=True,
        default="schema",
        tracking=True,
    )
    schema = fields.Text(
        "JSON Schema",
        help="Draft 2020-12. It may not point to other documents, and patterns that could take for "
        "ever are refused. “format” is a note and not checked.",
    )
    guide = fields.Text(help="What was agreed: segments, qualifiers, where the guide is kept.")
    type_pointer = fields.Char(
        "Recognised by",
        tracking=True,
        help="Where the message says what it is, as a JSON pointer such as /type. Empty: every "
        "message of the connection is of this type.",
    )
    type_value = fields.Char("is", tracking=True, help="What stands there, such as ORDER.")
    sample_ids = fields.One2many("logistics.contract.sample", "contract_id", copy=True)
    state = fields.Selection(
        STATES, required=True, default="draft", readonly=True, copy=False, tracking=True, index=True
    )
    schema_author_id = fields.Many2one(
        "res.users", "Last changed by", readonly=True, copy=False, ondelete="restrict"
    )
    submitted_by_id = fields.Many2one(
        "res.users", "Handed in by", readonly=True, copy=False, ondelete="restrict"
    )
    submitted_at = fields.Datetime("Handed in", readonly=True, copy=False)
    approved_by_id = fields.Many2one(
        "res.users", "Approved by", readonly=True, copy=False, ondelete="restrict", tracking=True
    )
    approved_at = fields.Datetime("Approved", readonly=True, copy=False)
    deprecated_on = fields.Date("Deprecated", readonly=True, copy=False)
    retire_on = fields.Date(
        "Ends on",
        copy=False,
        tracking=True,
        help="From this day on messages are not held against it any more. Connections that still "
        "use it are told 30 days before.",
    )
    retired_on = fields.Date("Ended", readonly=True, copy=False)
    checked_by_parser = fields.Boolean(
        "Checked by the provider",
        readonly=True,
        copy=False,
        help="The provider itself checks messages by this schema when it reads them.",
    )

    _version_uniq = models.UniqueIndex(
        "(provider_id, COALESCE(connection_id, 0), COALESCE(company_id, 0), direction, "
        "message_type, version_key)",
        "This version of this message type is there already.",
    )

    @api.depends("message_type", "version")
    def _compute_name(self):
        for contract in self:
            contract.name = f"{contract.message_type or ''} {contract.version or ''}".strip()

    @api.depends("version")
    def _compute_version_key(self):
        for contract in self:
            try:
                contract.version_key = sort_key((contract.version or "").strip())
            except ValueError:
                contract.version_key = ""  # refused by the constraint

    # -- what it must be ------------------------------------------------------------------------

    @api.constrains("version", "kind", "schema", "type_pointer", "type_value", "message_type")
    def _check_content(self):
        for contract in self:
            try:
                sort_key(contract.version)
                pointer_steps(contract.type_pointer or "")
            except ValueError as error:
                raise ValidationError(str(error)) from None
            if bool(contract.type_pointer) != bool(contract.type_value):
                raise ValidationError(
                    self.env._("Say where the type stands, and what stands there; or neither.")
                )
            if contract.schema:
                contract._compiled()

    @api.constrains("connection_id", "provider_id")
    def _check_scope(self):
        for contract in self:
            connection = contract.sudo().connection_id
            if connection and connection.provider_id != contract.provider_id:
                raise ValidationError(
                    self.env._("“%s” is a connection of another provider.", connection.name)
                )

    def _compiled(self):
        """The schema, ready to be used.

        :raises ValidationError: it cannot be used
        """
        self.ensure_one()
        try:
            return compiled(self.schema or "")
        except SchemaError as error:
            text = self.env._("%(name)s: %(error)s", name=self.name, error=error)
        raise ValidationError(text)

    # -- writing --------------------------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        values = []
        for vals in vals_list:
            self._refuse_steps(vals)
            vals = self._normal(vals)
            if not self.env.su:
                # Also against defaults that a client may send in its context.
                vals.update(dict.fromkeys(BY_STEPS, False), state="draft")
            vals["schema_author_id"] = self.env.uid
            values.append(vals)
        contracts = super().create(values)
        self.env.registry.clear_cache()
        return contracts

    def write(self, vals):
        self._refuse_steps(vals)
        vals = self._normal(vals)
        if set(CONTENT) & vals.keys():
            self._refuse_fixed()
            vals = {**vals, "schema_author_id": self.env.uid}
        if "retire_on" in vals and not self.env.su and any(c.state == "retired" for c in self):
            raise UserError(self.env._("A retired contract does not change any more."))
        result = super().write(vals)
        self.env.registry.clear_cache()
        return result

    def unlink(self):
        self.env.registry.clear_cache()
        return super().unlink()

    @api.ondelete(at_uninstall=False)
    def _unlink_except_fixed(self):
        if not self.env.su and any(contract.state != "draft" for contract in self):
            raise UserError(self.env._("Only a draft can be deleted. Retire the contract instead."))

    def copy_data(self, default=None):
        default = dict(default or {})
        values = super().copy_data(default)
        for contract, vals in zip(self, values, strict=True):
            if "version" not in default:
                vals["version"] = contract._free_version()
            # Those for all companies come with addons; people write for theirs.
            vals["company_id"] = vals.get("company_id") or self.env.company.id
        return values

    def _free_version(self):
        self.ensure_one()
        newest = self.search(self._family_domain(), order="version_key desc", limit=1)
        return next_version((newest or self).version)

    def _refuse_steps(self, vals):
        """What only the steps of a contract's life write, they write as superuser."""
        found = set(BY_STEPS) & vals.keys()
        if "state" in found and vals["state"] == "draft" and not self:
            found.discard("state")  # a new one is a draft anyway
        if found and not self.env.su:
            raise UserError(self.env._("This is decided by the buttons of the contract."))

    def _refuse_fixed(self):
        fixed = self.filtered(lambda contract: contract.state != "draft")
        if fixed and not self.env.su:
            raise UserError(
                self.env._(
                    "“%s” was handed in and does not change any more. Send it back, or make a new "
                    "version.",
                    fixed[0].name,
                )
            )

    def _note_author(self):
        """A sample was changed: that is a change of the contract."""
        self._refuse_fixed()
        self.sudo().schema_author_id = self.env.uid

    @api.model
    def _normal(self, vals):
        vals = dict(vals)
        for name in ("version", "message_type", "type_pointer", "type_value"):
            if isinstance(vals.get(name), str):
                vals[name] = vals[name].strip()
        if vals.get("schema"):
            vals["schema"] = pretty(vals["schema"])
        return vals

    def _family_domain(self):
        """All versions of the same message type."""
        self.ensure_one()
        return [
            (name, "=", self[name].id or False)
            for name in ("provider_id", "connection_id", "company_id")
        ] + [(name, "=", self[name]) for name in ("direction", "message_type")]
