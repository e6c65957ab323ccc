from odoo import fields, models

from ...core.identity import digest
from ...core.jsonsafe import clean_text

# Types a browser may open; anything else is only downloaded.
SAFE_TYPES = ("application/pdf", "image/png", "image/jpeg", "image/gif", "image/tiff", "text/plain")
OTHER_TYPE = "application/octet-stream"
# Kinds of rows in the ledger. An event brought a document; a document was filed with a record; the
# filing was withdrawn, and put back.
BROUGHT, FILED = "document_of_event", "file_document"
WITHDRAWN, RESTORED = "withdraw_document", "restore_document"
# Before the name of a file that does not count; the file itself stays.
MARK = "WITHDRAWN "


class LogisticsEffect(models.Model):
    _inherit = "logistics.effect"

    compensates_id = fields.Many2one(
        "logistics.effect", readonly=True, index="btree_not_null", ondelete="cascade"
    )
    document_digest = fields.Char(readonly=True, help="SHA-256 of the file.")


class LogisticsShipment(models.Model):
    """The files that came inside events, with the shipment and its deliveries.

    What is filed follows from which events count (:meth:`_settle_documents`): the ledger says what
    was done about it so far, and each step is done once. Nothing is deleted: what was withdrawn is
    marked, and what belongs to another shipment is filed there as well.
    """

    _inherit = "logistics.shipment"

    def _file_document(self, document, event):
        """Keep a document of an event with the shipment and its deliveries, once each (law 5).

        :param Document document: kind, name, type and bytes
        :param event: the logistics.event it came with
        """
        self.ensure_one()
        if event.sudo().erased_at:
            return  # on a person's request: what was deleted does not come back
        content_digest = digest(document.content)
        brought = self.env["logistics.effect"]._claim(
            BROUGHT, f"{event.id}:{content_digest}", self, event
        )
        if brought:
            known = self._filed(content_digest)
            brought.sudo().write(
                {
                    "document_digest": content_digest,
                    "res_model": "ir.attachment",
                    "res_id": known.id or self._keep_file(self, document).id,
                }
            )
            if not known:
                self._claim_filing(self, content_digest, event, brought.res_id)
        self._settle_documents()

    def _settle_documents(self):
        """Bring what is filed in line with which events count. May be called at any time."""
        ledger = self.env["logistics.effect"].sudo()
        kinds = (BROUGHT, FILED, WITHDRAWN, RESTORED)
        of_events = ledger.search(
            [("event_id.shipment_id", "in", self.ids), ("kind", "=", BROUGHT)], order="id"
        )
        rows = ledger.search([("shipment_id", "in", self.ids), ("kind", "in", kinds)], order="id")
        if not rows and not of_events:
            return
        for shipment in self:
            shipment._settle_own_documents(
                of_events.filtered(
                    lambda row, shipment=shipment: row.event_id.shipment_id == shipment
                ),
                rows.filtered(lambda row, shipment=shipment: row.shipment_id == shipment),
            )

    def _settle_own_documents(self, of_events, rows):
        """
        :param of_events: which documents the events that are now this shipment's brought
        :param rows: what the ledger says was done with this shipment and its deliveries
        """
        wanted = {}
        for row in of_events:
            if row.event_id.standing == "active":
                wanted.setdefault(row.document_digest, row)
        filings = rows.filtered(lambda row: row.kind == FILED)
        for filing in filings:
            later = rows.filtered(lambda row, filing=filing: row.compensates_id == filing)
            is_withdrawn = len(later) % 2 == 1
            source = wanted.get(filing.document_digest)
            if bool(source) == is_withdrawn:
                event = source.event_id if source else filing.event_id
                self._turn_document(filing, len(later), event)
        for content_digest, source in wanted.items():
            for record in [self, *self.sudo().picking_ids]:
                if not filings.filtered(
                    lambda row, key=f"{FILED}:{record._name}:{record.id}:{content_digest}": (
                        row.key == key
                    )
                ):
                    self._claim_filing(record, content_digest, source.event_id, source.res_id)

    def _claim_filing(self, record, content_digest, event, attachment_id):
        """File what lies with an attachment with ``record``, unless that was done before."""
        attachment = self.env["ir.attachment"].sudo().browse(attachment_id).exists()
        if not attachment:
            return  # a person deleted it, or asked for it
        effect = self.env["logistics.effect"]._claim(
            FILED, f"{record._name}:{record.id}:{content_digest}", self, event
        )
        if not effect:
            return
        if (attachment.res_model, attachment.res_id) != (record._name, record.id):
            attachment = attachment.copy(
                {
                    "name": attachment.name.removeprefix(MARK),
                    "res_model": record._name,
                    "res_id": record.id,
                    "company_id": self.company_id.id,
                }
            )
        effect.sudo().write(
            {
                "document_digest": content_digest,
                "res_model": "ir.attachment",
                "res_id": attachment.id,
            }
        )

    def _turn_document(self, filing, turn, event):
        """Withdraw a filed document, or put it back: the compensation of the last step (law 5).

        :param int turn: how often that was done before: even withdraws, odd puts back
        :param event: the event that brought it
        """
        kind = RESTORED if turn % 2 else WITHDRAWN
        effect = self.env["logistics.effect"]._claim(kind, f"{filing.id}:{turn}", self, event)
        if not effect:
            return
        effect.sudo().write(
            {
                "compensates_id": filing.id,
                "document_digest": filing.document_digest,
                "res_model": filing.res_model,
                "res_id": filing.res_id,
            }
        )
        attachment = self.env["ir.attachment"].sudo().browse(filing.res_id).exists()
        if not attachment:
            return  # a person deleted it
        name = attachment.name.removeprefix(MARK)
        attachment.name = f"{MARK}{name}" if kind == WITHDRAWN else name
        record = self.env[attachment.res_model].sudo().browse(attachment.res_id)
        if kind == WITHDRAWN:
            text = self.env._(
                "%(name)s does not count any more: %(reason)s",
                name=name,
                reason=self._why_gone(event),
            )
        else:
            text = self.env._("%s counts again.", name)
        record._message_log(body=text)

    def _why_gone(self, event):
        """In words: why an event does not count for this shipment any more."""
        if event.shipment_id != self:
            if event.shipment_id:
                return self.env._("it belongs to %s.", event.shipment_id.name)
            return self.env._("it does not belong to this shipment.")
        return event._verdict_text() or self.env._("its event does not count.")

    def _filed(self, content_digest):
        """The attachment under which this file lies with the shipment already."""
        row = (
            self.env["logistics.effect"]
            .sudo()
            .search([("key", "=", f"{FILED}:{self._name}:{self.id}:{content_digest}")], limit=1)
        )
        return self.env["ir.attachment"].sudo().browse(row.res_id).exists()

    def _keep_file(self, record, document):
        mimetype = document.mimetype if document.mimetype in SAFE_TYPES else OTHER_TYPE
        return (
            self.env["ir.attachment"]
            .sudo()
            # Markup from outside is never opened as markup: Odoo files it as plain text.
            .with_context(attachments_mime_plainxml=True)
            .create(
                {
                    "name": clean_text(document.filename, 120) or f"{document.kind}.bin",
                    "raw": document.content,
                    "mimetype": mimetype,
                    "res_model": record._name,
                    "res_id": record.id,
                    "company_id": self.company_id.id,
                    "description": self.env._("Proof of delivery from the carrier"),
                    "logistics_personal": True,
                }
            )
        )
