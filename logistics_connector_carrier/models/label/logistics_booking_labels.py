from odoo import api, fields, models
from odoo.exceptions import UserError


class LogisticsBooking(models.Model):
    """The labels of a booking, to be printed, and printed again."""

    _inherit = "logistics.booking"

    label_batch_id = fields.Many2one(
        "logistics.label.batch", "Asked for with", readonly=True, index="btree_not_null"
    )
    label_ids = fields.Many2many("ir.attachment", string="Labels", readonly=True)

    @api.model_create_multi
    def create(self, vals_list):
        batch = self.env.context.get("logistics_label_batch")
        if batch:
            vals_list = [{**values, "label_batch_id": batch} for values in vals_list]
        return super().create(vals_list)

    def _file_documents(self, booked):
        attachments = super()._file_documents(booked)
        parcels = self.parcel_ids.sorted("sequence")
        labels = attachments.browse()
        for document, attachment in zip(booked.documents, attachments, strict=True):
            if document.kind not in ("label", "return_label"):
                continue
            labels |= attachment
            # A return label that came along is no reason to lose the parcel's own one.
            if document.parcel is not None and document.kind == "label":
                parcels[document.parcel].label_id = attachment
        self.label_ids = labels
        return attachments

    def _all_labels(self):
        """In the order of the packages; of bookings filed before labels were kept apart, too."""
        return self.label_ids.sorted("id") or self.parcel_ids.sorted("sequence").label_id

    def action_print_labels(self):
        self.check_access("read")
        gone = self.filtered(lambda booking: booking.state != "booked")
        if gone:
            state = dict(self._fields["state"]._description_selection(self.env))[gone[0].state]
            raise UserError(
                self.env._(
                    "%(name)s has no label that counts (%(state)s).", name=gone[0].name, state=state
                )
            )
        return self.env["logistics.label.print"]._print(self)

    def _tell_screens(self):
        # Of many labels that were asked for together, one sentence at their end is enough.
        batch = self.sudo().label_batch_id
        if batch and self.state not in ("void", "void_asked"):
            return batch._tell_progress()
        return super()._tell_screens()
