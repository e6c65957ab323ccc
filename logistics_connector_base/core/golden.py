# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""The words of the README that goes with a connection's golden files: where to send, how to sign,
how to try it out. Commands for bash, with openssl and curl, that were run as they stand here.
"""

import re
from collections.abc import Sequence

HEAD = """# How to send us messages

Messages go to

    {url}

by POST, one a call, with a Content-Length and uncompressed. ‹secret› is the secret part of the
address that you were given. 202 says that a message is kept; send it again after 429, 5xx and no
answer, with the same bytes: the same message twice does nothing twice.

## Try it out: nothing happens

The same call with `/test` behind the address is answered with what would become of the message.
It is worked by the very code, and nothing of it is kept.

    {url}/test

`verdict` is `accepted`, `waits` (for an order or a shipment that is not here yet, or for a person)
or `refused`. `errors` names every place that does not fit the schema, `came_before` says whether we
have had it already, and `facts`, `changes` and what else there is say what it would do. Answers
other than 200 are those of the address itself: 401 the proof, 413 the size, 429 the rate (tests
count like messages), 503 come again.

A signed test is signed: whoever gets hold of it can send it as a message while its signature is
valid. Treat it as you treat your messages.

## What is here

* `schemas/`: JSON Schemas (Draft 2020-12) of what you send.
* `samples/`: messages; `golden.json` says of each whether it fits (`"fits": true`: `errors` is
  empty). Orders and goods in them are examples: the test says that they are unknown here.

## How to sign
"""
MODES = {
    True: "Each call brings all of these proofs.",
    False: "Each call brings one of these proofs.",
}
SETUP = """    URL='{url}/test'
    FILE=samples/your-message.json
"""
STANDARD = """    SECRET='whsec_…'    # as you were given it
    ID="msg_$(openssl rand -hex 12)"; NOW=$(date +%s)
    KEY=$(printf %s "${SECRET#whsec_}" | base64 -d | od -An -v -tx1 | tr -d ' \\n')
    SIGNATURE=$( (printf '%s.%s.' "$ID" "$NOW"; cat "$FILE") |
      openssl dgst -sha256 -mac HMAC -macopt "hexkey:$KEY" -binary | base64)
    curl -sS "$URL" -H 'Content-Type: application/json' --data-binary "@$FILE" \\
      -H "webhook-id: $ID" -H "webhook-timestamp: $NOW" -H "webhook-signature: v1,$SIGNATURE"
"""
ENCODINGS = {"hex": "od -An -v -tx1 | tr -d ' \\n'", "base64": "base64 -w0"}
HMAC = """    SECRET='…'    # as you were given it
    SIGNATURE=$(openssl dgst -sha256 -hmac "$SECRET" -binary < "$FILE" | {encoding})
    curl -sS "$URL" -H 'Content-Type: application/json' --data-binary "@$FILE" \\
      -H "{header}: {prefix}$SIGNATURE"{more}
"""
STATIC = """    SECRET='…'    # as you were given it
    curl -sS "$URL" -H 'Content-Type: application/json' --data-binary "@$FILE" \\
      -H "{header}: {prefix}$SECRET"{more}
"""
BASIC = """    USER='…'; SECRET='…'    # as you were given them
    curl -sS "$URL" -H 'Content-Type: application/json' --data-binary "@$FILE" \\
      -u "$USER:$SECRET"{more}
"""
OTHER = """This proof needs more than a line of shell: sign as your own library does it. Sign for
the address that you call: where the path is signed, that of a test ends in `/test`.
"""


def file_name(text: str) -> str:
    """A text as the name of a file, in plain ASCII."""
    return re.sub(r"[^A-Za-z0-9._-]+", "-", text).strip("-.") or "message"


def readme(url: str, proofs: Sequence[dict[str, str]], needs_all: bool, id_header: str = "") -> str:
    """The README as Markdown.

    :param url: the address, with a stand-in for its secret part
    :param proofs: the values of the connection's proofs (``logistics.verifier``), with ``title``
    :param id_header: the header that carries the message's id, where it is no part of the proof
    """
    parts = [HEAD.format(url=url)]
    if len(proofs) > 1:
        parts.append(MODES[needs_all])
    for proof in proofs:
        parts.append(f"### {proof['title']}")
        parts.append(_example(url, proof, id_header))
    if not proofs:
        parts.append("How you prove who you are is not agreed yet.")
    return "\n".join(parts).rstrip() + "\n"


def _example(url: str, proof: dict[str, str], id_header: str) -> str:
    kind = proof["kind"]
    text = OTHER
    more = f' \\\n      -H "{id_header}: $(openssl rand -hex 12)"' if id_header else ""
    if kind == "standard_webhooks":
        text = STANDARD
    elif kind == "hmac":
        encoding = ENCODINGS[proof["encoding"] or "hex"]
        text = HMAC.format(
            encoding=encoding, header=proof["header"], prefix=proof["prefix"], more=more
        )
    elif kind == "static":
        text = STATIC.format(header=proof["header"], prefix=proof["prefix"], more=more)
    elif kind == "bearer":
        text = STATIC.format(header="Authorization", prefix="Bearer ", more=more)
    elif kind == "basic":
        text = BASIC.format(more=more)
    return text if text is OTHER else SETUP.format(url=url) + text
