"""One parsed event on its way from a message to a shipment."""

from dataclasses import dataclass, replace
from datetime import UTC

from ..core.canonical import ParsedEvent
from ..core.corrections import part_of
from ..core.instants import plausible
from ..core.urgency import POD_CODE, POD_KINDS

UNMAPPED = "TRK_INFO"  # a code nobody has mapped yet is history without effect (law 7)


@dataclass(slots=True)
class Item:
    """What an event came with (``message``: the logistics.message) and what was found out about it.

    ``why`` is the verdict of the match: matched, unknown or ambiguous; ``matched_by`` the type of
    the reference that decided. ``content`` digests what the event states; ``is_disputed`` says
    that another content came first under its id, and ``rival`` is the fingerprint of that one.
    ``is_heard``: a withdrawal that names no shipment, and whose event is known.
    """

    message: object
    parsed: ParsedEvent
    fingerprint: str
    code: str = UNMAPPED
    reason_id: int | None = None
    reason_stated: bool = False
    mapping_id: int | None = None
    classifier: str = "actual"
    unmapped: bool = False
    implausible: bool = False
    shipment_id: int | None = None
    why: str = ""
    matched_by: str = ""
    event_id: int | None = None
    content: str = ""
    is_disputed: bool = False
    rival: str | None = None
    is_heard: bool = False

    @property
    def raw_code(self):
        return self.parsed.raw_code or self.parsed.code

    @property
    def number(self):
        """The number under which people know the shipment."""
        for kind in ("tracking", "master_tracking", "waybill", "sscc"):
            for reference in self.parsed.references:
                if reference.type == kind:
                    return reference.value
        first = self.parsed.references[:1]
        return first[0].value if first else self.parsed.shipment_key


def with_documents_apart(events):
    """The events, with each proof of delivery as a fact of its own (it sets "POD received"), also
    where the carrier hands it over inside the delivery scan.

    :param events: iterable of ParsedEvent
    :rtype: iterator of ParsedEvent
    """
    for event in events:
        proofs = tuple(d for d in event.documents if d.kind in POD_KINDS)
        if not proofs or event.code == POD_CODE:
            yield event
            continue
        others = tuple(d for d in event.documents if d.kind not in POD_KINDS)
        yield replace(event, documents=others)
        yield replace(
            event,
            code=POD_CODE,
            raw_code=f"{event.raw_code or event.code}#document",
            classifier="actual",
            # A part of the scan: withdrawn and replaced with it.
            source_id=part_of(event.source_id, "document"),
            estimated_delivery=None,
            estimated_from=None,
            documents=proofs,
        )


def is_implausible(item):
    """Whether a person must decide about the time of an event. Estimates may lie in the future, so
    this is asked after the mapping has said how sure the event is."""
    event = item.parsed
    if event.retracts:
        # A withdrawal needs no time of its own, and may repeat the very time that was wrong.
        return False
    received = item.message.received_at.replace(tzinfo=UTC)
    if event.recorded and not plausible(event.recorded, received):
        # The newest record wins: one from a clock that is ahead would win for days.
        return item.classifier != "actual" or bool(event.revision)
    estimate = event.estimated_delivery if item.classifier != "actual" else None
    if estimate and not plausible(estimate, received, item.classifier):
        return True
    return event.occurred is None or not plausible(event.occurred, received, item.classifier)
