from datetime import timedelta
from decimal import Decimal

from odoo import models
from odoo.tools import SQL

from ...core.audit import Facts

# Events that say that the carrier was given a wrong address, found it wrong, or tried twice.
TOLD = """
SELECT e.shipment_id,
    bool_or(c.code = 'EXC_ADDRESS' OR r.code IN ('consignee.address', 'consignee.moved')),
    count(*) FILTER (WHERE c.code = 'DLV_ATTEMPTED'),
    bool_or(c.state IN ('returning', 'returned')),
    array_agg(DISTINCT r.code) FILTER (WHERE r.code IS NOT NULL)
FROM logistics_event e JOIN logistics_event_code c ON c.id = e.code_id
LEFT JOIN logistics_event_reason r ON r.id = e.reason_id
WHERE e.shipment_id = ANY(%(shipments)s) AND e.standing = 'active'
GROUP BY e.shipment_id
"""
MOVED = (
    "picked_up",
    "in_transit",
    "at_customs",
    "out_for_delivery",
    "delivery_attempted",
    "available_for_pickup",
    "delivered",
    "returning",
    "returned",
    "lost",
    "destroyed",
)
NOTHING = (False, 0, False, None)
# A parcel without a scan so many days after its ship date was never given to the carrier.
SILENT_DAYS = 3


class LogisticsFreightBillShipment(models.Model):
    """What we know of the shipments that are billed, for the audit."""

    _inherit = "logistics.freight.bill.shipment"

    def _facts(self, expectations):
        """Line → core.audit.Facts.

        :param dict expectations: line → Expectation, of those that have one
        """
        bill = self.bill_id
        shipments = (self.shipment_id | self.shared_shipment_ids).sudo()
        told = self._events_told(shipments)
        moved = {one.id for one in shipments if one.picked_up_at or one.state in MOVED}
        # Whether this carrier tells scans at all shows in the others on the bill.
        tells = 2 * len(moved) >= len(shipments)
        fees = {fee.type_id.key: Decimal(str(fee.amount)) for fee in bill.carrier_id.fee_ids}
        is_ours = bill.carrier_id._is_ours(bill.account)
        found = {}
        for line in self:
            shipment = line.shipment_id.sudo()
            if line.match_state == "account":
                found[line] = Facts(is_account=True, account_fees=fees)
                continue
            if not shipment:
                found[line] = Facts(is_matched=False)
                continue
            found[line] = line._facts_of(shipment, told, moved, tells, is_ours, expectations)
        return found

    def _facts_of(self, shipment, told, moved, tells, is_ours, expectations):
        wrong_address, attempts, returned, reasons = told.get(shipment.id, NOTHING)
        partner = shipment.partner_id
        is_private = not partner.commercial_partner_id.is_company if partner else None
        asked = {
            key
            for key, is_so in {
                "residential": is_private,
                "address_correction": wrong_address,
                "redelivery": attempts > 1,
                "return_to_sender": returned,
            }.items()
            if is_so
        }
        silent = None
        if shipment.id in moved:
            silent = False
        elif tells and shipment.ship_date:
            silent = self.bill_id.date - shipment.ship_date > timedelta(days=SILENT_DAYS)
        weight = sum(shipment.package_ids.mapped("weight"))
        origin = shipment.warehouse_id.partner_id.country_id or shipment.company_id.country_id
        destination = partner.country_id
        expectation = expectations.get(self)
        return Facts(
            is_voided=shipment.state == "cancelled",
            was_moved=None if silent is None else not silent,
            is_ours=is_ours and shipment.freight_payer != "other",
            service=shipment.service or "",
            billed_service="",
            billed_zone=self.zone or "",
            weight=self._in_kilograms(weight),
            billed_weight=self._kilograms(self.billed_weight),
            is_residential=is_private,
            is_address_right=not wrong_address if shipment.id in moved else None,
            asked=frozenset(asked | set(expectation.charges if expectation else ())),
            is_domestic=(origin == destination) if origin and destination else None,
            promised_on=_day(shipment.promised_delivery_at),
            delivered_on=_day(shipment.delivered_at),
            refundable=bool(expectation and expectation.is_refundable)
            and not _excused(reasons or (), expectation.exclusions),
        )

    def _events_told(self, shipments):
        """Shipment id → (address was wrong, attempts, came back, codes of reasons), by the events
        that stand."""
        if not shipments:
            return {}
        rows = self.env.execute_query(SQL(TOLD, shipments=shipments.ids))
        return {row[0]: tuple(row[1:]) for row in rows}


def _excused(reasons, exclusions):
    """Whether one of the reasons (external.weather) is one that the agreement excludes, by its
    party or by itself (external, weather)."""
    told = {part for reason in reasons for part in (reason, *reason.split("."))}
    told |= {"recipient"} if "consignee" in told else set()
    return bool(told & {one.strip().lower() for one in exclusions})


def _day(moment):
    return moment.date() if moment else None
