# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""Whether an answer says that a message was taken: business words inside a technical success."""

from dataclasses import dataclass

from lxml import etree

from .canonical import ParseError
from .jsonsafe import clean_text, loads

ACCEPTED, REJECTED, SILENT = "accepted", "rejected", "silent"
YES = frozenset({"true", "1", "yes", "ok", "accepted", "success", "successful", "received"})
MAX_TEXT = 500


@dataclass(frozen=True, slots=True)
class Rules:
    """Where an answer says it. ``field``: names joined by dots, such as "result.status" (JSON) or
    "Envelope.Body.Ack.Status" (XML, without namespaces); a list's first entry counts. ``accepted``:
    the values that mean yes, in lower case; everything else means no. ``text_field``: why not."""

    field: str
    accepted: frozenset[str] = YES
    text_field: str = ""


def judge(body: bytes, rules: Rules) -> tuple[str, str]:
    """``(verdict, text)``: ACCEPTED, REJECTED with the partner's words, or SILENT where the answer
    cannot be read or does not hold the field: then nobody knows."""
    try:
        root = _read(body)
    except (ParseError, ValueError, etree.XMLSyntaxError):
        return SILENT, "the answer cannot be read"
    value = _find(root, rules.field)
    if value is None:
        return SILENT, f"the answer does not say “{rules.field}”"
    text = _find(root, rules.text_field) if rules.text_field else ""
    verdict = ACCEPTED if value.strip().lower() in rules.accepted else REJECTED
    return verdict, clean_text(text or value, MAX_TEXT)


def parse_values(text: str) -> frozenset[str]:
    """Values that mean yes, as an administrator writes them: separated by commas or blanks."""
    return frozenset((text or "").replace(",", " ").lower().split()) or YES


def _read(body: bytes) -> object:
    if body.lstrip()[:1] == b"<":
        if b"<!DOCTYPE" in body[:2000].upper():
            raise ValueError("a document type is not read")
        parser = etree.XMLParser(
            resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False
        )
        return etree.fromstring(body, parser)
    return loads(body)


def _find(root: object, path: str) -> str | None:
    steps = [step for step in path.split(".") if step]
    if isinstance(root, etree._Element):
        return _find_xml(root, steps)
    value = root
    for step in steps:
        while isinstance(value, list):
            value = value[0] if value else None
        value = value.get(step) if isinstance(value, dict) else None
    while isinstance(value, list):
        value = value[0] if value else None
    if value is None or isinstance(value, dict):
        return None
    return str(value).lower() if isinstance(value, bool) else str(value)


def _find_xml(root: etree._Element, steps: list[str]) -> str | None:
    if not steps or etree.QName(root).localname != steps[0]:
        return None
    element = root
    for step in steps[1:]:
        children = (child for child in element if isinstance(child.tag, str))
        element = next((c for c in children if etree.QName(c).localname == step), None)
        if element is None:
            return None
    return element.text or ""
