# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""The page about the API for the people who write programs against it. It is made from the OpenAPI
document alone, so that it cannot say something else; plain HTML, which needs no script."""

import json
from html import escape

GUIDE = (
    (
        "key",
        "The key",
        """<p>Ask the company for one: its administrator makes it under
<i>Logistics → Configuration → API keys</i>, and says what it may. Send it with each call. Never put
it into an address: addresses stand in logs.</p>
<pre>curl -H "Authorization: Bearer lck_…" "{server}/logistics/v1/shipments?limit=1"</pre>
<p>Two keys may be valid at once: take the new one into use, then the old one ends. A key sees
one company, and of that what it was made for: everything, or only the shipments that certain
connections have told of.</p>""",
    ),
    (
        "pages",
        "Pages, and what changed since",
        """<p>A list is read page by page. Go on while <code>more</code> is true, with the address
in <code>next</code>. Then keep <code>cursor</code>: asked with it tomorrow, the list goes on with
what changed meanwhile.</p>
<pre>GET /logistics/v1/shipments?updated_since=2026-03-01T00:00:00Z
  {{"items": […], "more": true, "cursor": "WyI…", "next": "/logistics/v1/shipments?cursor=WyI…"}}
GET /logistics/v1/shipments?cursor=WyI…
  {{"items": […], "more": false, "cursor": "WyJ…", "next": null}}</pre>
<p>Nothing is lost in between: what somebody is just changing comes on a later page, also when his
change began before your last call and ended after it. Something may come twice; take what comes
last. A page may hold few things, or none, and still have more behind it. A cursor belongs to its
filters: keep them. When the key may see more connections than before, read anew from the beginning.
</p>""",
    ),
    (
        "limits",
        "Limits",
        """<p>At most 200 things on a page. A key has a rate, by default 10 calls a second on the
average and 100 at once; what is left stands in each answer:</p>
<pre>RateLimit-Policy: "key";q=100;w=10
RateLimit: "key";r=97;t=1</pre>
<p>Beyond it the answer is 429. Wait as many seconds as <code>Retry-After</code> says.</p>""",
    ),
    (
        "errors",
        "Errors",
        """<p>A problem document (RFC 9457), type <code>application/problem+json</code>:</p>
<pre>{problem}</pre>
{errors}
<p>After 429, 503 and no answer at all: send it again, waiting longer each time. The same message
twice does nothing twice. After other errors sending again changes nothing.</p>""",
    ),
    (
        "webhooks",
        "Webhooks, and how to sign",
        """<p>Who cannot use a key sends to a secret address of its own. Our own format is signed
after <a href="https://www.standardwebhooks.com/">Standard Webhooks</a>, over the raw bytes:</p>
<pre>BODY='{{"version":"1.0","id":"m-1","issuer":"northwind","events":[…]}}'
ID=m-1  TIME=$(date +%s)
KEY=$(printf %s "${{SECRET#whsec_}}" | base64 -d | xxd -p -c 99)
SIGNATURE=$(printf %s "$ID.$TIME.$BODY" |
  openssl dgst -sha256 -mac HMAC -macopt "hexkey:$KEY" -binary | base64)
curl -X POST "$ADDRESS" -H "Content-Type: application/json" -d "$BODY" \\
  -H "webhook-id: $ID" -H "webhook-timestamp: $TIME" -H "webhook-signature: v1,$SIGNATURE"</pre>
<p>Thirteen other kinds of proof are known; they are agreed with the company.</p>""",
    ),
)


def render(document: dict, style: str) -> str:
    """The whole page.

    :param document: of ``openapi.build``
    :param style: CSS
    """
    operations = [
        (path, method, operation, entry.get("parameters", []))
        for path, entry in document["paths"].items()
        for method, operation in entry.items()
        if method != "parameters"
    ]
    server = document["servers"][0]["url"]
    words = {
        "server": escape(server),
        "problem": _pretty(document["components"]["schemas"]["Problem"]["examples"][0]),
        "errors": _errors(document["components"]["responses"]),
    }
    contents = [f'<li><a href="#{code}">{title}</a></li>' for code, title, _text in GUIDE]
    guide = [
        f'<section id="{code}"><h2>{title}</h2>{text.format(**words)}</section>'
        for code, title, text in GUIDE
    ]
    links = [
        f'<li><a href="#{operation["operationId"]}"><b class="{method}">{method.upper()}</b> '
        f"{_path(path)}</a></li>"
        for path, method, operation, _shared in operations
    ]
    shown = [_operation(document, server, *one) for one in operations]
    schemas = document["components"]["schemas"]
    told = [name for name, schema in schemas.items() if _is_object(name, schema)]
    objects = [_object(name, schemas[name], schemas) for name in told]
    names = [f'<li><a href="#{name}">{_title(name)}</a></li>' for name in told]
    title = escape(document["info"]["title"])
    return f"""<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"/>
