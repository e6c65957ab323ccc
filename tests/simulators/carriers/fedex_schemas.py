"""What FedEx's published documents want of a request; see ``fedex``. Their lengths stand in the
descriptions of the fields."""


def _object(required, **properties):
    return {"type": "object", "required": required.split(), "properties": properties}


def _text(most, least=1):
    return {"type": "string", "minLength": least, "maxLength": most}


def _one_of(values):
    return {"enum": values.split()}


def _list(items, least=1, most=None):
    limits = {"minItems": least} | ({"maxItems": most} if most else {})
    return {"type": "array", "items": items, **limits}


ACCOUNT = _object("value", value={"type": "string", "pattern": "^[0-9]{9}$"})
MONEY = _object("amount currency", amount={"type": "number"}, currency=_text(3, 3))
ADDRESS = _object(
    "streetLines city countryCode",
    streetLines=_list(_text(35), most=3),
    city=_text(35),
    stateOrProvinceCode=_text(2, 2),
    postalCode=_text(10),
    countryCode={"type": "string", "pattern": "^[A-Z]{2}$"},
    residential={"type": "boolean"},
)
CONTACT = _object(
    "phoneNumber",
    personName=_text(70),
    emailAddress=_text(80),
    phoneNumber=_text(15, 10),
    companyName=_text(35),
)
TIN = _object("number tinType", number=_text(18), tinType={"type": "string"})
PARTY = _object("address contact", address=ADDRESS, contact=CONTACT, tins=_list(TIN, 0))
WEIGHT = _object("units value", units=_one_of("KG LB"), value={"type": "number"})
SIDE = {"type": "integer", "minimum": 1, "maximum": 999}
DIMENSIONS = _object(
    "length width height", length=SIDE, width=SIDE, height=SIDE, units=_one_of("CM IN")
)
REFERENCE = _object(
    "customerReferenceType value",
    customerReferenceType=_one_of(
        "CUSTOMER_REFERENCE DEPARTMENT_NUMBER INVOICE_NUMBER P_O_NUMBER"
        " INTRACOUNTRY_REGULATORY_REFERENCE RMA_ASSOCIATION"
    ),
    value=_text(40),
)
SHIPMENT_SERVICES = _object(
    "",
    specialServiceTypes=_list(
        _one_of("COD HOLD_AT_LOCATION RETURN_SHIPMENT SATURDAY_DELIVERY ELECTRONIC_TRADE_DOCUMENTS")
    ),
    holdAtLocationDetail=_object(
        "locationId",
        locationId=_text(6),
        locationContactAndAddress=_object("", address=ADDRESS, contact={"type": "object"}),
    ),
    shipmentCODDetail=_object(
        "codCollectionType",
        codCollectionType=_one_of("ANY CASH COMPANY_CHECK GUARANTEED_FUNDS PERSONAL_CHECK"),
        codCollectionAmount=MONEY,
    ),
    returnShipmentDetail=_object(
        "returnType",
        returnType=_one_of(
            "FEDEX_TAG NET_RETURN PENDING PRINT_RETURN_LABEL EMAIL_LABEL VOICE_CALL_TAG"
        ),
    ),
)
PACKAGE_SERVICES = _object(
    "",
    specialServiceTypes=_list(_one_of("COD SIGNATURE_OPTION ALCOHOL BATTERY DRY_ICE"), 0),
    signatureOptionType=_one_of("ADULT DIRECT INDIRECT NO_SIGNATURE_REQUIRED SERVICE_DEFAULT"),
    packageCODDetail=_object("codCollectionAmount", codCollectionAmount=MONEY),
)
PACKAGES = _list(
    _object(
        "weight",
        packageSpecialServices=PACKAGE_SERVICES,
        weight=WEIGHT,
        dimensions=DIMENSIONS,
        customerReferences=_list(REFERENCE, 0),
        declaredValue=MONEY,
        itemDescription=_text(50),
    ),
    most=30,
)
PAYER = _object(
    "responsibleParty", responsibleParty=_object("accountNumber", accountNumber=ACCOUNT)
)
PAYMENT = _object(
    "paymentType", paymentType=_one_of("SENDER RECIPIENT THIRD_PARTY COLLECT"), payor=PAYER
)
COMMODITY = _object(
    "description",
    description=_text(450),
    countryOfManufacture=_text(4),
    quantity={"type": "integer", "minimum": 1},
    numberOfPieces={"type": "integer", "minimum": 0, "maximum": 9999},
    customsValue=MONEY,
    unitPrice=MONEY,
    # Of a commodity the document has this unit only.
    weight=_object("units value", units=_one_of("KG"), value={"type": "number"}),
)
CUSTOMS = _object(
    "commercialInvoice commodities",
    commodities=_list(COMMODITY, most=999),
    commercialInvoice=_object(
        "",
        termsOfSale=_text(3),
        shipmentPurpose=_one_of("GIFT NOT_SOLD PERSONAL_EFFECTS REPAIR_AND_RETURN SAMPLE SOLD"),
        customerReferences=_list(REFERENCE, 0),
        comments=_list({"type": "string"}, 0),
    ),
    dutiesPayment=_object("paymentType", paymentType=PAYMENT["properties"]["paymentType"]),
    customsOption=_object(
        "type",
        type=_one_of(
            "COURTESY_RETURN_LABEL EXHIBITION_TRADE_SHOW FAULTY_ITEM FOLLOWING_REPAIR FOR_REPAIR"
            " ITEM_FOR_LOAN OTHER REJECTED REPLACEMENT TRIAL"
        ),
    ),
)
RATE_TYPES = _list(_one_of("LIST NONE PREFERRED ACCOUNT INCENTIVE RETAIL"))
PICKUP = _one_of("CONTACT_FEDEX_TO_SCHEDULE DROPOFF_AT_FEDEX_LOCATION USE_SCHEDULED_PICKUP")
STOCKS = _one_of(
    "PAPER_4X6 STOCK_4X675 PAPER_4X675 PAPER_4X8 PAPER_4X9 PAPER_7X475"
    " PAPER_85X11_BOTTOM_HALF_LABEL PAPER_85X11_TOP_HALF_LABEL PAPER_LETTER STOCK_4X8 STOCK_4X6"
    " STOCK_4X9 STOCK_4X675_LEADING_DOC_TAB STOCK_4X9_LEADING_DOC_TAB"
    " STOCK_4X675_TRAILING_DOC_TAB STOCK_4X9_TRAILING_DOC_TAB STOCK_4X85_TRAILING_DOC_TAB"
    " STOCK_4X105_TRAILING_DOC_TAB"
)
SHIP = _object(
    "accountNumber labelResponseOptions requestedShipment",
    accountNumber=ACCOUNT,
    labelResponseOptions=_one_of("URL_ONLY LABEL"),
    shipAction=_one_of("CONFIRM TRANSFER"),
    requestedShipment=_object(
        "labelSpecification packagingType pickupType recipients requestedPackageLineItems"
        " serviceType shipper shippingChargesPayment totalWeight",
        shipper=PARTY,
        recipients=_list(PARTY),
        shipDatestamp={"type": "string", "pattern": r"^\d{4}-\d\d-\d\d$"},
        pickupType=PICKUP,
        totalWeight={"type": "number"},
        shippingChargesPayment=PAYMENT,
        requestedPackageLineItems=PACKAGES,
        customsClearanceDetail=CUSTOMS,
        shipmentSpecialServices=SHIPMENT_SERVICES,
        rateRequestType=RATE_TYPES,
        labelSpecification=_object(
            "imageType labelStockType",
            imageType=_one_of("ZPLII EPL2 PDF PNG"),
            labelStockType=STOCKS,
        ),
    ),
)
PLACE = _object("address", address={**ADDRESS, "required": ["countryCode"]})
RATE = _object(
    "accountNumber requestedShipment",
    accountNumber=ACCOUNT,
    requestedShipment=_object(
        "shipper recipient pickupType rateRequestType requestedPackageLineItems",
        shipper=PLACE,
        recipient=PLACE,
        pickupType=PICKUP,
        rateRequestType=RATE_TYPES,
        requestedPackageLineItems=PACKAGES,
        shipmentSpecialServices=SHIPMENT_SERVICES,
    ),
)
CANCEL = _object(
    "accountNumber trackingNumber",
    accountNumber=ACCOUNT,
    deletionControl=_one_of("DELETE_ALL_PACKAGES"),
    trackingNumber={"type": "string", "pattern": r"^\d{12,15}$"},
)
DAY = {"type": "string", "pattern": r"^\d{4}-\d\d-\d\d$"}
REFERENCES = _object(
    "referencesInformation",
    referencesInformation=_object(
        "shipDateBegin shipDateEndDate value",
        value=_text(40),
        shipDateBegin=DAY,
        shipDateEndDate=DAY,
    ),
)
