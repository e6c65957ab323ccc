"""What DHL Express's published document wants of a request; see ``mydhl``. It allows nothing that
it does not name."""


def _object(required, **properties):
    return {
        "type": "object",
        "required": required.split(),
        "properties": properties,
        "additionalProperties": False,
    }


def _text(most, least=1, **more):
    return {"type": "string", "minLength": least, "maxLength": most, **more}


def _one_of(values):
    return {"enum": values.split()}


def _list(items, least=1, most=999):
    return {"type": "array", "items": items, "minItems": least, "maxItems": most}


YES = {"type": "boolean"}
MONEY = {"type": "number", "minimum": 0, "multipleOf": 0.001}
WEIGHT = {"type": "number", "minimum": 0.001, "maximum": 999999999999, "multipleOf": 0.001}
COUNTRY = {"type": "string", "pattern": "^[A-Z]{2}$"}
CURRENCY = _text(3, 3)
DAY = {"type": "string", "pattern": r"^\d{4}-\d\d-\d\d$"}
PLANNED = _text(29, pattern=r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d GMT[+-]\d\d:\d\d$")
ACCOUNTS = _list(
    _object("typeCode number", typeCode=_one_of("shipper payer duties-taxes"), number=_text(12)),
    most=3,
)
PLACE = {
    "postalCode": _text(12, 0),
    "cityName": _text(45),
    "countryCode": COUNTRY,
    "provinceCode": _text(35, 2),
    "addressLine1": _text(45),
    "addressLine2": _text(45),
    "addressLine3": _text(45),
    "countyName": _text(45),
}
ADDRESS = _object(
    "postalCode cityName countryCode addressLine1",
    **PLACE,
    provinceName=_text(35),
    countryName=_text(35),
)
CONTACT = _object(
    "phone companyName fullName",
    email=_text(70),
    phone=_text(70),
    mobilePhone=_text(70),
    companyName=_text(100),
    fullName=_text(255),
)
NUMBERS = _list(
    _object(
        "typeCode number issuerCountryCode",
        typeCode=_one_of(
            "VAT EIN GST SSN EUS DUN FED STA CNP IE INN KPP OGR OKP SDT FTZ DAN TAN DTF RGP DLI NID"
            " PAS MID IMS EIC CNJ FTX IEC ARN RID EOR ERN DEN TIN OTH"
        ),
        number=_text(35),
        issuerCountryCode=COUNTRY,
    ),
    0,
    50,
)
PARTY = _object(
    "postalAddress contactInformation",
    postalAddress=ADDRESS,
    contactInformation=CONTACT,
    registrationNumbers=NUMBERS,
    typeCode=_one_of("business direct_consumer government other private reseller"),
)
SIDE = {"type": "number", "minimum": 0.001, "maximum": 9999999, "multipleOf": 0.001}
DIMENSIONS = _object("length width height", length=SIDE, width=SIDE, height=SIDE)
PACKAGING = _one_of("1CE 2BC 2BP 2BX 3BX 4BX 5BX 6BX 7BX 8BX CE1 TBL TBS WB1 WB2 WB3 WB6 XPD")
REFERENCES = _list(
    _object(
        "value",
        value=_text(35),
        typeCode=_one_of("AAO CU FF FN IBC LLR OBC PRN ACP ACS ACR CDN STD CO"),
    )
)
PACKAGE = _object(
    "weight",
    typeCode=PACKAGING,
    weight=WEIGHT,
    dimensions=DIMENSIONS,
    customerReferences=REFERENCES,
    description=_text(70),
    referenceNumber={"type": "integer", "minimum": 1, "maximum": 999},
)
REASON = _one_of(
    "permanent temporary return used_exhibition_goods_to_origin intercompany_use"
    " commercial_purpose_or_sale personal_belongings_or_personal_use sample gift return_to_origin"
    " warranty_replacement diplomatic_goods defence_material"
)
LINE = _object(
    "number description price quantity manufacturerCountry weight",
    number={"type": "integer", "minimum": 1, "maximum": 999},
    description=_text(512),
    price=MONEY,
    quantity=_object(
        "value unitOfMeasurement",
        value={"type": "integer", "minimum": 1},
        unitOfMeasurement=_one_of(
            "BOX 2GM 2M 2M3 3M3 M3 DPR DOZ 2NO PCS GM GRS KG L M 3GM 3L X NO"
        ),
    ),
    commodityCodes=_list(
        _object("typeCode value", typeCode=_one_of("outbound inbound"), value=_text(18, 2)), 0, 2
    ),
    exportReasonType=REASON,
    manufacturerCountry=COUNTRY,
    weight={
        **_object("", netValue=WEIGHT, grossValue=WEIGHT),
        "minProperties": 1,
    },
)
DECLARATION = _object(
    "lineItems",
    lineItems=_list(LINE),
    invoice=_object("number date", number=_text(35), date=DAY, signatureName=_text(35)),
    exportReasonType=REASON,
    shipmentType=_one_of("personal commercial"),
)
SERVICES = _list(
    _object("serviceCode", serviceCode=_text(3, 2), value=MONEY, currency=CURRENCY), 1, 99
)
IMAGES = _object(
    "",
    printerDPI={"enum": [200, 300]},
    encodingFormat=_one_of("pdf zpl lp2 epl"),
    imageOptions=_list(
        _object(
            "typeCode",
            typeCode=_one_of("label waybillDoc invoice qr-code shipmentReceipt"),
            templateName=_text(25),
            isRequested=YES,
            invoiceType=_one_of("commercial proforma returns"),
        ),
        0,
        6,
    ),
    splitTransportAndWaybillDocLabels=YES,
    allDocumentsInOneImage=YES,
    splitDocumentsByPages=YES,
    splitInvoiceAndReceipt=YES,
)
PARTIES = _object("shipperDetails receiverDetails", shipperDetails=PARTY, receiverDetails=PARTY)
SHIP = _object(
    "plannedShippingDateAndTime pickup productCode accounts customerDetails content",
    plannedShippingDateAndTime=PLANNED,
    pickup=_object("isRequested", isRequested=YES),
    productCode=_text(6),
    localProductCode=_text(3),
    getRateEstimates=YES,
    accounts=ACCOUNTS,
    valueAddedServices=SERVICES,
    onDemandDelivery=_object(
        "deliveryOption",
        deliveryOption=_one_of("servicepoint neighbour signatureRelease"),
        servicePointId=_text(6),
    ),
    outputImageProperties=IMAGES,
    customerReferences=REFERENCES,
    customerDetails=PARTIES,
    content=_object(
        "packages isCustomsDeclarable description incoterm unitOfMeasurement",
        packages=_list(PACKAGE),
        isCustomsDeclarable=YES,
        declaredValue=MONEY,
        declaredValueCurrency=CURRENCY,
        exportDeclaration=DECLARATION,
        description=_text(70, pattern=r"^[^\s].*"),
        incoterm=_one_of("EXW FCA CPT CIP DPU DAP DDP FAS FOB CFR CIF DAF DAT DDU DEQ DES"),
        unitOfMeasurement=_one_of("metric imperial"),
    ),
    shipmentNotification=_list(
        _object("typeCode receiverId", typeCode=_one_of("email"), receiverId=_text(50)), most=5
    ),
    getAdditionalInformation=_list(
        _object(
            "isRequested",
            typeCode=_one_of(
                "pickupDetails optionalShipmentData barcodeInformation linkLabelsByPieces"
            ),
            isRequested=YES,
        )
    ),
)
RATE_PLACE = _object("postalCode cityName countryCode", **PLACE)
RATE = _object(
    "customerDetails plannedShippingDateAndTime unitOfMeasurement isCustomsDeclarable packages",
    customerDetails=_object(
        "shipperDetails receiverDetails", shipperDetails=RATE_PLACE, receiverDetails=RATE_PLACE
    ),
    accounts={**ACCOUNTS, "maxItems": 2},
    productCode=_text(6),
    localProductCode=_text(3),
    valueAddedServices=SERVICES,
    plannedShippingDateAndTime=PLANNED,
    unitOfMeasurement=_one_of("metric imperial"),
    isCustomsDeclarable=YES,
    monetaryAmount=_list(
        _object(
            "typeCode value currency",
            typeCode=_one_of("declaredValue insuredValue"),
            value=MONEY,
            currency=CURRENCY,
        )
    ),
    packages=_list(_object("weight", typeCode=PACKAGING, weight=WEIGHT, dimensions=DIMENSIONS)),
)
