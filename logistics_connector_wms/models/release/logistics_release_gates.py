from datetime import UTC, datetime, time, timedelta

from odoo import fields, models

from ...core import release as core

DAYS_AHEAD = timedelta(days=60)  # of a calendar that are looked at for the next working day


class LogisticsRelease(models.Model):
    """What keeps a transfer from being told to its warehouse, and when it leaves."""

    _inherit = "logistics.release"

    # -- gates --------------------------------------------------------------------------------

    def _held_by(self):
        """Why the warehouse is not to be told: list of ``core.release.Reason``. As superuser."""
        self.ensure_one()
        return core.reasons(self._facts(), bool(self.forced_text))

    def _facts(self):
        warehouse, picking = self.warehouse_id, self.picking_id
        if not self._leaves_warehouse():
            return core.Facts(hold=self.hold_text or "")
        facts = {
            "hold": self.hold_text or "",
            # A transfer that goes when all of it is ready is not told before.
            "stock": "all" if picking.move_type == "one" else warehouse.logistics_gate_stock,
            "lines": _reserved(picking.move_ids),
        }
        if self.kind == "delivery":
            if warehouse.logistics_gate_address:
                facts["address"] = self._address()
                facts["wants_phone"] = warehouse.logistics_gate_phone
            if warehouse.logistics_gate_complete:
                facts["order_lines"] = _reserved(self._moves_of_order())
            if warehouse.logistics_gate_credit:
                facts |= self._credit()
        return core.Facts(**facts)

    def _leaves_warehouse(self):
        """Whether goods leave the warehouse by this transfer: then they have to be there."""
        return self.kind in ("delivery", "transfer")

    def _address(self):
        partner = self._consignee()
        return core.Address(
            street=partner.street or partner.street2 or "",
            city=partner.city or "",
            zip=partner.zip or "",
            country=partner.country_id.code or "",
            phone=partner.phone or "",
            needs_zip=partner.country_id.zip_required,
        )

    def _consignee(self):
        return self.shipment_id.partner_id or self.picking_id.partner_id

    def _moves_of_order(self):
        """What is open of the sales orders of this delivery, of this warehouse."""
        orders = self.picking_id.move_ids.sale_line_id.order_id
        moves = orders.picking_ids.filtered(
            lambda picking: picking.picking_type_id == self.picking_id.picking_type_id
        ).move_ids
        return moves | self.picking_id.move_ids

    def _credit(self):
        """What the customer owes, as Odoo's own warning on orders counts it, in the company's
        currency."""
        company = self.company_id
        if not company.account_use_credit_limit:
            return {}
        orders = self.picking_id.move_ids.sale_line_id.order_id
        partner = orders.partner_invoice_id[:1] or self._consignee()
        partner = partner.commercial_partner_id.with_company(company)
        if not partner.credit_limit:
            return {}
        return {"owed": partner.credit + partner.credit_to_invoice, "limit": partner.credit_limit}

    def _words(self, reason):
        """A reason as people read it."""
        if reason.code == "hold":
            return self.env._("Held back by a person: %s", *reason.detail)
        if reason.code == "stock":
            ready, all_ = reason.detail
            return self.env._(
                "Goods are reserved for %(ready)s of %(all)s lines.", ready=ready, all=all_
            )
        if reason.code == "incomplete":
            open_, all_ = reason.detail
            return self.env._(
                "The order goes out complete only: %(open)s of %(all)s lines are not reserved.",
                open=open_,
                all=all_,
            )
        if reason.code == "credit":
            # How much is not for everybody who sees transfers.
            return self.env._("The customer is above the credit limit.")
        names = {
            "street": self.env._("street"),
            "city": self.env._("city"),
            "zip": self.env._("zip code"),
            "country": self.env._("country"),
            "phone": self.env._("phone number"),
        }
        missing = ", ".join(names[name] for name in reason.detail)
        return self.env._("The address has no %s.", missing)

    # -- cut-off ------------------------------------------------------------------------------

    def _due(self):
        """When the first version may leave: naive UTC, or None for at once."""
        warehouse = self.warehouse_id
        if not warehouse.logistics_has_cut_off or not self._leaves_warehouse():
            return None
        now = fields.Datetime.now().replace(tzinfo=UTC)
        leaves = core.departure(
            now, self._cut_off(), warehouse._logistics_tz(), self._working_times(now)
        )
        return leaves.replace(tzinfo=None) if leaves > now else None

    def _cut_off(self):
        minutes = round(self.warehouse_id.logistics_cut_off * 60)
        return time(minutes // 60, minutes % 60)

    def _working_times(self, now):
        """Of the warehouse's calendar, from today on; None where it has none."""
        calendar = self.warehouse_id.logistics_calendar_id
        if not calendar:
            return None
        start = datetime.combine(now.date() - timedelta(days=1), time(), tzinfo=UTC)
        leaves = [
            ("time_type", "=", "leave"),
            ("company_id", "in", (self.company_id.id, False)),
        ]
        found = calendar._work_intervals_batch(start, now + DAYS_AHEAD, domain=leaves)[False]
        return [(low, high) for low, high, _meta in found]

    # -- people -------------------------------------------------------------------------------

    def _hold(self, text):
        """Keep it from the warehouse, which does not know of it yet.

        :return: whether that could be done
        """
        self.ensure_one()
        self.write({"hold_text": text, "forced_text": False})
        self._withdraw()
        if self._is_known():
            self.hold_text = False
            return False
        self.write({"state": core.HELD, "leaves_at": False})
        self._note_reasons(self._held_by())
        return True

    def _let_go(self, text):
        """A person lets it go past its gates."""
        self.write({"hold_text": False, "forced_text": text})
        self._follow()


def _reserved(moves):
    """(wanted, reserved) of the moves that are open, in the move's own unit."""
    return [
        (move.product_uom_qty, move.quantity)
        for move in moves
        if move.state not in ("done", "cancel", "draft")
    ]
