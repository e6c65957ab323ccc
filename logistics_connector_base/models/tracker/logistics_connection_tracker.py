from odoo import api, fields, models
from odoo.exceptions import UserError

from ...core import tracker as core
from ...core.secretbox import SecretBoxError
from ...tools.master_key import open_secret, secret_box
from .logistics_tracker import FLOW

CASE = "numbers_not_followed"
# To ask again does no harm, so that nothing is left open; single numbers are not urgent.
FLOW_VALUES = {"repeat": "safe", "is_ordered": False, "senders": 2, "id_header": False}


class LogisticsConnection(models.Model):
    """A provider that tells of single numbers because we ask it to."""

    _inherit = "logistics.connection"

    can_track = fields.Boolean(compute="_compute_can_track")
    is_tracking = fields.Boolean(compute="_compute_tracking")
    tracking_lack = fields.Char("Following lacks", compute="_compute_tracking")
    tracker_count = fields.Integer("Followed numbers", compute="_compute_tracker_counts")
    tracker_refused_count = fields.Integer("Refused numbers", compute="_compute_tracker_counts")
    # Providers that are told our address with each call: the token, encrypted.
    callback_encrypted = fields.Char(groups=fields.NO_ACCESS, copy=False)

    @api.depends("provider_id")
    def _compute_can_track(self):
        for connection in self:
            connection.can_track = bool(connection._trackers())

    @api.depends("flow_ids.active", "flow_ids.code", "callback_encrypted", "credential_ids")
    def _compute_tracking(self):
        for connection in self:
            connection.is_tracking = bool(connection._flow(FLOW))
            lack = connection.is_tracking and connection._tracking_lack()
            connection.tracking_lack = lack or False

    def _compute_tracker_counts(self):
        counts = dict.fromkeys(self.ids, (0, 0))
        rows = self.env["logistics.tracker"]._read_group(
            [("connection_id", "in", self.ids), ("state", "in", ("following", "refused"))],
            ["connection_id", "state"],
            ["__count"],
        )
        for connection, state, count in rows:
            followed, refused = counts[connection.id]
            is_followed = state == "following"
            counts[connection.id] = (count, refused) if is_followed else (followed, count)
        for connection in self:
            found = counts.get(connection._origin.id, (0, 0))
            connection.tracker_count, connection.tracker_refused_count = found

    def _trackers(self):
        """What the provider says of it (``core.tracker.Trackers``), None where it follows
        nothing."""
        provider = self.provider_id.sudo()
        return self.env[provider.handler]._trackers() if provider.handler in self.env else None

    def write(self, vals):
        result = super().write(vals)
        if {"provider_id", "company_id", "company_ids", "active"} & set(vals):
            self.env["logistics.tracker"].sudo()._enrol()  # shipments of others may be its now
        return result

    # -- setting up ---------------------------------------------------------------------------

    def action_set_up_tracking(self):
        """Have the provider follow the numbers of open shipments, and of those to come."""
        for connection in self:
            connection.check_access("write")
            declared = connection._trackers()
            if declared is None:
                raise UserError(
                    self.env._(
                        "“%s” cannot be asked to follow numbers: it tells of all, or of none.",
                        connection.provider_id.name,
                    )
                )
            flow = connection.with_context(active_test=False)._flow(FLOW)
            if flow:
                flow.active = True
                continue
            environment = connection.environment
            self.env["logistics.flow"].create(
                {
                    **FLOW_VALUES,
                    "connection_id": connection.id,
                    "code": FLOW,
                    "name": self.env._("Have numbers followed"),
                    "url": declared.urls.get(environment) or declared.urls["production"],
                }
            )
        return True

    def action_view_trackers(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "logistics_connector_base.action_logistics_tracker"
        )
        return dict(action, domain=[("connection_id", "=", self.id)])

    def action_new_address(self):
        """Who is told our address with each call gets the new one."""
        action = super().action_new_address()
        declared = self._trackers()
        if declared and declared.needs_hook:
            token = action["context"]["default_url"].rpartition("/")[2]
            try:
                self.sudo().callback_encrypted = secret_box().encrypt(token)
            except SecretBoxError as error:
                raise UserError(str(error)) from None
            self.env["logistics.tracker"]._anew(self)
        return action

    def _log_secret_change(self, text):
        """The provider shows the secret that it was given last: it is given the new one."""
        result = super()._log_secret_change(text)
        for connection in self:
            declared = connection._trackers()
            if declared and declared.needs_hook:
                self.env["logistics.tracker"]._anew(connection)
        return result

    # -- our address with the provider --------------------------------------------------------

    def _tracking_lack(self):
        """Why no number can be asked for, in the user's words; "" where nothing is missing."""
        self.ensure_one()
        declared = self._trackers()
        if not declared or not declared.needs_hook:
            return ""
        if not self.sudo().callback_encrypted:
            return self.env._(
                "%s is told our address with each call, and we only know a digest of it: make a "
                "new address.",
                self.provider_id.name,
            )
        if not self._callback_secret():
            return self.env._("No valid secret is stored that it could show there.")
        if self.environment == "production" and not self.get_base_url().startswith("https:"):
            return self.env._(
                "Odoo's own address (%s) is not one that begins with https.", self.get_base_url()
            )
        return ""

    def _callback_secret(self):
        """The secret that the provider is given: of those that are valid, the one that is valid
        longest."""
        now = fields.Datetime.now()
        proof = self.sudo().verifier_ids.filtered(lambda one: one.kind == "static")[:1]
        if not proof:
            return proof.env["logistics.credential"]
        valid = proof._secrets().filtered(
            lambda one: one.is_usable and (not one.valid_from or one.valid_from <= now)
        )
        return valid.sorted(lambda one: (not one.valid_to, one.valid_to or now, one.id))[-1:]

    def _tracking_hook(self):
        """Our address and the secret to be shown there, for the provider; see
        :meth:`_tracking_lack`.

        :raises UserError: they cannot be opened
        """
        connection = self.sudo()
        try:
            token = open_secret(connection.callback_encrypted)
            secret = open_secret(connection._callback_secret().secret_encrypted)
        except SecretBoxError as error:
            raise UserError(str(error)) from None
        return core.Hook(f"{self.get_base_url()}/logistics/v1/in/{token}", secret)

    # -- what is answered ---------------------------------------------------------------------

    def _take_answer(self, answer):
        """See ``logistics.answer``: numbers are asked for in the connection's name."""
        self.env["logistics.tracker"]._take_answer(answer)

    def _tell_of_refused_numbers(self):
        """A case for each connection with numbers that nobody asks for any more."""
        exceptions = self.env["logistics.exception"].sudo()
        for connection in self.sudo():
            given_up = (
                self.env["logistics.tracker"]
                .sudo()
                .search(
                    [
                        ("connection_id", "=", connection.id),
                        ("state", "=", "refused"),
                        ("next_at", "=", False),
                        ("refusals", ">", 0),
                    ],
                    limit=200,
                )
            )
            key = f"trackers:{connection.id}"
            if not given_up:
                exceptions._resolve_keys([key], self.env._("All numbers are followed."))
                continue
            exceptions._report(
                [
                    {
                        "type": CASE,
                        "key": key,
                        "name": self.env._("%s does not follow all numbers", connection.name),
                        "company_id": connection.company_id.id,
                        "connection_id": connection.id,
                        "provider": connection.provider_id.code,
                        "detail": self.env._(
                            "%(count)s numbers, the last one: %(number)s (%(why)s)",
                            count=len(given_up),
                            number=given_up[0].number,
                            why=given_up[0].problem or "",
                        ),
                    }
                ]
            )
