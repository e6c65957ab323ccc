"""What each carrier is asked for in the contract suite: one parcel, three, and one abroad."""

from dataclasses import replace

from odoo.addons.logistics_connector_carrier.core.accessorials import Location
from odoo.addons.logistics_connector_carrier.core.booking import (
    BookingRequest,
    Customs,
    Goods,
    Parcel,
    Party,
)

PUMP = Goods("Bilge pump, 12 V", 2, 3.2, "41.50", "USD", "PMP-12", "841370", "US")
HOSE = Goods("Hose, 3 m", 5, 1.5, "9.90", "USD", "HOS-3", "391739", "CN")
BOX = Parcel("PACK0000101", 4.9, 40.0, 30.0, 20.0, description="Pumps", goods=(PUMP, HOSE))


def three_of(request):
    """The same with three boxes."""
    (box,) = request.parcels
    boxes = tuple(
        replace(box, key=f"PACK000010{number}", weight=box.weight + number) for number in (1, 2, 3)
    )
    return replace(request, reference=f"{request.reference}-3", parcels=boxes)


YARD = Party(
    name="Ines Calder",
    company="Calder Marine Supply",
    lines=("480 Harbor Way", "Dock 7"),
    city="Tacoma",
    zip="98421",
    state="WA",
    country="US",
    phone="+1 253 555 0147",
    email="dispatch@calder-marine.example",
)
SHOP = Party(
    name="Ruth Amador",
    company="Amador Boats",
    lines=("1750 Lakeshore Dr",),
    city="Muskegon",
    zip="49441",
    state="MI",
    country="US",
    phone="+1 231 555 0119",
    email="ruth@amador-boats.example",
)
HAVEN = Party(
    name="Joost Vermeer",
    company="Vermeer Jachtservice",
    lines=("Havenkade 12",),
    city="Vlissingen",
    zip="4381 NG",
    country="NL",
    phone="+31 118 555 010",
    email="joost@vermeer.example",
)
UPS = BookingRequest(
    reference="WH/OUT/00042-1",
    service="03",
    ship_date="2026-11-24",
    shipper=YARD,
    recipient=SHOP,
    parcels=(BOX,),
    order="S00042",
)
FEDEX = replace(UPS, service="FEDEX_GROUND")


def priced_in(currency, parcel, **changes):
    """A box whose goods are priced in another currency; ``changes``: of its goods."""
    goods = tuple(replace(good, currency=currency, **changes) for good in parcel.goods)
    return replace(parcel, goods=goods)


