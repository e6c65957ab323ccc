"""The intake: one function for every channel. The controller calls it, and so will file pick-up,
mail, EDI gateways and pollers.

Law 1: it returns only after the raw bytes are committed. Law 2: nothing is parsed here.
"""

import logging
import uuid
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from ..core import identity, masking, verifiers
from ..core.trace import correlation_of
from ..tools import trail
from ..tools.master_key import open_secret, secret_box
from . import store, waker
from .contracts import BROKEN

_logger = logging.getLogger(__name__)

# Headers worth keeping as proof; secrets among them are masked (law 9).
MAX_HEADERS = 60
MAX_HEADER_VALUE = 2000


@dataclass(frozen=True, slots=True)
class Receipt:
    """The fate of a message that was filed: ``outcome`` is accepted, duplicate, conflict or
    rejected (it breaks its contract: nobody works it)."""

    outcome: str
    receipt: str
    correlation_id: str
    message_id: int | None


class NotAuthentic(Exception):
    """The call does not prove that it is the partner's."""


def verify(profile, call):
    """Check a call against the connection's proofs, over the raw bytes, in constant time.

    :param IntakeProfile|None profile: None for an unknown token: the same work is done in vain
    :param Call call: the call as it came
    :return: the id of the credential that fits; None when no stored secret was needed
    :raises NotAuthentic: a proof is missing, wrong or malformed, or there is no usable secret
    :raises SecretBoxError: no master key, or one that does not fit
    :raises Unavailable: it cannot be known now
    """
    secret_box()  # without a master key nothing is verified, whatever the proofs
    usable = _usable(profile, call)
    proofs = _opened(profile, call)
    try:
        found = verifiers.prove(proofs, profile.needs_all if profile else True, call)
    except verifiers.Unavailable:
        raise
    except Exception:
        # A verifier must not raise; if one does, the call is not authentic and we hear of it.
        _logger.exception("a verifier failed on connection %s", profile and profile.connection_id)
        found = None
    if found is None:
        raise NotAuthentic
    return next(
        (
            usable[n][index].credential_id
            for n, index in enumerate(found)
            if (index or 0) >= 0 and index is not None
        ),
        None,
    )


def _usable(profile, call):
    """The secrets that are valid when a call comes, for each proof."""
    moment = datetime.fromtimestamp(call.now, UTC).replace(tzinfo=None)
    return [proof.valid_secrets(moment) for proof in (profile.proofs if profile else ())]


def _opened(profile, call):
    """Scheme and keys of each proof, as ``verifiers.prove`` takes them."""
    return [
        (proof.scheme, [open_secret(secret.encrypted).encode() for secret in secrets])
        for proof, secrets in zip(
            profile.proofs if profile else (), _usable(profile, call), strict=True
        )
    ]


@dataclass(frozen=True, slots=True)
class FailedProof:
    """Why a call to a known address was not authentic: a Shortfall for each proof that it did not
    bring (``proofs``: the proof's position and what it lacked), and which headers came instead."""

    proofs: tuple[tuple[int, verifiers.Shortfall], ...]
    headers: tuple[str, ...]


def explain(profile, call):
    """What a call that is not authentic lacked, for the connection's administrator.

    :rtype: FailedProof
    """
    lacking = []
    for number, (scheme, keys) in enumerate(_opened(profile, call)):
        # Those that reach beyond the process are not asked a second time.
        if scheme.has_effects or scheme.verify(keys, call) is None:
            lacking.append((number, verifiers.shortfall(scheme, call)))
    return FailedProof(tuple(lacking), verifiers.telling_headers(call.headers.keys()))


def accept(
    dbname,
    profile,
    body,
    headers,
    content_type="",
    channel="webhook",
    credential_id=None,
    judgement=None,
):
    """File an authentic message durably and wake its processing.

    :param str dbname: the database
    :param IntakeProfile profile: the connection
    :param bytes body: the raw bytes, exactly as they came
    :param headers: mapping of the transport's headers (may be empty for files)
    :param Judgement|None judgement: why it breaks its contract and is refused (``.contracts``)
    :rtype: Receipt
    :raises psycopg2.Error: it is not certain that the message is filed: do not acknowledge
    """
    external_id = (
        (headers.get(profile.message_id_header) or "") if profile.message_id_header else ""
    )
    digest = identity.digest(body)
    key = identity.message_identity(external_id, "", digest)
    # A partner that traces knows the story already; what it says of it changes nothing else.
    correlation_id = correlation_of(headers.get("traceparent")) or str(uuid.uuid4())
    arrival = store.arrival(
        profile,
        channel,
        key.identity,
        body,
        revision=key.revision,
        external_id=external_id[:255],
        digest=digest,
        content_type=content_type[:120],
        headers=_headers_to_keep(profile, headers),
        credential_id=credential_id,
        correlation_id=correlation_id,
    )
    if judgement:
        arrival = replace(
            arrival,
            contract_id=judgement.held.contract_id,
            message_type=judgement.held.message_type[:100],
            error_class=BROKEN,
            error_text=judgement.text,
        )
    receipt = _file(dbname, arrival)
    trail.note(
        "received",
        outcome=receipt.outcome,
        correlation_id=receipt.correlation_id,
        message_id=receipt.message_id,
        connection_id=profile.connection_id,
        channel=channel,
        bytes=len(body),
    )
    return receipt


def _file(dbname, arrival):
    message_id = store.insert(dbname, arrival)
    if message_id:
        if not arrival.is_refused:
            waker.wake(dbname)
        if arrival.credential_id:
            waker.note_used(dbname, arrival.credential_id)
        outcome = "conflict" if arrival.is_conflict else "accepted"
        outcome = "rejected" if arrival.is_refused else outcome
        return Receipt(outcome, arrival.receipt, arrival.correlation_id, message_id)
    known = store.seen_again(dbname, arrival)
    if known is None:  # purged between the two statements: it is new after all
        return _file(dbname, arrival)
    digest, message_id, receipt, correlation_id, state = known
    if digest == arrival.digest or arrival.is_conflict:
        outcome = "duplicate"
        if state == "rejected":
            # A copy gets the answer of the first one, unless the contract was mended meanwhile.
            if arrival.is_refused:
                outcome = "rejected"
            elif store.take_after_all(dbname, arrival, message_id):
                waker.wake(dbname)
        return Receipt(outcome, receipt or "", correlation_id or "", message_id)
    # Same identity, other content, no declared revision: kept for the workbench, never dropped.
    # Its own content becomes its revision, so that copies of the conflict are duplicates of it.
    conflict = replace(arrival, is_conflict=True, revision=f"#{arrival.digest}")
    return _file(dbname, conflict)


def _headers_to_keep(profile, headers):
    kept = masking.mask_headers(dict(headers.items()), profile.secret_headers)
    return {
        name[:120]: value[:MAX_HEADER_VALUE] for name, value in list(kept.items())[:MAX_HEADERS]
    }