<meta name="viewport" content="width=device-width, initial-scale=1"/>
<meta name="robots" content="noindex"/>
<title>{title}: API {escape(document["info"]["version"])}</title>
<style>{style}</style></head>
<body><nav aria-label="Contents"><details open="open"><summary>Contents</summary>
<ul>{"".join(contents)}</ul><h3>Calls</h3><ul>{"".join(links)}</ul>
<h3>Objects</h3><ul>{"".join(names)}</ul></details></nav>
<main><h1>{title} <small>API {escape(document["info"]["version"])}</small></h1>
<p>{_text(document["info"]["description"])}</p>
<p>For machines: <a href="/logistics/v1/openapi.json">openapi.json</a> (OpenAPI
{escape(document["openapi"])}). Where it says <code>{words["server"]}</code>, put the address of the
company's Odoo.</p>
{"".join(guide)}<h2>Calls</h2>{"".join(shown)}<h2>Objects</h2>{"".join(objects)}</main></body></html>
"""


def _operation(document: dict, server: str, path: str, method: str, operation: dict, shared: list):
    parameters = shared + operation.get("parameters", [])
    scope = operation.get("x-scope")
    needs = f"A key with <code>{scope}</code>." if scope else "No key."
    (status, success), *refused = operation["responses"].items()
    if status == "200" and "202" in operation["responses"] and "content" not in success:
        success = operation["responses"]["202"]
    name = success["content"]["application/json"]["schema"]["$ref"].rpartition("/")[2]
    statuses = ", ".join(code for code, _answer in refused if code >= "400")
    return f"""<section class="call" id="{operation["operationId"]}">
