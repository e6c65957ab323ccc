import logging

import psycopg2
from odoo import api, fields, models
from odoo.addons.logistics_connector_base.core.setbacks import MESSAGE, setback
from odoo.exceptions import UserError

_logger = logging.getLogger(__name__)

READ_BY_ALL = (
    "booking_ids.state",
    "move_line_ids.move_id.sale_line_id.price_reduce_taxexcl",
    "move_line_ids.product_id.country_of_origin",
    "move_line_ids.product_id.weight",
    "move_line_ids.result_package_id.name",
    "package_history_ids.package_id",
    "partner_id.commercial_partner_id.phone",
    "partner_id.country_id.code",
    "partner_id.state_id.code",
    "sale_id.shipment_ids",
    "shipment_ids.state",
)
NEWS = "logistics_label_batch"  # on the bus, and under which a transaction notes what to tell


class LogisticsLabelBatch(models.Model):
    """Asking for many labels in one transaction, and telling how far the carriers are."""

    _inherit = "logistics.label.batch"

    @api.model
    def _ask_for(self, pickings):
        """Ask for the labels of these deliveries, in their order. No carrier is called here.

        :return: a batch for each company
        """
        pickings.check_access("write")
        batches = self.browse()
        for company, group in pickings.grouped("company_id").items():
            batch = self.sudo().create(
                {
                    "company_id": company.id,
                    "asked_at": fields.Datetime.now(),
                    "line_ids": [
                        fields.Command.create({"sequence": number, "picking_id": picking.id})
                        for number, picking in enumerate(group)
                    ],
                }
            )
            batches |= batch
            batch.with_company(company)._ask_lines(batch.line_ids)
        return batches.sudo(False)

    def action_ask_again(self):
        """Ask once more for what was refused or not asked for. What is in doubt is being looked up:
        asked again, it might be bought twice."""
        self.ensure_one()
        lines = self.sudo().line_ids.filtered(
            lambda line: line.state in ("not_asked", "refused", "failed")
        )
        lines.picking_id.sudo(False).check_access("write")
        batch = self.sudo().with_company(self.company_id)
        waiting = len(batch.line_ids.filtered(lambda line: line.state == "asked"))
        batch.write(
            {
                "asked_at": fields.Datetime.now(),
                "settled_before": len(batch.line_ids) - waiting - len(lines),
            }
        )
        batch._ask_lines(lines)
        return True

    def _ask_lines(self, lines):
        """Ask for what these lines stand for: all together, which is quick; where that fails, each
        by itself. One that cannot be asked for says why, and stops no other."""
        self._take(lines.picking_id)
        wanted = []
        for line in lines:
            picking = line.picking_id.with_context(logistics_label_batch=self.id)
            line.is_known = picking._has_live_booking()
            line.why = not line.is_known and picking._no_label_reason()
            if not line.is_known and not line.why:
                wanted.append((line, picking))
        if not self._safely(lambda: self._ask_together(wanted)):
            return
        for line, picking in wanted:
            line.why = False
            line.why = self._safely(picking._book)

    def _ask_together(self, wanted):
        """:param wanted: [(line, delivery)]"""
        self._read_together(self.env["stock.picking"].union(*(one for _line, one in wanted)))
        asked = []
        bookings = self.env["logistics.booking"].with_context(logistics_label_batch=self.id)
        for line, picking in wanted:
            request = picking._booking_request(bookings._new_reference(picking))
            problems = picking._problems_of(request)
            line.why = "\n".join(problems) or False
            if not problems:
                asked.append((picking, request))
        self._make_shipments([picking for picking, _request in asked])
        bookings._ask_all(
            [
                (picking, request, picking._ensure_shipment(picking._carrier_values()))
                for picking, request in asked
            ]
        )

    def _read_together(self, pickings):
        """What each request would read for itself, five statements each."""
        for path in READ_BY_ALL:
            pickings.sudo().mapped(path)

    def _make_shipments(self, pickings):
        """Shipments of those that have none, in one go: it is what takes the time."""
        fresh = [picking for picking in pickings if not picking.sudo().shipment_ids]
        self.env["logistics.shipment"].sudo().create(
            [{**picking._shipment_values(), **picking._carrier_values()} for picking in fresh]
        )

    def _take(self, pickings):
        """Lock these deliveries to the end of the transaction. Who asks for the same ones at the
        same moment waits for it, is done again by Odoo, and finds them asked for."""
        self.env.cr.execute(
            "SELECT id FROM stock_picking WHERE id = ANY(%s) ORDER BY id FOR NO KEY UPDATE",
            (pickings.ids,),
        )

    def _busy(self):
        return self.env._("Somebody else is working on this delivery just now; ask again.")

    def _safely(self, act):
        """:return: why it was not done, in the packer's words; False where it was"""
        try:
            with self.env.cr.savepoint():
                act()
        except UserError as error:
            return str(error)
        except psycopg2.errors.UniqueViolation:
            return self._busy()
        except Exception as error:
            if isinstance(error, psycopg2.Error) and setback(error) != MESSAGE:
                raise  # the whole is done again
            _logger.exception("labels were not asked for")
            return self.env._("Not asked for because of a fault: %s", type(error).__name__)
        return False

    # -- telling ------------------------------------------------------------------------------

    def _tell_progress(self):
        """At the end of this transaction, once: who asked sees how far it is, and is told when all
        are answered."""
        precommit = self.env.cr.precommit
        noted = precommit.data.setdefault(NEWS, set())
        if not noted:
            precommit.add(self.env[self._name].sudo()._tell_noted)
        noted.update(self.ids)

    def _tell_noted(self):
        for batch in self.browse(self.env.cr.precommit.data.pop(NEWS, ())).exists():
            user = batch.user_id
            user._bus_send(NEWS, {"id": batch.id})
            if not batch.waiting_count:
                words = batch.with_context(lang=user.lang, tz=user.tz)
                tone = "warning" if batch.look_count else "success"
                user._bus_send("logistics_booking", {"text": words._summary(), "tone": tone})

    def _summary(self):
        parts = [self.env._("%s booked", self.booked_count)]
        if self.refused_count:
            parts.append(self.env._("%s refused", self.refused_count))
        if self.doubt_count:
            parts.append(self.env._("%s in doubt", self.doubt_count))
        if self.not_asked_count:
            parts.append(self.env._("%s not asked for", self.not_asked_count))
        return f"{self.name}: {', '.join(parts)}"