WHARF = Party(
    name="Ines Kalder",
    company="Kalder Bootsbedarf GmbH",
    lines=("Am Seefischmarkt 12a", "Halle 7"),
    city="Kiel",
    zip="24148",
    country="DE",
    phone="+49 431 555 0147",
    email="versand@kalder.example",
    eori="DE7711223344556",
)
COTTAGE = Party(
    name="Ruth Amador",
    lines=("Straße der Einheit 3 a", "Hinterhaus"),
    city="Jena",
    zip="07743",
    country="DE",
    phone="+49 3641 555 019",
    email="ruth@amador.example",
)
LAKE = Party(
    name="Urs Keller",
    company="Keller Bootswerft AG",
    lines=("Seestrasse 44", "2. Stock"),
    city="Luzern",
    zip="6005",
    country="CH",
    phone="+41 41 555 01 10",
    email="urs@keller.example",
)
CRATE = replace(priced_in("EUR", BOX), length=40.5)
DHL_PARCEL_DE = BookingRequest(
    reference="WH/OUT/00052-1",
    service="V01PAK",
    ship_date="2026-11-24",
    shipper=WHARF,
    recipient=COTTAGE,
    parcels=(CRATE,),
    order="S00052",
)
MYDHL = replace(DHL_PARCEL_DE, reference="WH/OUT/00062-1", service="N", order="S00062")
CHANDLER = Party(
    name="Marie Roy",
    company="Roy Nautique inc.",
    lines=("502 rue Principale N", "Local 4"),
    city="Montréal",
    zip="H2B 1A0",
    state="QC",
    country="CA",
    phone="+1 514 555 0147",
    email="expedition@roy-nautique.example",
)
LODGE = Party(
    name="Jane Ng",
    lines=("23 Jardin Private",),
    city="Ottawa",
    zip="k1k 4t3",
    state="ON",
    country="CA",
    email="jane@ng.example",
)
CANADAPOST = BookingRequest(
    reference="WH/OUT/00062-1",
    service="DOM.EP",
    ship_date="2026-11-24",
    shipper=CHANDLER,
    recipient=LODGE,
    parcels=(priced_in("CAD", BOX),),
    order="S00062",
)
REQUESTS = {
    "canadapost": {
        "single": CANADAPOST,
        "three": three_of(CANADAPOST),
        "abroad": replace(
            CANADAPOST,
            reference="WH/OUT/00063-1",
            service="INT.XP",
            recipient=HAVEN,
            customs=Customs(
                incoterm="DAP",
                invoice="INV/2026/00019",
                invoice_date="2026-11-24",
                signer="M. Roy",
            ),
        ),
    },
    "dhl_parcel_de": {
        "single": DHL_PARCEL_DE,
        "three": three_of(DHL_PARCEL_DE),
        "abroad": replace(
            DHL_PARCEL_DE,
            reference="WH/OUT/00053-1",
            service="V53WPAK",
            recipient=LAKE,
            customs=Customs(
                incoterm="DAP",
                invoice="INV/2026/00018",
                invoice_date="2026-11-24",
                signer="I. Kalder",
            ),
        ),
    },
    "fedex": {
        "single": FEDEX,
        "three": three_of(FEDEX),
        "abroad": replace(
            FEDEX,
            reference="WH/OUT/00043-1",
            service="FEDEX_INTERNATIONAL_PRIORITY",
            recipient=HAVEN,
            customs=Customs(
                incoterm="DAP",
                invoice="INV/2026/00017",
                invoice_date="2026-11-24",
                signer="I. Calder",
            ),
        ),
    },
    "mydhl": {
        "single": MYDHL,
        "three": three_of(MYDHL),
        "abroad": replace(
            MYDHL,
            reference="WH/OUT/00063-1",
            service="P",
            recipient=LAKE,
            customs=Customs(
                incoterm="DAP",
                invoice="INV/2026/00019",
                invoice_date="2026-11-24",
                signer="I. Kalder",
            ),
        ),
    },
    "ups": {
        "single": UPS,
        "three": three_of(UPS),
        "abroad": replace(
            UPS,
            reference="WH/OUT/00043-1",
            service="65",
            recipient=HAVEN,
            customs=Customs(
                incoterm="DAP",
                invoice="INV/2026/00017",
                invoice_date="2026-11-24",
                signer="I. Calder",
            ),
        ),
    },
}
# Where each carrier keeps a parcel until it is fetched.
LOCATIONS = {
    "canadapost": Location("0000102288", "Shoppers Drug Mart", city="Ottawa", country="CA"),
    "dhl_parcel_de": Location("502", "Postfiliale 502", city="Jena", zip="07743", country="DE"),
    "fedex": Location(
        "MKGA", "FedEx Office", ("1 Terrace St",), "Muskegon", "49440", "MI", "US", "2315550100"
    ),
    "mydhl": Location("JEN001", "Kiosk am Markt", city="Jena", country="DE"),
    "ups": Location(
        "U12345678", "Lakeshore Books", ("12 Third St",), "Muskegon", "49440", "MI", "US"
    ),
}


def returned(request):
    """The same back to the sender."""
    customs = request.customs and replace(request.customs, content="return_merchandise")
    return replace(
        request,
        reference=f"{request.reference}-R",
        shipper=request.recipient,
        recipient=request.shipper,
        customs=customs,
        is_return=True,
    )