<h3><b class="{method}">{method.upper()}</b> <code>{_path(path)}</code></h3>
<p><strong>{escape(operation["summary"])}.</strong> {_text(operation["description"])}</p>
<p>{needs}</p>{_parameters(parameters)}
<pre>{escape(_curl(server, path, method, operation, parameters))}</pre>
<p>Answer {status}: <a href="#{name.removesuffix("Page")}">{_title(name)}</a></p>
{_example(document["components"]["schemas"], name)}
<p class="small">Refused with {statuses}: see <a href="#errors">errors</a>.</p></section>"""


def _curl(server: str, path: str, method: str, operation: dict, parameters: list) -> str:
    sample = {
        "shipment": "6f1c2d3e4b5a69788796a5b4c3d2e1f0",
        "receipt": "9f86d081884c7d659a2feaa0c55ad015",
        "order": "S00042",
        "token": "YOUR-ADDRESS",
    }
    query = [
        f"{one['name']}={one['example']}"
        for one in parameters
        if one["in"] == "query" and "example" in one
    ]
    url = server + path.format(**sample) + ("?" + "&".join(query[:2]) if query else "")
    lines = [f'curl "{url}"' if method == "get" else f'curl -X {method.upper()} "{url}"']
    if operation.get("security"):
        lines.append('-H "Authorization: Bearer $KEY"')
    body = operation.get("requestBody")
    if body:
        example = body["content"]["application/json"].get("example")
        data = f"'{json.dumps(example, ensure_ascii=False, indent=1)}'" if example else '"$BODY"'
        lines += ['-H "Content-Type: application/json"', f"-d {data}"]
    return " \\\n  ".join(lines)


def _example(schemas: dict, name: str) -> str:
    item = name.removesuffix("Page")
    examples = schemas[item].get("examples")
    if not examples:
        return ""
    value = examples[0]
    if name != item:
        value = {"items": [value], "more": False, "cursor": "WyI1ZjJi…", "next": None}
    return f"<details><summary>Example</summary><pre>{_pretty(value)}</pre></details>"


def _parameters(parameters: list) -> str:
    if not parameters:
        return ""
    rows = [
        f"<tr><th><code>{one['name']}</code></th><td>{escape(one.get('description', ''))}"
        f'<br/><span class="small">{_kind(one["schema"], {})}</span></td></tr>'
        for one in parameters
    ]
    return f"<table>{''.join(rows)}</table>"


def _errors(responses: dict) -> str:
    rows = [
        f"<tr><th>{status}</th><td>{escape(answer['description'])}</td></tr>"
        for status, answer in responses.items()
    ]
    return f"<table>{''.join(rows)}</table>"


def _object(name: str, schema: dict, schemas: dict) -> str:
    required = schema.get("required", [])
    rows = [
        f"<tr><th><code>{field}</code>{'' if field in required else ' *'}</th>"
        f"<td>{_text(_description(value, schemas))}"
        f'<br/><span class="small">{_kind(value, schemas)}</span></td></tr>'
        for field, value in schema["properties"].items()
    ]
    about = _text(schema.get("description", ""))
    optional = any(field not in required for field in schema["properties"])
    note = '<p class="small">* may be missing</p>' if optional else ""
    return (
        f'<section class="call" id="{name}"><h3>{_title(name)}</h3><p>{about}</p>'
        f"<table>{''.join(rows)}</table>{note}</section>"
    )


def _description(value: object, schemas: dict) -> str:
    if not isinstance(value, dict):
        return ""
    if "description" in value or "$ref" not in value:
        return value.get("description", "")
    return schemas.get(value["$ref"].rpartition("/")[2], {}).get("description", "")


def _is_object(name: str, schema: dict) -> bool:
    """Whether it is told of by itself; the others are said where they are used."""
    return "properties" in schema and not name.endswith("Page")


def _kind(schema: object, schemas: dict) -> str:
    """What may stand in a field, in a few words of HTML."""
    if not isinstance(schema, dict):
        return ""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        if _is_object(name, schemas[name]):
            return f'<a href="#{name}">{_title(name)}</a>'
        return _kind(schemas[name], schemas)
    if "anyOf" in schema:
        return " or ".join(_kind(one, schemas) for one in schema["anyOf"])
    if "const" in schema:
        return f"<code>{escape(str(schema['const']))}</code>"
    if "enum" in schema:
        return ", ".join(f"<code>{escape(_word(one))}</code>" for one in schema["enum"])
    kinds = schema.get("type", "")
    kinds = [kinds] if isinstance(kinds, str) else kinds
    if "array" in kinds:
        return f"list of {_kind(schema.get('items'), schemas) or 'anything'}"
    if "object" in kinds and "properties" in schema:
        return "{ " + ", ".join(f"<code>{name}</code>" for name in schema["properties"]) + " }"
    words = {"string": "text", "integer": "whole number", "boolean": "true or false"}
    shown = [schema["format"]] if "format" in schema else [words.get(k, k) for k in kinds[:1]]
    if "minimum" in schema and "maximum" in schema:
        shown.append(f"{schema['minimum']} to {schema['maximum']}")
    if "maxLength" in schema and "format" not in schema:
        shown.append(f"at most {schema['maxLength']} characters")
    if "null" in kinds:
        shown.append("or null")
    return escape(", ".join(shown).replace(", or null", " or null"))


def _word(value: object) -> str:
    return "null" if value is None else str(value)


def _title(name: str) -> str:
    base, _bar, part = name.removesuffix("Page").partition("_")
    shown = f"{base}: {part}" if part else base
    return escape(f"page of {shown}s" if name.endswith("Page") else shown)


def _path(path: str) -> str:
    return escape(path).replace("/", "/<wbr/>")


def _text(words: str) -> str:
    """Paragraphs, bold words and code of a description."""
    shown = escape(words, quote=False)
    for mark, tag in (("**", "strong"), ("`", "code")):
        parts = shown.split(mark)
        shown = "".join(
            f"<{tag}>{part}</{tag}>" if index % 2 else part for index, part in enumerate(parts)
        )
    return shown.replace("\n\n", "</p><p>")


def _pretty(value: object) -> str:
    return escape(json.dumps(value, indent=2, ensure_ascii=False), quote=False)
