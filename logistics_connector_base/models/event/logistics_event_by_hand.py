from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from ...core.by_hand import ISSUER
from ..personal_access import sees_personal_data

MANAGER = "logistics_connector_base.group_logistics_manager"


class LogisticsEvent(models.Model):
    """What people may do about an event: correct or take back what people of the company stated,
    and, as managers, let one of a partner's count no more. All of it is history."""

    _inherit = "logistics.event"

    may_be_withdrawn = fields.Boolean(compute="_compute_may_be_withdrawn")
    may_be_set_aside = fields.Boolean(compute="_compute_may_be_withdrawn")
    may_be_restored = fields.Boolean(compute="_compute_may_be_withdrawn")

    @api.depends("issuer", "standing", "shipment_id", "decision")
    @api.depends_context("uid")
    def _compute_may_be_withdrawn(self):
        is_manager = self.env.user.has_group(MANAGER)
        for event in self:
            is_ours, counts = event.issuer == ISSUER, event.standing == "active"
            event.may_be_withdrawn = bool(
                is_ours and counts and event.shipment_id and event.source_id
            ) and not (event.retracts)
            event.may_be_set_aside = is_manager and counts and not is_ours
            event.may_be_restored = is_manager and event._is_set_aside()

    def _is_set_aside(self):
        return self.issuer != ISSUER and self.decision == "dismissed"

    def action_withdraw(self):
        """Take back what was stated by hand; its proof of delivery with it."""
        self.ensure_one()
        self.check_access("read")
        self.shipment_id._withdraw_by_hand(self)
        return True

    def action_correct(self):
        """State it anew, in its place."""
        self.ensure_one()
        self.check_access("read")
        if not self.may_be_withdrawn:
            raise UserError(self.env._("Only what counts and was recorded by hand is corrected."))
        stated = self._stated()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Correct what was recorded"),
            "res_model": "logistics.milestone",
            "view_mode": "form",
            "target": "new",
            "context": {"default_event_id": stated.id, **stated._milestone_defaults()},
        }

    def _stated(self):
        """The event that was stated, of which this one may be a part (its document)."""
        base = self.sudo().source_base
        whole = self.search(
            [
                ("issuer", "=", ISSUER),
                ("source_id", "=", base),
                ("shipment_id", "=", self.shipment_id.id),
            ],
            limit=1,
        )
        return whole or self

    def _milestone_defaults(self):
        country = self.env["res.country"].search([("code", "=", self.country_code or "-")])
        package = self.shipment_id.package_ids.filtered(
            lambda parcel: parcel.tracking_number and parcel.tracking_number == self.tracking_number
        )
        is_one_of_several = len(self.shipment_id.package_ids) > 1
        return {
            "default_shipment_id": self.shipment_id.id,
            "default_code_id": self.code_id.id,
            "default_reason_id": self.reason_id.id,
            "default_occurred_at": self.occurred_at,
            "default_expected_at": self.estimated_delivery_at,
            "default_city": self.city,
            "default_country_id": country.id,
            "default_package_id": package.id if is_one_of_several else False,
            **(self._personal_defaults() if sees_personal_data(self.env) else {}),
        }

    def _personal_defaults(self):
        return {
            "default_place_name": self.place_name,
            "default_signed_by": self.signed_by,
            "default_note": self.raw_text,
        }

    def action_set_aside(self):
        """Ask why it shall not count."""
        self.ensure_one()
        self._check_manager()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Does not count"),
            "res_model": "logistics.event.set.aside",
            "view_mode": "form",
            "target": "new",
            "context": {"default_event_id": self.id},
        }

    def _set_aside(self, reason):
        """Let a partner's event count no more, with its parts; it stays in the history.

        :raises UserError: it is one of ours, or counts no more anyway
        """
        self.ensure_one()
        self._check_manager()
        if self.issuer == ISSUER:
            raise UserError(self.env._("This was recorded by hand: take it back instead."))
        if self.standing != "active":
            raise UserError(self.env._("It does not count anyway."))
        self._with_parts()._decide("dismissed", reason)
        # One that waits for its shipment has no story yet; the decision stands with the event.
        for shipment in self.shipment_id:
            words = shipment._words_by_hand(self)
            text = self.env._("%(who)s set aside: %(code)s, %(when)s", **words)
            shipment._log_by_hand(f"{text}. {reason}")

    def action_restore(self):
        """Let what was set aside count again."""
        self.ensure_one()
        self._check_manager()
        if not self._is_set_aside():
            raise UserError(self.env._("It was not set aside."))
        self._with_parts()._decide("accepted", is_implausible=False)
        for shipment in self.shipment_id:
            words = shipment._words_by_hand(self)
            shipment._log_by_hand(
                self.env._("%(who)s let it count again: %(code)s, %(when)s", **words)
            )
        return True

    def _check_manager(self):
        self.check_access("read")
        if not self.env.user.has_group(MANAGER):
            raise AccessError(
                self.env._(
                    "Only managers of Logistics decide that a partner's event does not count."
                )
            )
