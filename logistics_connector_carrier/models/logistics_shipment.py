from odoo import models
from odoo.addons.logistics_connector_base.core.identity import normalise_number

# Types of references under which a carrier's scans come.
NUMBERS = ("tracking", "master_tracking", "waybill", "sscc")
NOTED, WITHDRAWN = "delivery_note", "delivery_note_withdrawn"
# The delivery is still true, and was told with a time that is not.
CORRECTED = "delivery_note_corrected"
# States in which the delivery was or had been reported.
AFTER_DELIVERY = ("delivered", "returning", "returned")


class LogisticsShipment(models.Model):
    """What a delivery order tells its shipment, and what the shipment tells the delivery order.

    All methods are called as superuser: see ``stock.picking._follow_tracking``.
    """

    _inherit = "logistics.shipment"

    # -- from the delivery --------------------------------------------------------------------

    def _carry_numbers(self, numbers, picking):
        """Make one package for each number that is new, and say that its label was made.

        :param dict numbers: normalised → as written; all numbers of the delivery
        """
        self.ensure_one()
        known = {normalise_number(package.tracking_number or "") for package in self.package_ids}
        new = {key: text for key, text in numbers.items() if key not in known}
        if not new:
            return
        created_at = picking._label_time(new)
        self._reopen_references(new)
        self.env["logistics.shipment.package"].create(
            [
                {"shipment_id": self.id, "sequence": sequence, "tracking_number": text, **measures}
                for sequence, (text, measures) in enumerate(
                    zip(new.values(), self._measures(numbers, new, picking), strict=True),
                    start=len(self.package_ids) + 1,
                )
            ]
        )
        valid_from = picking._number_valid_from()
        if valid_from:
            self._number_references(new).filtered(lambda ref: not ref.valid_from).write(
                {"valid_from": valid_from}
            )
        self._record_own_event("LBL_CREATED", created_at, ", ".join(new.values()))

    def _measures(self, numbers, new, picking):
        """Weight, measures and SSCC for each new number, from the packages of the delivery.

        Nothing says which number is on which package; only where there are as many of the ones as
        of the others, they are taken in their order, as carriers answer. Else weights stay empty,
        but for a single parcel, which weighs what the delivery weighs.
        """
        packages = picking._shipped_packages()
        if len(packages) == len(numbers):
            order = list(numbers)
            return [packages[order.index(key)]._shipment_measures(picking) for key in new]
        if len(numbers) == 1:
            return [{"weight": picking.shipping_weight}]
        return [{}] * len(new)

    def _number_references(self, keys=None):
        """The references under which a carrier's scans come; of these (normalised) numbers only."""
        return self.reference_ids.filtered(
            lambda ref: ref.type in NUMBERS and (keys is None or ref.value_key in keys)
        )

    def _reopen_references(self, keys):
        """A number that was taken away comes back."""
        self._number_references(keys).filtered("valid_to").unlink()

    def _drop_numbers(self, keys, picking, is_void):
        """Numbers that the delivery has no longer.

        A voided label ends the shipment, unless the carrier has the goods: then nothing is undone.
        A corrected number was a mistake: its scans are somebody else's, those that came already and
        those that will come. With the last number the shipment ends, too, unless it is known
        otherwise that the goods left.
        """
        self.ensure_one()
        others = (self.picking_ids - picking).filtered(lambda other: other.state != "cancel")
        keys = keys.difference(*(other._tracking_numbers() for other in others))
        packages = self.package_ids.filtered(
            lambda package: normalise_number(package.tracking_number or "") in keys
        )
        if not packages:
            return
        names = ", ".join(packages.mapped("tracking_number"))
        if is_void and self._reached_the_carrier():
            self._message_log(
                body=self.env._("The label %s was voided, but the goods had left already.", names)
            )
            return
        self._message_log(body=self.env._("Tracking number taken away: %s", names))
        is_last = packages == self.package_ids
        unique_ids = self.reference_ids.filtered(
            lambda ref: (
                ref.type == "carrier_uid"
                and (ref.package_id in packages if ref.package_id else is_last)
            )
        )
        if is_void:
            (self._number_references(keys) | unique_ids)._expire()
        else:
            self._disown(keys, packages, unique_ids)
        left = (self.package_ids - packages).filtered("tracking_number")
        if not left and not picking._tracking_numbers() and not self._reached_the_carrier():
            self._record_own_event("LBL_VOIDED", text=names)

    def _disown(self, keys, packages, unique_ids):
        """Undo that these numbers were this shipment's."""
        foreign = keys | set(unique_ids.mapped("value_key"))
        events = self.event_ids.filtered(
            lambda event: (
                event.connection_id
                and {
                    normalise_number(event.tracking_number or ""),
                    normalise_number(event.shipment_key or ""),
                }
                & foreign
            )
        )
        # The carrier's unique ids were learnt from the wrong number; kept, they would keep this
        # shipment's true number from being tied to its own.
        unique_ids.unlink()
        references = self._number_references(keys)
        references.package_id = False  # or they would go with the package
        references._expire()
        packages.unlink()
        events._detach()

    def _set_carrier(self, method):
        """Follow a change of the delivery method, or of the method's provider."""
        for shipment in self:
            if shipment._reached_the_carrier():
                continue
            values = method._shipment_carrier_values()
            shipment.write(values)
            known = {(ref.value, ref.issuer) for ref in shipment._number_references()}
            for reference in shipment._number_references():
                new = (reference.value, values["issuer"])
                if reference.type == "tracking" and reference.package_id and new not in known:
                    reference.issuer = values["issuer"]

    def _estimate_charge(self, picking):
        """The price that Odoo reckons with, as an estimated charge."""
        self.ensure_one()
        if picking.carrier_id.delivery_type == "logistics":
            return  # that price is what was booked, with the customer's margin; it stands as booked
        estimated = self.charge_ids.filtered(lambda charge: charge.kind == "estimated")[:1]
        if not picking.carrier_price and not estimated:
            return
        values = {
            "amount": picking.carrier_price,
            "currency_id": (picking.sale_id.currency_id or picking.company_id.currency_id).id,
        }
        if not estimated:
            name = picking.carrier_id.name or self.env._("Freight")
            estimated.create({**values, "shipment_id": self.id, "kind": "estimated", "name": name})
        elif estimated.amount != values["amount"]:
            estimated.write(values)

    # -- to the delivery ----------------------------------------------------------------------

    def _after_fold(self, states_before):
        result = super()._after_fold(states_before)
        told = self.filtered(
            lambda shipment: (
                shipment.delivered_at or states_before.get(shipment.id) in AFTER_DELIVERY
            )
        )
        ledger = self.env["logistics.effect"].sudo()
        # One look for the whole batch: the inbox comes by with hundreds of shipments.
        said = ledger.search(
            [("shipment_id", "in", told.ids), ("kind", "in", (NOTED, WITHDRAWN, CORRECTED))],
            order="id",
        ).grouped("shipment_id")
        for shipment in told:
            shipment._note_delivery(said.get(shipment, ledger))
        return result

    def _note_delivery(self, said):
        """Tell the delivery orders once that the goods arrived, and once more if that is withdrawn
        (law 5). The ledger says which of the two was said last.

        :param said: the rows of the ledger about that, for this shipment
        """
        self.ensure_one()
        ledger = self.env["logistics.effect"].sudo()
        for picking in self.sudo().picking_ids:
            own = said.filtered(
                lambda row, picking=picking: (
                    row.res_model == picking._name and row.res_id == picking.id
                )
            )
            spoken = own.filtered(lambda row: row.kind != CORRECTED)
            is_noted = len(spoken) % 2 == 1
            kind, last = self._next_note(is_noted, own[-1:])
            if not kind:
                continue
            event = self.env["logistics.event"]
            if kind != WITHDRAWN:
                event = self._delivery_event()
            turn = len(own) if kind == CORRECTED else len(spoken)
            effect = ledger._claim(kind, f"{self.id}:{picking.id}:{turn}", self, event)
            if effect:
                effect.write(
                    {
                        "res_model": picking._name,
                        "res_id": picking.id,
                        "compensates_id": last.id if kind != NOTED else False,
                    }
                )
                picking._message_log(body=self._note_text(kind, event, last.event_id))

    def _next_note(self, is_noted, last):
        """What the delivery order has to be told, given what it was told last.

        :return: (kind or None, the row of the ledger that it answers)
        """
        if bool(self.delivered_at) != is_noted:
            return (WITHDRAWN if is_noted else NOTED), last
        told = last.event_id
        gone = told and (told.shipment_id != self or told.standing != "active")
        if is_noted and gone and self._delivery_event():
            return CORRECTED, last
        return None, last

    def _note_text(self, kind, event, told):
        if kind == NOTED:
            return self._delivery_text(event)
        if kind == CORRECTED:
            return self.env._("Corrected: %s", self._delivery_text(event))
        return self._withdrawal_text(told)

    def _delivery_event(self):
        """The event that the delivery is known from."""
        self.ensure_one()
        return self.event_ids.filtered(
            lambda event: (
                event.standing == "active"
                and event.code_id.state == "delivered"
                and event.occurred_at == self.delivered_at
            )
        )[:1]

    def _delivery_text(self, event):
        when = (event and event._local_time()) or str(self.delivered_at)
        # Who signed is read on the shipment, by those who may: a note can be masked for nobody.
        if self.sudo().signed_by:
            return self.env._(
                "Delivered %(when)s, signed for (%(shipment)s).", when=when, shipment=self.name
            )
        return self.env._("Delivered %(when)s (%(shipment)s).", when=when, shipment=self.name)

    def _withdrawal_text(self, told):
        """
        :param told: the event from which the delivery was known
        """
        if told and told.shipment_id != self:
            return self.env._(
                "The report of the delivery was not about these goods (%(shipment)s); they have "
                "not arrived.",
                shipment=self.name,
            )
        text = self.env._(
            "The report of the delivery was withdrawn (%(shipment)s); the goods have not arrived.",
            shipment=self.name,
        )
        reason = told._verdict_text() if told else ""
        return f"{text} {reason}" if reason else text
