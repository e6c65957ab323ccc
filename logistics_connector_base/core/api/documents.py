# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""The description of the API as it is served: made once in a process from the schemas' files."""

import base64
import hashlib
import json
from functools import lru_cache
from pathlib import Path

from . import openapi, page

FOLDER = Path(__file__).parents[2]
SCHEMAS = FOLDER / "schemas"


@lru_cache(maxsize=1)
def schemas() -> tuple[dict, dict]:
    """Of the answers, and of messages in canonical JSON."""
    names = ("api-1.0.json", "canonical-events-1.0.json")
    answers, events = (json.loads((SCHEMAS / name).read_text(encoding="utf-8")) for name in names)
    return answers, events


@lru_cache(maxsize=1)
def document() -> dict:
    """The OpenAPI document; not to be changed."""
    return openapi.build(*schemas())


@lru_cache(maxsize=1)
def openapi_json() -> bytes:
    """The document as it is served."""
    return json.dumps(document(), ensure_ascii=False).encode()


@lru_cache(maxsize=1)
def _style() -> str:
    return (FOLDER / "static" / "api" / "docs.css").read_text(encoding="utf-8")


@lru_cache(maxsize=1)
def html() -> bytes:
    """The page for people."""
    return page.render(document(), _style()).encode()


@lru_cache(maxsize=1)
def security_policy() -> str:
    """What the page may load: its own style, nothing else."""
    digest = base64.b64encode(hashlib.sha256(_style().encode()).digest()).decode()
    return f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
