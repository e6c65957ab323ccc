"""What UPS's published documents want of a request; see ``ups``."""

TEXT35 = {"type": "string", "minLength": 1, "maxLength": 35}
ADDRESS = {
    "type": "object",
    "required": ["AddressLine", "City", "CountryCode"],
    "properties": {
        "AddressLine": {
            "anyOf": [TEXT35, {"type": "array", "minItems": 1, "maxItems": 3, "items": TEXT35}]
        },
        "City": {"type": "string", "minLength": 1, "maxLength": 30},
        "StateProvinceCode": {"type": "string", "maxLength": 5},
        "PostalCode": {"type": "string", "maxLength": 9},
        "CountryCode": {"type": "string", "pattern": "^[A-Z]{2}$"},
    },
}
PHONE = {
    "type": "object",
    "required": ["Number"],
    "properties": {"Number": {"type": "string", "minLength": 1, "maxLength": 15}},
}
PARTY = {
    "type": "object",
    "required": ["Name", "Address"],
    "properties": {
        "Name": TEXT35,
        "AttentionName": {"type": "string", "maxLength": 35},
        "TaxIdentificationNumber": {"type": "string", "maxLength": 15},
        "Phone": PHONE,
        "EMailAddress": {"type": "string", "maxLength": 50},
        "Address": ADDRESS,
    },
}
WEIGHT = {
    "type": "object",
    "required": ["UnitOfMeasurement", "Weight"],
    "properties": {
        "UnitOfMeasurement": {
            "type": "object",
            "required": ["Code"],
            "properties": {"Code": {"enum": ["LBS", "KGS", "OZS"]}},
        },
        "Weight": {"type": "string", "pattern": r"^\d{1,5}(\.\d+)?$"},
    },
}
MONEY = {
    "type": "object",
    "required": ["CurrencyCode", "MonetaryValue"],
    "properties": {
        "CurrencyCode": {"type": "string", "pattern": "^[A-Z]{3}$"},
        "MonetaryValue": {"type": "string", "pattern": r"^\d{1,16}(\.\d{1,2})?$"},
    },
    "additionalProperties": False,
}


def _cod(funds):
    return {
        "type": "object",
        "required": ["CODFundsCode", "CODAmount"],
        "properties": {"CODFundsCode": {"enum": funds}, "CODAmount": MONEY},
    }


def _confirmation(kinds):
    return {
        "type": "object",
        "required": ["DCISType"],
        "properties": {"DCISType": {"enum": kinds}},
    }


PACKAGE = {
    "type": "object",
    "required": ["PackageWeight"],
    "properties": {
        "Description": {"type": "string", "maxLength": 50},
        "PackageServiceOptions": {
            "type": "object",
            "properties": {
                "DeclaredValue": MONEY,
                # 1 is not supported any more
                "DeliveryConfirmation": _confirmation(["2", "3"]),
                "COD": _cod(["0", "8"]),
            },
            "additionalProperties": False,
        },
        "PackageWeight": WEIGHT,
        "Dimensions": {
            "type": "object",
            "required": ["UnitOfMeasurement", "Length", "Width", "Height"],
            "properties": {
                "UnitOfMeasurement": {"properties": {"Code": {"enum": ["IN", "CM"]}}},
            },
        },
    },
}
PACKAGES = {"anyOf": [{"type": "array", "minItems": 1, "maxItems": 200, "items": PACKAGE}, PACKAGE]}
EXTRAS = {
    "ShipmentServiceOptions": {
        "type": "object",
        "properties": {
            "SaturdayDeliveryIndicator": {"type": "string"},
            "DeliveryConfirmation": _confirmation(["1", "2"]),
            "COD": _cod(["1", "9"]),
        },
    },
    "ShipmentIndicationType": {
        "type": "array",
        "items": {"required": ["Code"], "properties": {"Code": {"enum": ["01", "02"]}}},
    },
    "AlternateDeliveryAddress": {
        "type": "object",
        "required": ["Address"],
        "properties": {
            "Name": TEXT35,
            "AttentionName": TEXT35,
            "UPSAccessPointID": {"type": "string", "pattern": r"^U\d{8}$"},
            "Address": ADDRESS,
        },
    },
    "ReturnService": {
        "type": "object",
        "required": ["Code"],
        "properties": {"Code": {"enum": ["2", "3", "5", "8", "9", "10"]}},
    },
}
SHIP = {
    "type": "object",
    "required": ["ShipmentRequest"],
    "properties": {
        "ShipmentRequest": {
            "type": "object",
            "required": ["Request", "Shipment", "LabelSpecification"],
            "properties": {
                "Request": {"type": "object", "required": ["RequestOption"]},
                "LabelSpecification": {
                    "type": "object",
                    "required": ["LabelImageFormat", "LabelStockSize"],
                    "properties": {
                        "LabelImageFormat": {
                            "properties": {"Code": {"enum": ["EPL", "SPL", "ZPL", "GIF", "PNG"]}}
                        }
                    },
                },
                "Shipment": {
                    "type": "object",
                    "required": [
                        "Shipper",
                        "ShipTo",
                        "PaymentInformation",
                        "Service",
                        "Package",
                    ],
                    "properties": {
                        "Description": {"type": "string", "maxLength": 50},
                        "Shipper": {
                            **PARTY,
                            "required": ["Name", "ShipperNumber", "Address"],
                            "properties": {
                                **PARTY["properties"],
                                "ShipperNumber": {"type": "string", "pattern": "^[0-9A-Z]{6}$"},
                            },
                        },
                        "ShipTo": PARTY,
                        "ShipFrom": PARTY,
                        "Service": {
                            "type": "object",
                            "required": ["Code"],
                            "properties": {"Code": {"type": "string", "maxLength": 2}},
                        },
                        "Package": PACKAGES,
                        **EXTRAS,
                    },
                },
            },
        }
    },
}
RATE = {
    "type": "object",
    "required": ["RateRequest"],
    "properties": {
        "RateRequest": {
            "type": "object",
            "required": ["Request", "Shipment"],
            "properties": {
                "Shipment": {
                    "type": "object",
                    "required": ["Shipper", "ShipTo", "Package"],
                    "properties": {"Package": PACKAGES, **EXTRAS},
                }
            },
        }
    },
}
