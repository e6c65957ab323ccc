from uuid import uuid4

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import clean_context

from .logistics_exception_closing import DECIDED_TYPES

GROUP = "logistics_connector_base.group_logistics_user"
# All that people say by writing it. Whatever is not named here, also what is added one day, is said
# by the workbench alone: by its buttons (`_put`) and by what runs as superuser.
SAID_BY_PEOPLE = frozenset({"user_id", "team_id", "severity", "state", "cause_id"})
# Of a case that they open by hand; the rest of it follows.
SAID_WHEN_OPENED = frozenset(
    {
        "name",
        "type_id",
        "detail",
        "reference",
        "shipment_id",
        "connection_id",
        "severity",
        "user_id",
        "team_id",
    }
)
# What may be changed while a case is worked, and not afterwards.
WHILE_OPEN = frozenset({"user_id", "team_id", "severity", "state"})


class LogisticsException(models.Model):
    """Who may say what of a case. People own, sort and judge it; how often it was seen, when it was
    due, how it ended and what it was merged with is not theirs to write, whatever way they come:
    form, list, import, copy or RPC. Fails closed: what nobody has named is refused.

    Imported after all that extends the case, so that what those add in their ``write`` is not taken
    for a person's words.
    """

    _inherit = "logistics.exception"

    def _put(self, values):
        """Write what the workbench itself says, for a person who may write the case."""
        if not self:
            return True
        self.check_access("write")
        return self.sudo().write(values)

    @api.model
    def _refuse_others(self, values, allowed):
        others = sorted(set(values) - allowed)
        if not others:
            return
        labels = [
            self._fields[name]._description_string(self.env) if name in self._fields else name
            for name in others
        ]
        raise AccessError(
            self.env._(
                "Nobody writes this by hand: %s. The workbench keeps it itself; use the buttons of "
                "the case, such as Resolve, Snooze, Waiting or Merge.",
                ", ".join(labels),
            )
        )

    def write(self, vals):
        if self.env.su:
            return super().write(vals)
        self._refuse_others(vals, SAID_BY_PEOPLE)
        self.check_access("write")
        if WHILE_OPEN & set(vals):
            self._check_open()
        if vals.get("user_id"):
            self._check_owner(self.env["res.users"].browse(vals["user_id"]))
        if "cause_id" in vals:
            self._check_cause(vals["cause_id"])
        said = {name: value for name, value in vals.items() if name != "state"}
        result = super().write(said) if said else True
        if "state" in vals:
            self._move(vals["state"])
        return result

    @api.model_create_multi
    def create(self, vals_list):
        if self.env.su:
            return super().create(vals_list)
        self.check_access("create")
        opened = [self._opened_by_hand(values) for values in vals_list]
        # Defaults that came with the call are no way around.
        trusted = self.sudo().with_context(clean_context(self.env.context))
        cases = super(LogisticsException, trusted).create(opened)
        cases = cases.with_env(self.env)
        cases.check_access("create")
        for case in cases.filtered("user_id"):
            case._check_owner(case.user_id)
        return cases

    # -- what people say ----------------------------------------------------------------------

    def _check_owner(self, user):
        """Who gets a case can work it.

        :raises UserError: says why not
        """
        user = user.sudo().exists()
        group = self.env.ref(GROUP)
        for case in self.sudo():
            if not user.active or user.share or group not in user.all_group_ids:
                raise UserError(
                    self.env._("%s does not work with exceptions.", user.name or self.env._("?"))
                )
            if case.company_id not in user.company_ids:
                raise UserError(
                    self.env._("%s does not work for the company of the case.", user.name)
                )
            if not case._may_be_told(user):
                raise UserError(
                    self.env._("%s sees a part of the shipments only, and not this.", user.name)
                )

    def _check_cause(self, cause_id):
        """Chosen when a case is closed, and corrected afterwards."""
        for case in self:
            if case.is_open:
                raise UserError(
                    self.env._("The cause of “%s” is given when it is closed.", case.name)
                )
        if not cause_id:
            raise UserError(self.env._("A closed case keeps a cause: choose another one."))

    def _move(self, state):
        """Put open cases into another column, as their buttons would."""
        if state == "in_progress":
            self.action_start()
        elif state == "waiting":
            self._wait_for("other")
        elif state == "assigned":
            for owner, cases in self.grouped("user_id").items():
                owner_id = owner.id or self.env.uid
                cases._put({"state": state, "user_id": owner_id})
        elif state == "new":
            self._put({"state": state, "user_id": False})
        else:
            raise UserError(
                self.env._(
                    "A case is closed with Resolve, Dismiss or Merge: they ask what came of it."
                )
            )

    @api.model
    def _opened_by_hand(self, values):
        """The values of a case that a person opens.

        :param dict values: what they said
        """
        self._refuse_others(values, SAID_WHEN_OPENED)
        kind = self.env["logistics.exception.type"].browse(values.get("type_id") or []).exists()
        if not kind or kind.code in DECIDED_TYPES:
            raise UserError(self.env._("Choose what kind of trouble it is."))
        shipment = self.env["logistics.shipment"].browse(values.get("shipment_id") or [])
        connection = self.env["logistics.connection"].browse(values.get("connection_id") or [])
        shipment.check_access("read")
        connection.check_access("read")
        company = shipment.company_id or connection.company_id or self.env.company
        severity = values.get("severity")
        opened = {
            **self._instead_of_own_defaults(),
            **values,
            "key": f"hand:{uuid4().hex}",
            "company_id": company.id,
            "warehouse_id": shipment.sudo().warehouse_id.id,
            "base_severity": severity or False,
            "opened_at": fields.Datetime.now(),
            "state": "assigned" if values.get("user_id") else "new",
        }
        self.sudo()._judged([opened], {kind.code: kind})
        if severity:
            opened |= {"severity": severity, "severity_by_hand": True}
        return opened

    @api.model
    def _instead_of_own_defaults(self):
        """The model's values for what the person has set a default of their own for."""
        return {
            name: self._fields[name].default(self) if self._fields[name].default else False
            for name in self.env["ir.default"]._get_model_defaults(self._name)
            if name in self._fields and name not in SAID_WHEN_OPENED
        }
