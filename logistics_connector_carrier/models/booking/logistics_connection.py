from odoo import api, fields, models
from odoo.addons.logistics_connector_base.models.flow.logistics_flow import SENDING_STATES
from odoo.exceptions import UserError

from ...engine import catalogue
from ...engine.closing import CLOSERS
from ...engine.errors import EngineError
from ...engine.karrio_carrier import KarrioCarrier
from ...engine.reader import READERS

# What a flow needs beside its code; a booking is never simply sent again (law 6).
FLOWS = {
    "book": {"repeat": "ask", "timeout": 60, "senders": 4, "is_ordered": False},
    "void": {"repeat": "safe", "timeout": 60, "senders": 2, "is_ordered": False},
    "close": {"repeat": "ask", "timeout": 90, "senders": 1, "is_ordered": False},
}


class LogisticsConnection(models.Model):
    _inherit = "logistics.connection"

    booking_carrier = fields.Char(related="provider_id.booking_carrier")
    carrier_setting_ids = fields.One2many(
        "logistics.carrier.setting", "connection_id", string="Access for booking"
    )
    booking_address = fields.Char(
        "Reached at",
        tracking=True,
        help="Instead of the carrier's own server, such as a gateway of yours: "
        "https://gateway.example.com/ups. Empty: the carrier's own.",
    )
    booking_problem = fields.Char("Booking lacks", compute="_compute_booking_problem")

    @api.depends("booking_carrier", "carrier_setting_ids.is_set", "flow_ids", "state")
    def _compute_booking_problem(self):
        for connection in self:
            connection.booking_problem = connection._booking_problem() or False

    def _booking_problem(self):
        """What keeps this account from being booked, in the user's words; "" where nothing
        does."""
        self.ensure_one()
        lack = self._booking_lack()
        if lack or self.state in SENDING_STATES:
            return lack
        labels = dict(self._fields["state"]._description_selection(self.env))
        return self.env._(
            "The account “%(name)s” is not live (%(state)s): nothing is booked with it. An "
            "administrator can take it live.",
            name=self.name,
            state=labels[self.state],
        )

    def _missing_for_live(self):
        """Who is booked only need not be able to send: without an address nobody can."""
        if self.sudo()._flow("book") and not self.has_address:
            lack = self._booking_lack()
            return [lack] if lack else []
        return super()._missing_for_live()

    @api.depends("booking_carrier", "carrier_setting_ids.is_set", "flow_ids")
    def _compute_missing_for_live(self):
        return super()._compute_missing_for_live()

    def _booking_lack(self):
        """What is not set up of booking, in the user's words; "" where nothing is missing."""
        self.ensure_one()
        if not self.booking_carrier:
            return self.env._("%s is not booked from Odoo.", self.provider_id.name or "-")
        try:
            catalogue.metadata(self.booking_carrier)
        except EngineError as error:
            return str(error)
        if not self.sudo()._flow("book"):
            return self.env._("Booking is not set up (button “Set up booking”).")
        empty = self.sudo().carrier_setting_ids.filtered(
            lambda setting: setting.is_required and not setting.is_set
        )
        if empty:
            return self.env._("Not filled: %s.", ", ".join(empty.mapped("label")))
        return ""

    def action_set_up_booking(self):
        """Bring the fields of the carrier's access and the flows of booking; what is there
        stays."""
        for connection in self:
            connection.check_access("write")
            if not connection.booking_carrier:
                raise UserError(connection._booking_problem())
            try:
                wanted = catalogue.settings(connection.booking_carrier)
            except EngineError as error:
                raise UserError(str(error)) from None
            known = set(connection.carrier_setting_ids.mapped("name"))
            connection.carrier_setting_ids.create(
                [
                    {
                        "connection_id": connection.id,
                        "sequence": sequence,
                        "name": one.name,
                        "label": one.label,
                        "kind": one.kind,
                        "choices": " ".join(one.choices),
                        "is_required": one.is_required,
                    }
                    for sequence, one in enumerate(wanted)
                    if one.name not in known
                ]
            )
            connection._make_booking_flows()
            self.env["logistics.carrier.service"]._offer(
                connection.provider_id, catalogue.services(connection.booking_carrier)
            )
        return True

    def _make_booking_flows(self):
        names = {
            "book": self.env._("Book shipments"),
            "void": self.env._("Call bookings off"),
            "close": self.env._("Close days"),
        }
        can_find = hasattr(READERS.get(self.booking_carrier), "find")
        for code, values in FLOWS.items():
            if self._flow(code) or (code == "close" and self.booking_carrier not in CLOSERS):
                continue
            if code == "book" and not can_find:
                values = {**values, "repeat": "never"}
            self.env["logistics.flow"].create(
                {
                    **values,
                    "connection_id": self.id,
                    "code": code,
                    "name": names[code],
                    "url": self.booking_address or self.provider_id.documentation_url,
                    "id_header": False,
                }
            )

    def _booking_account(self):
        """The carrier's account, ready for its acts. As superuser.

        :rtype: KarrioCarrier
        :raises UserError: something is missing
        """
        self.ensure_one()
        problem = self._booking_lack()
        if problem:
            raise UserError(self.env._("“%(name)s”: %(why)s", name=self.name, why=problem))
        carrier = self.booking_carrier
        if carrier not in READERS:
            raise UserError(self.env._("The answers of %s cannot be read yet.", carrier))
        try:
            return KarrioCarrier(
                carrier,
                self._booking_settings(),
                READERS[carrier],
                is_test=self.environment == "test",
                base_url=self.booking_address or "",
            )
        except EngineError as error:
            raise UserError(str(error)) from None

    def _booking_settings(self):
        """Of the carrier's access, by karrio's names. As superuser."""
        return {
            setting.name: value
            for setting in self.sudo().carrier_setting_ids
            if (value := setting._plain()) is not None
        }

    def _ask_rates(self, request):
        """What the carrier's services would cost, asked now.

        :param BookingRequest request: without a service, for all
        :return: tuple of Rate
        :raises UserError: the carrier says no, or says nothing
        """
        try:
            said = self._rate_inquiry(request).ask()
        except EngineError as error:
            raise UserError(str(error)) from None
        if said.value is None:
            text = said.words or said.outcome.text
            raise UserError(self.env._("%(name)s: %(why)s", name=self.sudo().name, why=text))
        return said.value
