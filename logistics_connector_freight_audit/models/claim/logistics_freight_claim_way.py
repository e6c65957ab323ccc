import base64

from odoo import Command, fields, models
from odoo.exceptions import AccessError, UserError

from ...core.packet import as_pdf
from ..bill.logistics_freight_bill_decide import AUDITOR


class LogisticsFreightClaim(models.Model):
    """The way of a claim: filed, answered, paid."""

    _inherit = "logistics.freight.claim"

    move_id = fields.Many2one(
        "account.move",
        "Credit note",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
    )

    def action_filed(self):
        """It was filed elsewhere, such as on the carrier's portal."""
        self._check_state("draft", "asked")
        self._check_claimed()
        self._filed()

    def action_send(self):
        """Write the e-mail to the carrier, with what proves the claim. Sent, it is filed."""
        self.ensure_one()
        self._check_state("draft", "asked")
        self._check_claimed()
        template = self.env.ref("logistics_connector_freight_audit.mail_template_claim")
        return self._compose(template, self._letter() | self._evidence())

    def action_asked(self):
        self._check_state("filed")
        self._write_own({"state": "asked"})

    def action_answered(self):
        """They have said what they pay: the accepted amount was entered."""
        self._check_state("filed", "asked", "answered")
        self._write_own({"is_answered": True, "state": "answered"})
        for claim in self:
            if claim.outcome == "rejected":
                claim._write_own({"state": "closed", "closing_note": self.env._("Rejected.")})

    def action_paid(self):
        """What was accepted is here."""
        self._check_state("answered")
        self._write_own({"state": "paid"})

    def action_close(self):
        self._check_state("draft", "filed", "asked", "answered")
        self._write_own(
            {
                "state": "closed",
                "closing_note": self.env._("Closed by %s.", self.env.user.name),
            }
        )
        self._remind()

    def action_reopen(self):
        self._check_state("closed", "expired")
        for claim in self:
            claim._write_own(
                {
                    "state": "filed" if claim.filed_at else "draft",
                    "closing_note": False,
                    "is_answered": False,
                }
            )
        self._remind()

    def action_create_credit(self):
        """The draft credit note of the carrier, of what it has accepted. Nothing posts itself."""
        self.ensure_one()
        self.check_access("write")
        if not self.env.user.has_group(AUDITOR):
            raise AccessError(self.env._("Freight auditors bring claims into the books."))
        self._check_state("answered", "paid")
        self.lock_for_update()
        if self.move_id:
            raise UserError(self.env._("The credit note of %s is there already.", self.name))
        vendor = self.carrier_id.sudo().partner_id
        if not vendor:
            raise UserError(
                self.env._(
                    "Say first whose vendor bills those of %s become: Freight → Configuration → "
                    "Carriers' billing terms.",
                    self.carrier_id.name,
                )
            )
        product = self.env["logistics.freight.product"]._for(self.company_id, "credit")
        values = {
            "move_type": "in_refund",
            "company_id": self.company_id.id,
            "partner_id": vendor.id,
            "ref": self.carrier_reference or self.name,
            "invoice_date": fields.Date.context_today(self),
            "currency_id": self.currency_id.id,
            "invoice_line_ids": [
                Command.create(
                    {
                        "product_id": product.id,
                        "name": f"{self.name}: {self.shipment_id.name}",
                        "quantity": 1,
                        "price_unit": self.accepted_amount,
                        # Damages are no consideration: no tax (EU: no supply).
                        "tax_ids": [Command.clear()],
                    }
                )
            ],
        }
        # Whoever claims need not be an accountant: what is made is a draft.
        moves = self.env["account.move"].sudo().with_company(self.company_id)
        self.sudo().move_id = moves.create(values)
        return self.action_view_credit()

    def action_view_credit(self):
        self.ensure_one()
        return self.move_id.get_formview_action()

    def _check_claimed(self):
        for claim in self:
            if not claim.claimed_amount:
                raise UserError(self.env._("Say how much is claimed in %s.", claim.name))

    def _letter(self):
        """The claim on paper."""
        shipment = self.shipment_id.sudo()
        money = f"{self.claimed_amount:.2f} {self.currency_id.name}"
        facts = [
            (self.env._("What happened"), dict(self._fields["kind"].selection)[self.kind]),
            (self.env._("Tracking number"), shipment.tracking_numbers),
            (self.env._("Our number"), shipment.origin or shipment.name),
            (self.env._("Their number"), self.carrier_reference),
            (self.env._("Left on"), str(shipment.ship_date or "")),
            (self.env._("Promised"), _moment(shipment.promised_delivery_at)),
            (self.env._("Delivered"), _moment(shipment.delivered_at)),
            (self.env._("Weight"), f"{self.weight:.3f} kg" if self.weight else ""),
            (
                self.env._("Worth of the goods"),
                f"{self.value_amount:.2f} {self.currency_id.name}",
            ),
            (self.env._("Claimed"), money),
            (self.env._("Goods"), self.description),
        ]
        title = self.env._(
            "Claim %(name)s: %(company)s", name=self.name, company=self.company_id.name
        )
        return self.env["ir.attachment"].create(
            {
                "name": f"{self.name.replace('/', '-')}.pdf",
                "datas": base64.b64encode(as_pdf(title, facts, [])),
                "mimetype": "application/pdf",
                "res_model": self._name,
                "res_id": self.id,
            }
        )

    def _evidence(self):
        """Proofs and photos of the shipment, and what people have put into the chatter."""
        files = self.shipment_id.document_ids | self.message_ids.attachment_ids
        return files.filtered(lambda one: not one.name.startswith(self.name.replace("/", "-")))

    def _left_the_books(self):
        """The credit note was deleted or cancelled: it can be made again."""
        self._write_own({"move_id": False})


def _moment(moment):
    return f"{moment:%Y-%m-%d %H:%M} UTC" if moment else ""
