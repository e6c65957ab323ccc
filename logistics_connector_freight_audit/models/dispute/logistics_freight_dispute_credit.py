from odoo import models


class LogisticsFreightDispute(models.Model):
    _inherit = "logistics.freight.dispute"

    def _follow_credits(self):
        """What was answered and credited in full is over."""
        for dispute in self:
            if dispute.state != "answered":
                continue
            if dispute.currency_id.is_zero(dispute.awaited_amount):
                got = dispute.credited_amount
                values = {"state": "credited" if got else "closed"}
                if not got:
                    values["closing_note"] = self.env._("Rejected by the carrier.")
                dispute._write_own(values)


class LogisticsFreightBillShipment(models.Model):
    """Credits on later bills meet what was disputed."""

    _inherit = "logistics.freight.bill.shipment"

    def _audit(self):
        result = super()._audit()
        self._meet_disputes()
        return result

    def _meet_disputes(self):
        """Link the credits of these lines with disputes of their shipments, each once."""
        credits = self.charge_ids.filtered(
            lambda charge: charge.net < 0 and not charge.is_informational
        )
        if not credits:
            return
        open_lines = (
            self.env["logistics.freight.dispute.line"]
            .sudo()
            .search(
                [
                    ("shipment_id", "in", (self.shipment_id | self.shared_shipment_ids).ids),
                    ("dispute_id.state", "not in", ("draft", "closed", "expired", "credited")),
                ],
                order="id",
            )
        )
        taken = open_lines.credit_charge_ids
        touched = open_lines.browse()
        for charge in credits - taken:
            for one in open_lines:
                if one.line_id == charge.line_id and one.line_id.bill_id == charge.bill_id:
                    continue  # a credit on the disputed bill itself was known when it was disputed
                if one.shipment_id not in (
                    charge.line_id.shared_shipment_ids or charge.line_id.shipment_id
                ):
                    continue
                left = one.claimed_amount - one.credited_amount
                if one.currency_id == charge.currency_id and (
                    one.currency_id.compare_amounts(left, -charge.net) >= 0
                ):
                    one.credit_charge_ids = [(4, charge.id)]
                    touched |= one
                    break
        for one in touched:
            if not one.is_answered or one.accepted_amount < one.credited_amount:
                # Whoever credits has accepted.
                one.write({"is_answered": True, "accepted_amount": one.credited_amount})
        for dispute in touched.dispute_id:
            if all(line.is_answered for line in dispute.line_ids):
                dispute._write_own({"state": "answered"})
            dispute._follow_credits()
