from odoo import api, fields, models
from odoo.addons.logistics_connector_base.core.trace import Hop
from odoo.addons.logistics_connector_base.wizards.logistics_trace import MOST
from odoo.tools import float_repr

BAD = ("rejected", "too_late", "trouble", "partial")
GOOD = ("accepted", "cancelled", "applied")
# Of one advice; more goods nobody reads on this page.
GOODS = 6


class LogisticsTrace(models.TransientModel):
    """Both sides of a transfer that a 3PL works: what its warehouse was told, and what it says."""

    _inherit = "logistics.trace"

    picking_ids = fields.Many2many("stock.picking", readonly=True)

    @api.model
    def _open_pickings(self, name, pickings):
        """The window with the story of these transfers and of their back-orders.

        :param pickings: of ``stock.picking``, as the user may see them
        """
        roots = pickings.sudo()
        while roots.backorder_id - roots:
            roots |= roots.backorder_id
        chain = roots._logistics_chain().sudo(False)._filtered_access("read")
        told = self._releases(chain).sudo().version_ids.message_id | self._advices(chain).message_id
        told |= self._appointments(chain).telling_ids.message_id
        shipments = chain.sudo().shipment_ids.sudo(False)._filtered_access("read")
        messages = told.sudo(False)._filtered_access("read")
        action = self._open(name, shipments, messages)
        self.browse(action["res_id"]).picking_ids = chain
        return action

    def _releases(self, pickings):
        return self.env["logistics.release"].search([("picking_id", "in", pickings.ids)])

    def _advices(self, pickings):
        if not pickings or not self.env["logistics.advice"].has_access("read"):
            return self.env["logistics.advice"]
        return pickings._told_by_warehouse()[:MOST]

    def _appointments(self, pickings):
        return self.env["logistics.dock.appointment"].search([("picking_ids", "in", pickings.ids)])

    def _labels(self):
        return {
            **super()._labels(),
            "release": self.env._("To the warehouse"),
            "advice": self.env._("From the warehouse"),
        }

    def _hops(self):
        hops = super()._hops()
        pickings = self.picking_ids or self.shipment_ids.sudo().picking_ids.sudo(False)
        pickings = pickings._filtered_access("read")
        advices = self._advices(pickings)
        said = [self._advice_hop(advice) for advice in advices]
        for telling in self._appointments(pickings).telling_ids[:MOST]:
            said.append(self._appointment_hop(telling))
        for release in self._releases(pickings):
            said += self._release_hops(release)
        if "release" not in advices.mapped("kind"):  # else they are answers of their own
            for release in self._releases(pickings):
                said += self._answer_hops(release)
        return [hop for hop in hops if not self._is_told(hop, said)] + said

    def _is_told(self, hop, said):
        """Whether something is told already, in the words of the trade: a message, unless something
        went wrong with it, and the event that an advice is for the shipment."""
        if hop.model == "logistics.message":
            return hop.tone != "bad" and any(hop.id == one.message for one in said)
        return hop.kind == "event" and any(
            (hop.message, hop.at) == (one.message, one.at) for one in said if one.message
        )

    def _release_hops(self, release):
        model = "logistics.release"
        types = dict(release.version_ids._fields["type"]._description_selection(self.env))
        for row in release.version_ids.sorted("id"):
            title = self.env._(
                "%(kind)s of %(transfer)s, version %(number)s",
                kind=types[row.type],
                transfer=release.display_name,
                number=row.version,
            )
            detail = row.summary or ""
            if row.is_withdrawn:
                detail = "\n".join([self.env._("Taken back before it left."), detail])
            message = row.sudo().message_id.id
            yield Hop(row.told_at, "release", title, detail, model, release.id, "", message)
        if release.is_held:
            title = self.env._("Held back: %s", release.display_name)
            yield Hop(fields.Datetime.now(), "release", title, release.reasons, model, release.id)

    def _answer_hops(self, release):
        """What they answered by an acknowledgement, or in the answer to the call."""
        answers = dict(release.version_ids._fields["answer"]._description_selection(self.env))
        for row in release.version_ids.filtered("answer"):
            yield Hop(
                row.answered_at,
                "advice",
                self.env._(
                    "%(answer)s: version %(number)s",
                    answer=answers[row.answer],
                    number=row.version,
                ),
                row.words or "",
                "logistics.release",
                release.id,
                "bad" if row.answer in BAD else "good" if row.answer in GOOD else "",
            )

    def _advice_hop(self, advice):
        kinds = dict(advice._fields["kind"]._description_selection(self.env))
        states = dict(advice._fields["state"]._description_selection(self.env))
        lines = advice.line_ids[: GOODS + 1]
        rows = [self._goods(line) for line in lines[:GOODS]]
        if len(lines) > GOODS:
            rows.append("…")
        answers = dict(advice._fields["answer"]._description_selection(self.env))
        said = [states[advice.state], advice.stage, advice.text]
        # Of an answer nothing is booked: what it says is what counts.
        title, said = (
            (answers.get(advice.answer, ""), [advice.text])
            if advice.kind == "release"
            else (f"{kinds[advice.kind]} {advice.name}", said)
        )
        said = " · ".join(filter(None, said))
        return Hop(
            advice.occurred_at or advice.received_at,
            "advice",
            title,
            "\n".join(filter(None, [said, *rows, advice.problem])),
            "logistics.advice",
            advice.id,
            "bad" if advice.state in BAD else "good" if advice.state in GOOD else "",
            advice.message_id.id,
        )

    def _appointment_hop(self, telling):
        """What they told of a truck, at the time at which they say that it happened."""
        states = dict(telling._fields["state"]._description_selection(self.env))
        window = [
            fields.Datetime.context_timestamp(self, moment).strftime("%Y-%m-%d %H:%M")
            for moment in (telling.window_from, telling.window_to)
            if moment
        ]
        door = telling.door and self.env._("Door %s", telling.door)
        said = (" - ".join(window), door, telling.carrier, telling.vehicle, telling.text)
        return Hop(
            telling.occurred_at,
            "advice",
            self.env._(
                "Truck %(number)s: %(state)s",
                number=telling.appointment_id.name,
                state=states[telling.state],
            ),
            " · ".join(filter(None, said)),
            "logistics.dock.appointment",
            telling.appointment_id.id,
            "bad" if telling.state == "no_show" else "",
            telling.message_id.id,
        )

    def _goods(self, line):
        quantity = float_repr(line.quantity, 6).rstrip("0").rstrip(".")
        name = line.product_code or line.barcode or ""
        lots = line.lot_name or ", ".join((line.serials or "").split())
        text = " ".join(filter(None, [quantity, line.unit, name, f"({lots})" if lots else ""]))
        return f"{text}: {line.trouble}" if line.trouble else text


class StockPicking(models.Model):
    _inherit = "stock.picking"

    def action_logistics_trace(self):
        """The whole story of this transfer, both sides."""
        self.ensure_one()
        return self.env["logistics.trace"]._open_pickings(self.name, self)


class SaleOrder(models.Model):
    _inherit = "sale.order"

    def action_logistics_trace(self):
        self.ensure_one()
        pickings = self.sudo().picking_ids.sudo(False)._filtered_access("read")
        if not pickings:
            return super().action_logistics_trace()
        return self.env["logistics.trace"]._open_pickings(self.name, pickings)
