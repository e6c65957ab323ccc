from odoo import api, fields, models
from odoo.exceptions import UserError

from ..core import address as core

VERDICTS = [
    (core.GOOD, "Known"),
    (core.OTHER, "Written otherwise"),
    (core.SEVERAL, "Several are possible"),
    (core.UNKNOWN, "Not known"),
]


class LogisticsAddressCheck(models.TransientModel):
    """What a carrier says of a delivery's address, side by side with ours."""

    _name = "logistics.address.check"
    _description = "Address Check"

    picking_id = fields.Many2one("stock.picking", "Delivery", required=True, readonly=True)
    partner_id = fields.Many2one("res.partner", "Contact", required=True, readonly=True)
    carrier_name = fields.Char("Checked by", readonly=True)
    verdict = fields.Selection(VERDICTS, required=True, readonly=True)
    level = fields.Selection(
        [(core.STREET, "Street"), (core.PLACE, "Zip and city")], "Looked at", readonly=True
    )
    kind = fields.Selection(
        [("home", "A home"), ("business", "A business")], "It is", readonly=True
    )
    text = fields.Char("They say", readonly=True)
    address = fields.Char("Our address", readonly=True)
    line_ids = fields.One2many("logistics.address.check.line", "check_id", "Known there")
    can_correct = fields.Boolean(compute="_compute_can_correct")

    @api.depends_context("uid")
    @api.depends("partner_id")
    def _compute_can_correct(self):
        for check in self:
            check.can_correct = check.partner_id.has_access("write")

    @api.model
    def _check(self, picking):
        """Ask the carrier; the window with its answer.

        :raises UserError: it cannot be asked, or says nothing
        """
        partner = picking.partner_id
        connection = picking.carrier_id.sudo().logistics_connection_id
        party = partner._booking_party()
        answer = connection._ask_address(party)
        verdict = core.verdict(party, answer)
        kinds = {True: "home", False: "business"}
        check = self.create(
            {
                "picking_id": picking.id,
                "partner_id": partner.id,
                "carrier_name": connection.provider_id.name,
                "verdict": verdict,
                "level": answer.level,
                "kind": kinds.get(answer.is_residential),
                "text": answer.text,
                "address": self._in_words(
                    core.Address(party.lines, party.city, party.zip, party.state, party.country)
                ),
                # What is known as it is written is not to be chosen.
                "line_ids": [
                    fields.Command.create(self._line_values(one))
                    for one in (() if verdict == core.GOOD else answer.found)
                ],
            }
        )
        return check._open()

    def _open(self):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Address of %s", self.picking_id.name),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "target": "new",
        }

    @api.model
    def _in_words(self, address):
        place = " ".join(filter(None, (address.zip, address.city, address.state)))
        return ", ".join(filter(None, (*address.lines, place, address.country)))

    def _line_values(self, found):
        return {
            "name": self._in_words(found),
            "street": found.lines[0] if found.lines else False,
            "street2": ", ".join(found.lines[1:]) or False,
            "city": found.city,
            "zip": found.zip,
            "state": found.state,
            "country": found.country,
        }


class LogisticsAddressCheckLine(models.TransientModel):
    """One address that the carrier knows."""

    _name = "logistics.address.check.line"
    _description = "Address That a Carrier Knows"

    check_id = fields.Many2one("logistics.address.check", required=True, ondelete="cascade")
    name = fields.Char("Address", readonly=True)
    street = fields.Char(readonly=True)
    street2 = fields.Char(readonly=True)
    city = fields.Char(readonly=True)
    zip = fields.Char(readonly=True)
    state = fields.Char("State code", readonly=True)
    country = fields.Char("Country code", readonly=True)
    can_correct = fields.Boolean(related="check_id.can_correct")

    def action_use(self):
        """Correct the contact; where the carrier looks at places only, the street stays.

        :raises AccessError: the user may not change contacts
        """
        self.ensure_one()
        check = self.check_id
        partner, before = check.partner_id, check.address
        partner.check_access("write")
        if partner.country_id.code != self.country:
            raise UserError(self.env._("This is an address in another country (%s).", self.country))
        values = {"city": self.city, "zip": self.zip}
        if self.street:
            values |= {"street": self.street, "street2": self.street2}
        state = partner.country_id.state_ids.filtered(lambda one: one.code == self.state)[:1]
        if state:
            values["state_id"] = state.id
        partner.write(values)
        text = self.env._(
            "Address corrected as %(carrier)s knows it: %(new)s (it was: %(old)s)",
            carrier=check.carrier_name,
            new=self.name,
            old=before,
        )
        partner.message_post(body=text)
        check.picking_id.message_post(body=text)
        return {"type": "ir.actions.act_window_close"}
