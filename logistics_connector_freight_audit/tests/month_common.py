"""A month of freight bills of the generator, brought into Odoo as its own people and carriers would
have done it."""

from datetime import date

from odoo import fields

from .test_freight_files import FreightCommon


class MonthCommon(FreightCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.approver = cls.make_user(
            "approver", "logistics_connector_freight_audit.group_freight_approver", cls.company
        )

    def load(self, month):
        """Carriers' terms and shipments: delivery → shipment. What generator calls answers is not
        loaded."""
        self.rates()
        self.tolerate(float(month.tolerance))
        for agreement in month.agreements:
            self.agree(agreement, self.terms(agreement))
        self.countries = {
            code: self.env["res.country"].search([("code", "=", code)], limit=1)
            for code in {one[end]["country"] for one in month.shipments for end in ENDS}
        }
        types = self.env["logistics.freight.charge.type"]._by_key()
        self.types = {key: one.id for key, one in types.items()}
        self.partners = {}
        told = month.shipments
        self.warehouses = {}
        shared = {
            delivery: found["waybill"]
            for found in month.consolidations
            for delivery in found["deliveries"]
        }
        shipments = self.env["logistics.shipment"].create(
            [self.shipment_values(one, shared.get(one["delivery"])) for one in told]
        )
        self.book_consolidations(
            month, dict(zip((o["delivery"] for o in told), shipments, strict=True))
        )
        self.happen(told, shipments)
        return dict(zip(((o["delivery"], o["ship_date"]) for o in told), shipments, strict=True))

    def rates(self):
        """One euro is so many of the others, all month."""
        rate = self.env["res.currency.rate"]
        for name, amount in (("USD", 1.1), ("GBP", 0.85)):
            currency = self.env["res.currency"].with_context(active_test=False)
            currency = currency.search([("name", "=", name)])
            currency.active = True
            rate.search([("currency_id", "=", currency.id)]).unlink()
            rate.create(
                {
                    "currency_id": currency.id,
                    "company_id": self.company.id,
                    "name": "2020-01-01",
                    "rate": amount,
                }
            )

    def tolerate(self, amount):
        for name in ("EUR", "USD", "GBP"):
            currency = self.env["res.currency"].search([("name", "=", name)])
            self.env["logistics.freight.tolerance"].create(
                {
                    "company_id": self.company.id,
                    "currency_id": currency.id,
                    "over_amount": amount,
                    "under_amount": amount,
                }
            )

    def terms(self, agreement):
        terms = self.env["logistics.freight.carrier"].create(
            {
                "company_id": self.company.id,
                "issuer": agreement["carrier"],
                "name": agreement["carrier"].upper(),
                "accounts": agreement["account"],
            }
        )
        currency = self.env["res.currency"].search([("name", "=", agreement["currency"])])
        types = self.env["logistics.freight.charge.type"]._by_key()
        for key, amount in agreement["account_fees"].items():
            self.env["logistics.freight.carrier.fee"].create(
                {
                    "carrier_id": terms.id,
                    "type_id": types[key].id,
                    "amount": float(amount),
                    "currency_id": currency.id,
                }
            )
        return terms

    def agree(self, told, terms):
        """A carrier's agreement, each version approved."""
        types = self.env["logistics.freight.charge.type"]._by_key()
        country = self.env["res.country"]
        currency = self.env["res.currency"].search([("name", "=", told["currency"])])
        for version in told["versions"]:
            lines = {
                "zone_ids": [
                    {
                        "zone": one["zone"],
                        "country_id": country.search([("code", "=", one["country"])]).id,
                        "first": one["zip_prefix"],
                    }
                    for one in told["zones"]
                ],
                "price_ids": list(_prices(version)),
                "discount_ids": [
                    {
                        "service": service,
                        "percent": float(percent),
                        "minimum": float(version["minimum"][service]),
                    }
                    for service, percent in version["discount_percent"].items()
                ],
                "fuel_ids": [
                    {"since": week["from"], "percent": float(week["percent"])}
                    for week in told["fuel"]["weeks"]
                ],
                "area_ids": [
                    {"type_id": types["delivery_area"].id, "first": prefix}
                    for prefix in told["delivery_area_prefixes"]
                ],
                "accessorial_ids": [
                    {"type_id": types[key].id, **_surcharge(key, one)}
                    for key, one in told["accessorials"].items()
                ],
                "guarantee_ids": [
                    {
                        "service": service["code"],
                        "is_refundable": service["guarantee"]["refundable"],
                        "exclusions": ",".join(service["guarantee"]["exclusions"]),
                    }
                    for service in told["services"]
                ],
            }
            self.env["logistics.rate.agreement"].create(
                {
                    "name": f"{terms.name} {version['valid_from']}",
                    "company_id": self.company.id,
                    "carrier_id": terms.id,
                    "currency_id": currency.id,
                    "valid_from": version["valid_from"],
                    "divisor": told["dimensions"]["divisor"],
                    "side_step": told["dimensions"]["side_step_cm"],
                    "weight_step": float(told["dimensions"]["weight_step_kg"]),
                    "rated_by": told["rated_by"],
                    "fuel_type_ids": [
                        (6, 0, [types[key].id for key in told["fuel"]["applies_to"]])
                    ],
                    **{name: [(0, 0, values) for values in rows] for name, rows in lines.items()},
                }
            ).with_user(self.approver).action_approve()

    def partner(self, place, is_company):
        """One contact for each place and kind."""
        key = (place["country"], place["zip"], is_company)
        if key not in self.partners:
            self.partners[key] = self.env["res.partner"].create(
                {
                    "name": f"{place['country']} {place['zip']}",
                    "country_id": self.countries[place["country"]].id,
                    "zip": place["zip"],
                    "is_company": is_company,
                }
            )
        return self.partners[key]

    def warehouse(self, place):
        """One warehouse for each place of ours."""
        key = (place["country"], place["zip"])
        if key not in self.warehouses:
            number = len(self.warehouses)
            self.warehouses[key] = self.env["stock.warehouse"].create(
                {
                    "name": f"Warehouse {number}",
                    "code": f"W{number}",
                    "company_id": self.company.id,
                    "partner_id": self.partner(place, True).id,
                }
            )
        return self.warehouses[key]

    def shipment_values(self, one, waybill):
        currency = self.env["res.currency"].search([("name", "=", one["currency"])])
        is_out = one["direction"] != "inbound"
        references = [
            (0, 0, {"type": "picking", "value": one["delivery"]}),
            (0, 0, {"type": "order", "value": one["order"]}),
        ]
        master = waybill or one["master"]
        if master and master not in [package["tracking"] for package in one["packages"]]:
            references.append(
                (0, 0, {"type": "master_tracking", "value": master, "issuer": one["carrier"]})
            )
        return {
            "company_id": self.company.id,
            "issuer": one["carrier"],
            "carrier_name": one["carrier"].upper(),
            "service": one["service"],
            "ship_date": one["ship_date"],
            "origin": one["delivery"],
            "promised_delivery_at": _end_of(one["promised_on"]),
            "warehouse_id": self.warehouse(one["origin" if is_out else "destination"]).id,
            "partner_id": self.partner(
                one["destination" if is_out else "origin"], not one["residential"]
            ).id,
            "ordered_type_ids": [(6, 0, [self.types[key] for key in one["requested"]])],
            "declared_value": float(one["declared_value"]),
            "freight_payer": "us" if one["payer"] == "us" else "other",
            "reference_ids": references,
            "package_ids": [
                (
                    0,
                    0,
                    {
                        "tracking_number": package["tracking"] if is_first else False,
                        "weight": float(package["kg"]),
                        # In millimetres, as Odoo's settings have it.
                        **dict(
                            zip(SIDES, (10 * float(side) for side in package["cm"]), strict=True)
                        ),
                    },
                )
                for package, is_first in _numbered(one["packages"])
            ],
            "charge_ids": [
                (0, 0, self.booked(key, amount, currency)) for key, amount in one["booked"].items()
            ],
        }

    def booked(self, key, amount, currency):
        return {
            "kind": "booked",
            "category": {"base_freight": "base", "fuel": "fuel"}.get(key, "accessorial"),
            "name": key,
            "type_id": self.types[key],
            "amount": float(amount),
            "currency_id": currency.id,
        }

    def book_consolidations(self, month, shipments):
        """A waybill is booked once, with the first of its deliveries."""
        for found in month.consolidations:
            currency = self.env["res.currency"].search([("name", "=", found["currency"])])
            shipments[found["deliveries"][0]].charge_ids = [
                (0, 0, self.booked(key, amount, currency))
                for key, amount in found["booked"].items()
            ]

    def happen(self, told, shipments):
        """What carriers have told of the shipments. State is a fold of events: here its result is
        written, as ten thousand parcels' events would take an hour; an address problem is told."""
        for one, shipment in zip(told, shipments, strict=True):
            if not one["address_valid"]:
                shipment._record_own_event("EXC_ADDRESS")
            if one["delay_reason"]:
                shipment._record_own_event("EXC_DELAY")
                shipment.event_ids.flush_recordset()
                self.env.cr.execute(
                    """UPDATE logistics_event SET reason_id = (
                        SELECT id FROM logistics_event_reason WHERE code = %s)
                    WHERE shipment_id = %s""",
                    (DELAYS[one["delay_reason"]], shipment.id),
                )
        self.env.flush_all()
        self.env.cr.execute_values(
            """UPDATE logistics_shipment s SET state = v.state, picked_up_at = v.picked::timestamp,
                delivered_at = v.delivered::timestamp
            FROM (VALUES %s) AS v (id, state, picked, delivered) WHERE s.id = v.id""",
            [
                (
                    shipment.id,
                    STATES[one["status"]],
                    _naive(one["first_scan_at"]),
                    _naive(one["delivered_at"]),
                )
                for one, shipment in zip(told, shipments, strict=True)
            ],
        )
        self.env.invalidate_all()

    def bring_month(self, month):
        """The carriers' files, in the order in which they came; the bills that they became."""
        answers = {one["carrier"]: one for one in month.agreements}
        self.month_files, self.tolerated = month.files, month.tolerance
        self.promises = self.env["logistics.freight.dispute"]
        promised = [one for one in month.shipments if one["credit_promised"]]
        for made in sorted(month.files, key=lambda one: (one.date, one.name)):
            if made.is_copy:
                continue
            file = self.bring(made.data, made.name)
            self.answer(file, answers[made.carrier])
            self.imported(file)
            self.assertEqual(file.state, "imported", (file.name, file.problem))
            promised = [one for one in promised if not self.promise(one, file.bill_ids)]
        return self.env["logistics.freight.bill"].search([("company_id", "=", self.company.id)])

    def promise(self, one, bills):
        """The carrier has promised to credit something of a shipment that it has billed: an answer
        to a dispute, as a person files it. Whether the bill has come."""
        line = bills.shipment_line_ids.filtered(
            lambda line: line.shipment_id.origin == one["delivery"]
        )[:1]
        if not line:
            return False
        amount = float(one["credit_promised"]["amount"])
        dispute = self.env["logistics.freight.dispute"].create(
            {
                "bill_id": line.bill_id.id,
                "reason": "rate",
                "line_ids": [(0, 0, {"line_id": line.id, "claimed_amount": amount})],
            }
        )
        dispute.action_filed()
        dispute._take_answers({dispute.line_ids: (amount, "Promised.")})
        self.promises |= dispute
        return True

    def answer(self, file, agreement):
        """What the importer says of a file that does not say it."""
        told = dict(agreement["answers"])
        if "currency" in told:
            told["currency_id"] = (
                self.env["res.currency"].search([("name", "=", told.pop("currency"))]).id
            )
        if file.is_workbook:
            told = {key: value for key, value in told.items() if key == "date_order"}
        file.write(told)
        table = agreement.get("table")
        if table and not file.profile_id:
            file.action_look_again()
            file.issuer = table["constants"]["carrier"]
            held = {name: what for what, name in table["columns"].items()}
            for column in file.column_ids:
                column.holds = held.get(column.name, False)


ENDS = ("origin", "destination")
SIDES = ("length", "width", "height")
# The generator's words for what delayed a parcel, as carriers tell it by our reasons.
DELAYS = {
    "weather": "external.weather",
    "customs": "customs.delay",
    "recipient": "consignee.absent",
    "carrier": "carrier.missort",
}
STATES = {
    "delivered": "delivered",
    "moving": "in_transit",
    "lost": "lost",
    "voided": "cancelled",
    "never_scanned": "booked",
}


def _prices(version):
    """Price lines of a version: breaks, and each kilogram above the last of them."""
    for service, zones in version["prices"].items():
        for zone, told in zones.items():
            where = {"service": service, "zone": zone}
            for one in told["breaks"]:
                yield {**where, "up_to": float(one["up_to_kg"]), "amount": float(one["price"])}
            last = told["breaks"][-1]
            yield {
                **where,
                "up_to": 0,
                "amount": float(last["price"]),
                "rate": float(told["per_kg_above"]),
                "over": float(last["up_to_kg"]),
                "step": 1,
            }


def _surcharge(key, told):
    when = {"residential": "residential", "delivery_area": "area"}.get(key, "asked")
    if told["kind"] == "flat":
        return {"kind": "flat", "amount": float(told["amount"]), "when": when}
    return {
        "kind": "percent_value",
        "amount": float(told["percent"]),
        "minimum": float(told["minimum"]),
        "when": when,
    }


def _numbered(packages):
    """Packages, and whether each is the first of its number: DHL's pieces have the waybill's."""
    seen = set()
    for package in packages:
        yield package, package["tracking"] not in seen
        seen.add(package["tracking"])


def _naive(moment):
    return moment.replace(tzinfo=None) if moment else None


def _end_of(day):
    day = date.fromisoformat(day) if isinstance(day, str) else day
    return fields.Datetime.to_datetime(day).replace(hour=22) if day else False
