from datetime import UTC
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import pytz
from odoo import fields, models

from ...core import customer
from ...core.fold import fold
from ...core.identity import normalise_number
from ...core.journey import journey
from ..shipment.logistics_shipment import _fold_events
from .customer_words import (
    country_words,
    day_words,
    expectation_words,
    next_words,
    stage_words,
    step_words,
    time_words,
    zone_words,
)
from .logistics_shipment_customer import SHOWN

# Nobody reads more, and the page stays light.
MOST_NEWS, MOST_PARCELS = 60, 40


class LogisticsShipment(models.Model):
    """A shipment in words for its customer: all that the pages show, and nothing else.

    Places are towns and countries; names, streets, the partner's own words, exceptions, costs and
    events that are internal do not get in here at all.
    """

    _inherit = "logistics.shipment"

    def _customer_summary(self):
        """What a list of shipments says: a dict of words for each, in the order of ``self``."""
        titles, now = stage_words(self.env), fields.Datetime.now()
        return [
            {
                "id": shipment.public_id,
                "name": shipment.name,
                "stage": stage,
                "title": titles[stage],
                "carrier": shipment.carrier_name or "",
                "numbers": shipment.tracking_numbers or "",
                "expectation": expectation_words(
                    self.env, shipment._customer_expectation(stage, now)
                ),
            }
            for shipment in self.sudo()
            for stage in (customer.stage(shipment.state or "draft", shipment.is_partial),)
        ]

    def _customer_view(self, audience, partner=None):
        """All that is shown of one shipment.

        :param str audience: "portal" or "public", see :meth:`_customer_proofs`
        :param partner: in the portal, the contact of whom it is shown
        """
        self.ensure_one()
        shipment = self.sudo()
        base = {
            "id": shipment.public_id,
            "name": shipment.name,
            "company": shipment._customer_company(),
            "is_erased": shipment._is_erased_for_customers(),
        }
        if base["is_erased"]:
            return base
        (summary,) = shipment._customer_summary()
        proofs = shipment._customer_proofs(audience)
        events = shipment._customer_events()
        if not proofs:
            # What is not to be seen is no news.
            events = events.filtered(lambda event: event.code_id.group != "document")
        trouble = shipment._customer_trouble()
        orders = shipment._customer_orders(partner)
        parcels = shipment._customer_parcels()
        return {
            **base,
            **summary,
            "next": next_words(self.env)[summary["stage"]],
            "alert": trouble.code_id.customer_text or "",
            "is_yours_to_do": bool(trouble.code_id.action_required),
            "orders": [
                {"name": order.name, "reference": order.client_order_ref or ""} for order in orders
            ],
            "steps": shipment._customer_steps(),
            "way": shipment._customer_way(events),
            "news": [shipment._customer_news(event, len(parcels) > 1) for event in events],
            "is_cut": len(events) >= MOST_NEWS - 1,
            "parcels": parcels,
            "proofs": [{"id": file.id, "name": file.name} for file in proofs],
            "siblings": shipment._customer_siblings(partner)._customer_links(audience),
        }

    def _customer_links(self, audience):
        """As :meth:`_customer_summary`, with the address of the page that shows each."""
        summaries = self._customer_summary()
        for shipment, summary in zip(self, summaries, strict=True):
            is_public = audience == "public"
            summary["url"] = (
                shipment._tracking_page_path()
                if is_public
                else f"/my/shipments/{shipment.public_id}"
            )
        return summaries

    def _customer_company(self):
        company = self.company_id
        return {
            "name": company.name,
            "email": company.email or "",
            "phone": company.phone or "",
            "website": company.website or "",
        }

    # -- when ---------------------------------------------------------------------------------

    def _customer_zone(self):
        """The clock of the place where the goods go: the consignee's, else that of a country which
        has only one, else the company's."""
        self.ensure_one()
        partner, company = self.partner_id, self.company_id
        names = [partner.tz]
        zones = pytz.country_timezones.get(partner.country_id.code or "", ())
        if len(zones) == 1:
            names.append(zones[0])
        names.append(company.resource_calendar_id.tz)
        for name in filter(None, names):
            try:
                return ZoneInfo(name)
            except (ZoneInfoNotFoundError, ValueError):
                continue
        return ZoneInfo("UTC")

    def _customer_expectation(self, stage, now):
        """:param datetime now: naive UTC"""
        zone = self._customer_zone()

        def there(moment):
            return moment and moment.replace(tzinfo=UTC).astimezone(zone)

        return customer.expectation(
            stage,
            there(now),
            there(self.delivered_at),
            there(self.estimated_delivery_at),
            there(self.promised_delivery_at),
            there(self.estimated_delivery_from_at),
        )

    # -- what happened ------------------------------------------------------------------------

    def _customer_events(self):
        """The newest events that customers may see. What was withdrawn stays in sight, as such;
        what was replaced, is in conflict or was set aside does not."""
        return self.env["logistics.event"].search(
            [
                ("shipment_id", "=", self.id),
                ("code_id.visibility", "in", SHOWN),
                ("standing", "in", ("active", "retracted")),
                ("retracts", "in", (False, "")),
                ("occurred_at", "!=", False),
            ],
            order="occurred_at desc, id desc",
            limit=MOST_NEWS,
        )

    def _customer_news(self, event, with_parcel):
        when = customer.local(event.occurred_at, event.occurred_offset)
        is_day = event.occurred_precision == "day"
        place = (event.city or "", country_words(self.env, event.country_code))
        return {
            "text": event.code_id.customer_text or event.code_id.name,
            "place": ", ".join(part for part in place if part),
            "iso": f"{when:%Y-%m-%d}" if is_day else f"{when:%Y-%m-%dT%H:%M}",
            "day": day_words(self.env, when),
            "time": "" if is_day else time_words(self.env, when),
            "zone": "" if is_day else zone_words(event.occurred_offset),
            "parcel": event.tracking_number or "" if with_parcel else "",
            "is_withdrawn": event.standing == "retracted",
        }

    def _customer_trouble(self):
        """The newest event that makes trouble now, of those that customers may see."""
        rules = self.env["logistics.event.code"]._rules()
        shown = set(
            self.env["logistics.event.code"]
            .with_context(active_test=False)
            .search([("visibility", "in", SHOWN)])
            .mapped("code")
        )
        rows = [row for row in self._fold_rows().get(self.id, []) if row["code"] in shown]
        standings = {row["fingerprint"]: row["standing"] for row in rows}
        if "exception" not in fold(_fold_events(rows, standings), rules).flags:
            return self.env["logistics.event"]
        raising = [
            row
            for row in rows
            if "exception" in rules[row["code"]].flag_set and row["standing"] == "active"
        ]
        newest = max(raising, key=lambda row: (row["occurred_at"], row["id"]), default=None)
        return self.env["logistics.event"].browse(newest and newest["id"])

    # -- where --------------------------------------------------------------------------------

    def _customer_steps(self):
        words = step_words(self.env)
        reached = ("booked", "picked_up", "in_transit") if self.picked_up_at else ("booked",)
        return [
            {"title": words[step.key], "status": step.status}
            for step in journey(self.state or "draft", reached)
        ]

    def _customer_way(self, events):
        """The towns of the journey as they are drawn; nothing for less than two."""
        ends = {stop.role: stop.partner_id for stop in self.stop_ids}
        origin = ends.get("origin") or self.warehouse_id.partner_id
        destination = self.partner_id or ends.get("destination", self.env["res.partner"])
        visited = [
            event.city
            for event in reversed(events)
            if event.city and event.classifier == "actual" and event.standing == "active"
        ]
        stops = customer.way(
            origin.city or "", visited, destination.city or "", self.state or "draft"
        )
        if len(stops) < 2:
            return {}
        here = next((stop.label for stop in stops if stop.status == "here"), "")
        text = " → ".join(stop.label for stop in stops)
        if here:
            text = self.env._("%(way)s. Now: %(here)s", way=text, here=here)
        return {"dots": customer.drawing(stops), "text": text}

    def _customer_parcels(self):
        """Each parcel with a stage of its own, where there are several."""
        packages = self.package_ids[:MOST_PARCELS]
        if len(packages) < 2:
            return []
        words = stage_words(self.env)
        parcels = []
        for package in packages:
            stage = customer.stage(package.state or "draft")
            parcels.append(
                {
                    "number": package.tracking_number or package.sscc or "",
                    "key": normalise_number(package.tracking_number or ""),
                    "stage": stage,
                    "title": words[stage],
                }
            )
        return parcels
