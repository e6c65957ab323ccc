# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""Our requests in karrio's words (karrio 2026.1.32, ``karrio/core/models.py``): pure dicts."""


def shipment(request):
    """For ``ShipmentRequest``.

    :param BookingRequest request:
    """
    return {
        **_what(request),
        "service": request.service,
        "reference": request.reference,
        "order_id": request.order,
        "label_type": request.label,
        "is_return": request.is_return,
        # Some packages (FedEx) do not know who pays unless it is said: our account.
        "payment": {"paid_by": "sender"},
    }


def rate(request):
    """For ``RateRequest``; without a service the carrier names those that it offers."""
    return {
        **_what(request),
        "services": [request.service] if request.service else [],
        "reference": request.reference,
        "is_return": request.is_return,
    }


def _what(request):
    currency = next((good.currency for one in request.parcels for good in one.goods), None)
    options = {"shipping_date": f"{request.ship_date}T12:00", **request.options}
    if currency:
        options.setdefault("currency", currency)
    return {
        "shipper": address(request.shipper),
        "recipient": address(request.recipient),
        "parcels": [_parcel(one) for one in request.parcels],
        "customs": _customs(request),
        "options": options,
    }


def address(party):
    """For ``Address``. karrio knows two lines: what is beyond the first goes into the second."""
    lines = [line for line in party.lines if line]
    return _filled(
        {
            "person_name": party.name,
            "company_name": party.company,
            "address_line1": lines[0] if lines else "",
            "address_line2": ", ".join(lines[1:]),
            "city": party.city,
            "postal_code": party.zip,
            "state_code": party.state,
            "country_code": party.country,
            "phone_number": party.phone,
            "email": party.email,
            "federal_tax_id": party.tax_id,
            "residential": party.is_residential,
        }
    )


def _parcel(parcel):
    return _filled(
        {
            "id": parcel.key,
            "reference_number": parcel.key,
            "weight": parcel.weight,
            "weight_unit": "KG",
            "length": parcel.length,
            "width": parcel.width,
            "height": parcel.height,
            "dimension_unit": "CM" if parcel.length else None,
            "packaging_type": parcel.packaging,
            "description": parcel.description,
            "items": [_commodity(good) for good in parcel.goods],
        }
    )


def _commodity(good):
    return _filled(
        {
            "title": good.description,
            "description": good.description,
            "sku": good.sku,
            "quantity": good.quantity,
            # karrio's commodities weigh each
            "weight": good.weight / good.quantity,
            "weight_unit": "KG",
            "hs_code": good.hs_code,
            "value_amount": float(good.value),
            "value_currency": good.currency,
            "origin_country": good.origin,
        }
    )


def _customs(request):
    customs = request.customs
    if customs is None:
        return None
    goods = [good for one in request.parcels for good in one.goods]
    value = sum(float(good.value) * good.quantity for good in goods)
    options = {"eori_number": request.shipper.eori, "ioss": customs.ioss}
    return _filled(
        {
            "commodities": [_commodity(good) for good in goods],
            "content_type": customs.content,
            "incoterm": customs.incoterm,
            "invoice": customs.invoice,
            "invoice_date": customs.invoice_date,
            "commercial_invoice": True,
            "signer": customs.signer,
            "certify": True,
            "duty": {
                "paid_by": customs.duties_paid_by,
                "currency": goods[0].currency if goods else None,
                "declared_value": round(value, 2),
            },
            "options": {name: text for name, text in options.items() if text},
        }
    )


def _filled(values):
    return {name: value for name, value in values.items() if value not in ("", None, 0.0, ())}


def pickup(request):
    """For ``PickupRequest``. Its parcels are one for all: readers put counts and services in.

    :param PickupRequest request:
    """
    return {
        "pickup_date": request.day,
        "ready_time": request.ready,
        "closing_time": request.closing,
        "address": address(request.address),
        "parcels": [{"weight": request.weight, "weight_unit": "KG"}],
        "parcels_count": request.count,
        "package_location": request.place or None,
        "instruction": request.note or None,
    }
