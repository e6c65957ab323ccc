# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""Personal data in what partners send: found by the names of its fields and by patterns, and masked
for people who need not know it (GDPR art. 5(1)(c), 25(2)).

Masking errs on the side of hiding: a depot's name that is masked costs a look at the event, a
person's name that is shown cannot be taken back. Town, state and country stay readable, as work
needs them and they tell no one person from another.
"""

import json
import re
from collections.abc import Iterable
from typing import Any

from lxml import etree

MASK = "***"
MAX_DEPTH = 64
# A string this long without a blank is a picture or a document in base64.
BLOB = re.compile(r"[A-Za-z0-9+/=_-]{120,}")

# Names of fields, without anything but letters and digits, in lower case. Whole names or, with
# ".*", beginnings and ends of names.
_PERSONAL_KEY = re.compile(
    r"""
      signed(for)?(by)?(name)?|signer.*|signatory.*|signee.*|signature.*|receivedby.*|deliveredto.*
    | acceptedby.*|leftwith.*|handedto.*|collectedby.*|podname.*|unterschrift.*|firma(nte|do).*
    | (first|last|middle|given|family|sur|full|maiden|nick|contact|person|recipient|receiver
      |consignee|consignor|addressee|sender|shipper|customer|buyer|driver|attention|holder|user
      |party|neighbou?r|owner|employee)s?name\d*
    | forename|salutation|attn|attention(to)?|careof|co|vorname|nachname|apellidos?|nombre|prenom
    | .*e?mail(address)?s?|.*(tele|mobile|cell|smart)?phone(number|no)?s?|tel|telno|.*telefono?
    | mobile(number|no)?|fax.*|msisdn|whatsapp.*|contactdetails?
    | street.*|.*street(name|line|number|no)?\d*|strasse|calle|rue|.*addr(ess)?(line)?s?\d*
    | house(number|no|nr)?|hausnummer|apartment|flat|suite|floor|door.*|building|pobox
    | (postal|post|zip)code|zip|plz|postcode|cp|lat|latitude|lng|lon|long|longitude|geo.*|gps.*
    | coordinates?|position|what3words
    | (date)?of?birth.*|birth.*|dob|passport.*|ssn|nationalid.*|id(card|document)(number|no)?
    | dni|nif|bsn|curp|rfc|taxid|vat(id|number|no)?|eori|iban|bic|bankaccount.*|licen[cs]eplate.*
    | ip(address)?|deviceid
    | notes?|comments?|remarks?|.*instructions?|freetext|greeting|giftmessage
    | image(data)?|photo.*|picture.*|contentbase64|base64.*|.*base64|filename|document(name|data)
    """,
    re.VERBOSE,
)
# Under these every name is a person's (or may be one).
_PERSON = re.compile(
    r"recipient.*|receiver.*|consignee.*|consignor.*|addressee.*|shipper.*|sender.*|customers?"
    r"|contacts?|contactinfo.*|persons?|people|buyer|seller|to|from|shipto.*|shipfrom.*|deliverto.*"
    r"|deliveryto|billto.*|soldto.*|payer|part(y|ies)|driver.*|neighbou?rs?|holder|user|who"
    r"|.*address(es)?|place|location|destination|origin|stop|people|signer|signatory|pod"
    r"|proofofdelivery|deliveryproof"
)
_NAME = re.compile(
    r"(display|short|legal)?name\d*|title|label|company(name)?|text|value|description"
)
# Inside a person's data these say nothing about who it is.
_HARMLESS = re.compile(
    r"city|town|locality|state|province|region|country.*|type|code|kind|role|status|qualifier"
    r"|timezone|residential|language|locale"
)

_EMAIL = re.compile(r"[^\s@<>\"'(),:;\\\[\]]+@[^\s@<>\"'(),:;\\\[\]]+\.[^\W\d_]{2,}")
_PHONE = re.compile(
    r"(?<![\w+])(?:\+|00)\d[\d\s()./-]{5,}\d(?!\w)"
    r"|(?<!\w)\(0\d{1,5}\)\s*\d[\d\s/-]{3,}\d(?!\w)"
    r"|(?<![\w.:/-])0\d{1,4}[ /-]\d(?:[\d ]{3,}|[\d /-]{5,})\d(?![\w:])",
)
_PHONE_AFTER_WORD = re.compile(
    r"(?i)\b(tel|telephone|phone|mobile|cell|call|fax|tlf|mob|handy)\b([\s:.=]{0,3})(\+?\d[\d\s()./-]{4,}\d)"
)
_DATE = re.compile(r"0\d[-/ .]\d\d[-/ .](?:19|20)\d\d")
# What stands before a person's name in the texts of carriers; the rest of the clause is hidden.
_LEAD_IN = re.compile(
    r"(?i)\b(signed\s+(?:for\s+)?by|received\s+by|accepted\s+by|collected\s+by|picked\s+up\s+by"
    r"|delivered\s+to|handed\s+(?:over\s+)?to|given\s+to|left\s+with|released\s+to|signature"
    r"|recipient|consignee|receiver|attn|c/o|name|signer"
    r"|unterschrieben\s+von|unterschrift|empfangen\s+von|empf[äa]nger|[üu]bergeben\s+an"
    r"|abgegeben\s+bei|zugestellt\s+an|quittiert\s+von"
    r"|sign[ée]e?\s+par|remis\s+[àa]|re[çc]u\s+par|livr[ée]\s+[àa]|destinataire"
    r"|firmado\s+por|recibido\s+por|entregado\s+a|destinatario"
    r"|ontvangen\s+door|getekend\s+door|afgegeven\s+aan|afgeleverd\s+bij|ontvanger"
    r"|firmato\s+da|ricevuto\s+da|consegnato\s+a|assinado\s+por|recebido\s+por|entregue\s+a"
    r"|podpisan[oy]\s+przez|odebran[aeo]\s+przez|odbiorca)\b(\s*[:=-]?\s*)([^,;()|\n]+)"
)

# Segments with names, addresses and free text (UN/EDIFACT D.96A, ASC X12 4010).
_EDIFACT_PERSONAL = ("NAD", "CTA", "COM", "FTX")
_X12_PERSONAL = ("N1", "N2", "N3", "N4", "PER", "NTE", "MSG", "G61")
_WITH_QUALIFIER = ("NAD", "N1")  # whose: consignee, shipper


def is_personal_key(name: str) -> bool:
    """Whether a field of this name holds personal data: "receivedBy", "delivery_address_1"."""
    return bool(_PERSONAL_KEY.fullmatch(_plain(name)))


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", str(name).rpartition("}")[2].rpartition(":")[2].lower())


def mask_text(text: str, names: Iterable[str] = ()) -> str:
    """A sentence with e-mails, phone numbers and names hidden.

    Names are known by what stands before them ("signed by …", in nine languages), or because they
    are given: ``names`` are people of whom the record itself knows. A name that stands alone in a
    sentence cannot be told from another word; whoever shows such text says so.
    """
    if not text:
        return text or ""
    text = _EMAIL.sub(MASK, text)
    text = _PHONE_AFTER_WORD.sub(rf"\1\2{MASK}", text)
    text = _PHONE.sub(_mask_phone, text)
    for name in names:
        for word in (name or "").split():
            if len(word) >= 3:
                text = re.sub(rf"(?i)(?<!\w){re.escape(word)}(?!\w)", MASK, text)
    return _LEAD_IN.sub(lambda m: f"{m.group(1)}{m.group(2)}{MASK}", text)


def _mask_phone(match: re.Match) -> str:
    digits = sum(char.isdigit() for char in match.group())
    # No number has more than 15 digits (ITU-T E.164); an SSCC has 18, and begins with 00 as well.
    return match.group() if digits > 15 or _DATE.match(match.group()) else MASK


def mask_value(value: Any, key: str = "", in_person: bool = False, depth: int = 0) -> Any:
    """A JSON value with the personal data in it replaced by "***"; shape and other values stay.

    ``key``: under which name the value stood; ``in_person``: inside an object about a person.
    Idempotent. Deeper than MAX_DEPTH everything is hidden.
    """
    if depth > MAX_DEPTH:
        return MASK
    plain = _plain(key)
    if isinstance(value, dict):
        inside = in_person or bool(_PERSON.fullmatch(plain)) or is_personal_key(key)
        return {
            name: mask_value(item, str(name), inside, depth + 1) for name, item in value.items()
        }
    if isinstance(value, list | tuple):
        return [mask_value(item, key, in_person, depth + 1) for item in value]
    if value is None or isinstance(value, bool) or value == "":
        return value
    if is_personal_key(key):
        return MASK
    if _PERSON.fullmatch(plain) or (in_person and _NAME.fullmatch(plain)):
        return MASK
    if in_person and not _HARMLESS.fullmatch(plain) and isinstance(value, str) and " " in value:
        return MASK  # words of a person's record under a name that nobody foresaw
    return _mask_string(value, depth) if isinstance(value, str) else value


def _mask_string(text: str, depth: int) -> str:
    if text[:1] in "{[":
        try:  # JSON inside a string of JSON
            inner = json.loads(text)
        except (ValueError, RecursionError):
            inner = None
        if isinstance(inner, dict | list):
            return json.dumps(mask_value(inner, depth=depth + 1), ensure_ascii=False)
    return mask_text(BLOB.sub(MASK, text))


def pretty(body: bytes, masked: bool, limit: int) -> str:
    """A message's body as text for the screen: JSON and XML indented, EDI a segment a line.

    :param bool masked: hide personal data (by structure where there is one, else by patterns)
    :param int limit: characters shown; what is beyond is cut and "…" added. Masking comes first.
    Never raises. NUL is shown as a symbol.
    """
    text = _pretty(body, masked)
    text = text.replace("\x00", "\N{SYMBOL FOR NULL}")
    text = re.sub("[\ud800-\udfff]", "\N{REPLACEMENT CHARACTER}", text)
    return text if len(text) <= limit else text[:limit] + "\n…"


def _pretty(body: bytes, masked: bool) -> str:
    for reader in (_as_json, _as_xml, _as_edi):
        try:
            text = reader(body, masked)
        except (ValueError, RecursionError, etree.LxmlError):
            continue
        if text is not None:
            return text
    text = body.decode("utf-8", "replace")
    return mask_text(BLOB.sub(MASK, text)) if masked else text


def _as_json(body: bytes, masked: bool) -> str | None:
    if body.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] not in (b"{", b"["):
        return None
    value = json.loads(body.decode("utf-8-sig", "replace"))
    return json.dumps(mask_value(value) if masked else value, indent=2, ensure_ascii=False)


def _as_xml(body: bytes, masked: bool) -> str | None:
    if body.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] != b"<" or b"<!DOCTYPE" in body[:4096].upper():
        return None
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_blank_text=True,
    )
    root = etree.fromstring(body, parser)
    if masked:
        _mask_element(root, False)
    return etree.tostring(root, encoding="unicode", pretty_print=True).rstrip("\n")


def _mask_element(element: Any, in_person: bool) -> None:
    if not isinstance(element.tag, str):
        element.text = MASK  # a comment may hold anything
        return
    key = element.tag
    inside = in_person or bool(_PERSON.fullmatch(_plain(key))) or is_personal_key(key)
    if len(element):
        element.text = mask_text(element.text or "") or None
    elif element.text:
        element.text = str(mask_value(element.text, key, in_person))
    for name, value in element.attrib.items():
        element.attrib[name] = str(mask_value(value, name, inside))
    for child in element:
        _mask_element(child, inside)
        if child.tail and child.tail.strip():
            child.tail = mask_text(child.tail)


def _as_edi(body: bytes, masked: bool) -> str | None:
    head = body.lstrip()[:3]
    text = body.decode("utf-8", "replace").strip()
    if head == b"UNB" or (head == b"UNA" and len(text) > 8):
        end, separator = (text[8], text[4]) if head == b"UNA" else ("'", "+")
        personal = _EDIFACT_PERSONAL
    elif head == b"ISA" and len(text) > 105:
        end, separator, personal = text[105], text[3], _X12_PERSONAL
    else:
        return None
    lines = []
    for segment in text.split(end):
        segment = segment.strip()
        parts = segment.split(separator)
        if masked and parts[0] in personal:
            kept = 2 if parts[0] in _WITH_QUALIFIER and len(parts) > 2 else 1
            segment = separator.join([*parts[:kept], MASK])
        elif masked:
            segment = mask_text(segment)
        if segment:
            lines.append(segment + end)
    return "\n".join(lines)
