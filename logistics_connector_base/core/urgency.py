# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""What a message speaks of, as far as it decides which of two waiting messages is worked first."""

from collections.abc import Collection, Iterator, Mapping
from typing import NamedTuple

from .canonical import ParsedMessage

POD_KINDS = frozenset({"pod", "signature", "photo"})
POD_CODE = "DOC_POD"


class SpokenCode(NamedTuple):
    """A code as a message has it: ours (``code``) where it names one, and the partner's own."""

    issuer: str
    code: str
    raw_code: str = ""
    raw_sub_code: str = ""


def spoken_codes(parsed: ParsedMessage) -> Iterator[SpokenCode]:
    """The codes of a message that was parsed; a proof of delivery inside an event is one, too."""
    for event in parsed.events:
        yield SpokenCode(event.issuer, event.code, event.raw_code, event.raw_sub_code)
        if any(document.kind in POD_KINDS for document in event.documents):
            yield SpokenCode(event.issuer, POD_CODE)


def is_urgent(
    spoken: SpokenCode, urgent: Collection[str], translations: Mapping[tuple[str, str], str]
) -> bool:
    """Whether a code is among the ``urgent`` ones of the taxonomy, by itself or translated.

    ``translations`` maps (raw code, raw sub code) of this issuer to canonical codes; a row with
    the sub code "" stands for any. A code that nobody has mapped is not urgent.
    """
    if spoken.code in urgent:
        return True
    raw_code = spoken.raw_code or spoken.code
    canonical = translations.get((raw_code, spoken.raw_sub_code)) or translations.get(
        (raw_code, "")
    )
    return canonical in urgent
