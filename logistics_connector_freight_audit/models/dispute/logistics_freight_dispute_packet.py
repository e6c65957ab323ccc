import base64

from odoo import models
from odoo.exceptions import UserError

from ...core.packet import Claim, as_csv, as_pdf


class LogisticsFreightDispute(models.Model):
    """The evidence packet: a PDF for people and a CSV that the carrier can fill in."""

    _inherit = "logistics.freight.dispute"

    def action_send(self):
        """Write the e-mail to the carrier, with the packet. Sent, the dispute is filed."""
        self.ensure_one()
        self._check_state("draft", "filed", "asked")
        if not self.line_ids:
            raise UserError(self.env._("Nothing is claimed in %s.", self.name))
        template = self.env.ref("logistics_connector_freight_audit.mail_template_dispute")
        return self._compose(template, self._packet())

    def action_packet(self):
        """Make the packet without sending it, such as for a carrier's portal."""
        self.ensure_one()
        files = self._packet()
        self.message_post(
            body=self.env._("The evidence as it stands now."), attachment_ids=files.ids
        )
        return True

    def _packet(self):
        self.ensure_one()
        claims = [line._claim() for line in self.line_ids]
        facts = [
            (self.env._("Bill"), self.bill_id.name),
            (self.env._("Account"), self.bill_id.account),
            (self.env._("Bill date"), str(self.bill_id.date)),
            (self.env._("Reason"), dict(self._fields["reason"].selection)[self.reason]),
            (self.env._("Claimed"), f"{self.claimed_amount:.2f} {self.currency_id.name}"),
            (self.env._("Their number"), self.carrier_reference),
        ]
        title = self.env._(
            "Dispute %(name)s: %(company)s", name=self.name, company=self.company_id.name
        )
        contents = {
            "csv": ("text/csv", as_csv(claims)),
            "pdf": ("application/pdf", as_pdf(title, facts, claims)),
        }
        return self.env["ir.attachment"].create(
            [
                {
                    "name": f"{self.name.replace('/', '-')}.{suffix}",
                    "datas": base64.b64encode(content),
                    "mimetype": kind,
                    "res_model": self._name,
                    "res_id": self.id,
                }
                for suffix, (kind, content) in contents.items()
            ]
        )


class LogisticsFreightDisputeLine(models.Model):
    _inherit = "logistics.freight.dispute.line"

    def _claim(self):
        """What the carrier is told of it, as core.packet.Claim."""
        self.ensure_one()
        line, shipment = self.line_id, self.shipment_id.sudo()
        proof = []
        if shipment:
            weight = sum(shipment.package_ids.mapped("weight"))
            unit = self.env["product.template"]._get_weight_uom_name_from_ir_config_parameter()
            if weight:
                proof.append(self.env._("Weighs %(weight)s %(unit)s", weight=weight, unit=unit))
            for label, moment in (
                (self.env._("Promised"), shipment.promised_delivery_at),
                (self.env._("Delivered"), shipment.delivered_at),
            ):
                if moment:
                    proof.append(f"{label}: {moment:%Y-%m-%d %H:%M} UTC")
            if shipment.signed_by:
                proof.append(self.env._("Signed by %s", shipment.signed_by))
        return Claim(
            tracking=line.name or "",
            reference=shipment.origin or shipment.name or "",
            ship_date=str(line.ship_date or shipment.ship_date or ""),
            bill=line.bill_id.name,
            billed=f"{line.billed_amount:.2f}",
            expected=f"{line.expected_amount:.2f}" if line.expected_source else "",
            disputed=f"{self.claimed_amount:.2f}",
            why="\n".join(filter(None, [line.finding_text, line.decision_reason])),
            proof="\n".join(proof),
        )
