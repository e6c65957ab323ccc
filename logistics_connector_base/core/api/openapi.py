# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""The OpenAPI 3.1 document of everything under ``/logistics/v1/``, made from the list of operations
and the very JSON Schemas that answers and messages are held against."""

from . import keys
from .operations import OPERATIONS, Operation, Parameter

EVENTS = "CanonicalEvents"
DESCRIPTION = """What partners and other systems call.

**Webhooks** are signed messages to a secret address of one's own. The **API** is for systems with a
key: `Authorization: Bearer lck_…`. A message is acknowledged with 202 after its bytes are on disk.
Send again after 429, 5xx and no answer; the same message twice does nothing twice. Errors are
problem documents (RFC 9457). Fields may be added to answers: leave what you do not know."""
PROBLEMS = {
    400: "The request cannot be understood.",
    401: "No key, or one that is not valid (any longer).",
    403: "The key is not allowed this.",
    404: "There is no such thing that the key may see.",
    409: "The connection takes no messages at present.",
    411: "Content-Length is missing.",
    413: "The message is too large.",
    415: "Not a type that is taken here.",
    422: "The message does not fit the format or its contract; the detail names the places.",
    429: "Too many calls. Come again after Retry-After seconds.",
    503: "Not available. Come again after Retry-After seconds.",
}
LATER = (429, 503)
BODY_EXAMPLE = {
    "version": "1.0",
    "id": "msg-2026-03-10-0001",
    "issuer": "northwind",
    "events": [
        {
            "code": "MOV_ARRIVED",
            "occurred_at": "2026-03-10T10:00:00+01:00",
            "shipment": {"references": [{"type": "order", "value": "S00042"}]},
            "place": {"city": "Eindhoven", "country": "NL"},
        }
    ],
}


def build(api_schema: dict, events_schema: dict, server: str = "https://odoo.example.com") -> dict:
    """The document.

    :param api_schema: ``schemas/api-1.0.json``
    :param events_schema: ``schemas/canonical-events-1.0.json``
    """
    paths: dict[str, dict] = {
        "/logistics/v1/in/{token}": _webhook(),
        "/logistics/v1/in/{token}/test": _webhook_test(),
    }
    for operation in OPERATIONS:
        entry = paths.setdefault(operation.path, {})
        if operation.in_path:
            entry["parameters"] = [_parameter(one, "path") for one in operation.in_path]
        entry[operation.method.lower()] = _operation(operation)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Logistics Connector",
            "version": "1.0",
            "license": {"name": "LGPL-3.0", "identifier": "LGPL-3.0-only"},
            "description": DESCRIPTION,
        },
        "servers": [{"url": server}],
        "paths": paths,
        "components": {
            "securitySchemes": {
                "key": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": f"An API key, “{keys.START}…”. What it may: its scopes "
                    f"({', '.join(keys.SCOPES)}).",
                }
            },
            "headers": {
                "RetryAfter": {"description": "Seconds.", "schema": {"type": "integer"}},
                "RateLimit": {
                    "description": "What is left of the key's rate "
                    "(draft-ietf-httpapi-ratelimit-headers).",
                    "schema": {"type": "string"},
                },
            },
            "responses": {str(status): _problem(status) for status in PROBLEMS},
            "schemas": {**_answers(api_schema), **_prefixed(events_schema)},
        },
    }


def _webhook() -> dict:
    refused = {str(status): _ref(status) for status in (400, 401, 411, 413, 415, 422, 429, 503)}
    text = {"schema": {"type": "string"}}
    return {
        "parameters": [
            {
                "name": "token",
                "in": "path",
                "required": True,
                "description": "The secret part of the address that you were given.",
                "schema": {
                    "type": "string",
                    "minLength": 1,
                    "maxLength": 200,
                    "pattern": "^[A-Za-z0-9_-]+$",
                },
            }
        ],
        "post": {
            "operationId": "receive",
            "tags": ["Webhooks"],
            "summary": "Bring one message",
            "description": "The body is taken as it is, byte for byte, up to 1 MiB, with a "
            "Content-Length and uncompressed, signed as agreed (docs/signatures.md). Its content "
            "is looked at later: 202 says that it is kept, not that it was understood. Handshake "
            "messages are answered with 200 and what the partner expects.",
            "requestBody": {
                "required": True,
                "content": {
                    "application/json": {"schema": {}},
                    "application/xml": text,
                    "text/plain": text,
                    "application/octet-stream": {"schema": {}},
                },
            },
            "responses": {
                "200": {"description": "The answer to a handshake"},
                "202": {
                    "description": "On disk",
                    "headers": {"X-Correlation-Id": {"schema": {"type": "string"}}},
                    "content": _json("Receipt"),
                },
                **refused,
            },
        },
    }


def _webhook_test() -> dict:
    """The same call, answered with what would become of the message."""
    described = _webhook()
    refused = {str(status): _ref(status) for status in (400, 401, 411, 413, 415, 429, 503)}
    described["post"] |= {
        "operationId": "test",
        "summary": "Try one message out",
        "description": "The same call, with the same proof and limits. Where the path is signed, "
        "it is this one. Nothing of it happens and nothing is kept. 200 also where it would be "
        "refused: `verdict` says so, and `errors` why.",
        "responses": {
            "200": {
                "description": "What would become of it",
                "content": _json("PartnerTest"),
            },
            **refused,
        },
    }
    return described


def _operation(operation: Operation) -> dict:
    statuses = {429, 503, *operation.statuses}
    if operation.scope:
        statuses |= {400, 401, 403}
    success: dict = {"description": "Done", "content": _json(operation.answer)}
    if operation.scope:
        success["headers"] = {"RateLimit": {"$ref": "#/components/headers/RateLimit"}}
    described = {
        "operationId": operation.code,
        "tags": ["API" if operation.scope else "Webhooks"],
        "summary": operation.summary,
        "description": operation.description,
        "responses": {
            str(operation.status): success,
            **{str(status): _ref(status) for status in sorted(statuses)},
        },
    }
    if operation.scope:
        described["security"] = [{"key": []}]
        described["x-scope"] = operation.scope
    if operation.query:
        described["parameters"] = [_parameter(one, "query") for one in operation.query]
    if operation.method == "POST":
        described["requestBody"] = {
            "required": True,
            "content": {
                "application/json": {
                    "schema": {"$ref": f"#/components/schemas/{EVENTS}"},
                    "example": BODY_EXAMPLE,
                }
            },
        }
    return described


def _parameter(one: Parameter, place: str) -> dict:
    described = {
        "name": one.name,
        "in": place,
        "required": place == "path",
        "description": one.description,
        "schema": one.schema,
    }
    return described if one.example is None else {**described, "example": one.example}


def _json(schema: str) -> dict:
    return {"application/json": {"schema": {"$ref": f"#/components/schemas/{schema}"}}}


def _ref(status: int) -> dict:
    return {"$ref": f"#/components/responses/{status}"}


def _problem(status: int) -> dict:
    described = {
        "description": PROBLEMS[status],
        "content": {
            "application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}
        },
    }
    if status in LATER:
        described["headers"] = {"Retry-After": {"$ref": "#/components/headers/RetryAfter"}}
    return described


def _answers(schema: dict) -> dict:
    """Our answers' schemas. Ours are strict, so that tests find what is not described; those that
    are published are not, so that a field more breaks nobody."""
    return {name: _published(value, "") for name, value in schema["$defs"].items()}


def _prefixed(schema: dict) -> dict:
    """The schema of messages with its parts under names of their own."""
    root = {name: value for name, value in schema.items() if name not in ("$schema", "$id")}
    parts = root.pop("$defs")
    named = {EVENTS: root, **{f"{EVENTS}_{name}": part for name, part in parts.items()}}
    return {name: _published(part, f"{EVENTS}_", strict=True) for name, part in named.items()}


def _published(value: object, prefix: str, strict: bool = False) -> object:
    if isinstance(value, list):
        return [_published(item, prefix, strict) for item in value]
    if not isinstance(value, dict):
        return value
    shown = {}
    for name, item in value.items():
        if name == "$ref" and isinstance(item, str):
            shown[name] = item.replace("#/$defs/", f"#/components/schemas/{prefix}")
        elif strict or name != "additionalProperties" or item is not False:
            shown[name] = _published(item, prefix, strict)
    return shown
