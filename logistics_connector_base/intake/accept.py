"""The intake: one function for every channel. The controller calls it, and so will file pick-up,
mail, EDI gateways and pollers.

Law 1: it returns only after the raw bytes are committed. Law 2: nothing is parsed here.
"""

import uuid
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from ..core import identity, masking, signatures
from ..tools.master_key import secret_box
from . import store, waker

# Headers worth keeping as proof; secrets among them are masked (law 9).
MAX_HEADERS = 60
MAX_HEADER_VALUE = 2000


@dataclass(frozen=True, slots=True)
class Receipt:
    """The fate of an accepted message: ``outcome`` is accepted, duplicate or conflict."""

    outcome: str
    receipt: str
    correlation_id: str
    message_id: int | None


class NotAuthentic(Exception):
    """The call does not prove that it is the partner's."""


def verify(profile, headers, body, now=None):
    """Check a call against the connection's verifier, over the raw bytes, in constant time.

    :param IntakeProfile|None profile: None for an unknown token: the same work is done in vain
    :param headers: mapping with case-insensitive ``get``
    :param float now: unix time, for schemes that sign a time
    :return: the credential's id
    :raises NotAuthentic: bad, missing or malformed signature, no usable secret
    """
    usable = profile.valid_secrets() if profile else []
    box = secret_box()
    keys = [box.decrypt(secret.encrypted).encode() for secret in usable]
    verifier = profile.verifier if profile else "hmac"
    header = headers.get(profile.signature_header) if profile and profile.signature_header else None
    if verifier == "standard_webhooks":
        index = signatures.standard_webhooks(
            keys,
            body,
            headers.get("webhook-id") or "",
            headers.get("webhook-timestamp") or "",
            headers.get("webhook-signature") or "",
            now,
        )
    elif verifier == "static":
        index = signatures.static_token(keys, header or "")
    else:
        index = signatures.hmac_sha256(
            keys,
            body,
            header or "",
            encoding=profile.signature_encoding if profile else "hex",
            prefix=profile.signature_prefix if profile else "",
        )
    if index is None:
        raise NotAuthentic
    return usable[index].credential_id


def accept(dbname, profile, body, headers, content_type="", channel="webhook", credential_id=None):
    """File an authentic message durably and wake its processing.

    :param str dbname: the database
    :param IntakeProfile profile: the connection
    :param bytes body: the raw bytes, exactly as they came
    :param headers: mapping of the transport's headers (may be empty for files)
    :rtype: Receipt
    :raises psycopg2.Error: it is not certain that the message is filed: do not acknowledge
    """
    external_id = (
        (headers.get(profile.message_id_header) or "") if profile.message_id_header else ""
    )
    digest = identity.digest(body)
    key = identity.message_identity(external_id, "", digest)
    correlation_id = str(uuid.uuid4())
    arrival = store.Arrival(
        connection_id=profile.connection_id,
        company_id=profile.company_id,
        provider=profile.provider,
        channel=channel,
        identity=key.identity,
        revision=key.revision,
        external_id=external_id[:255],
        digest=digest,
        content=body,
        content_type=content_type[:120],
        headers=_headers_to_keep(profile, headers),
        credential_id=credential_id,
        received_at=datetime.now(UTC).replace(tzinfo=None),
        receipt=uuid.uuid4().hex,
        correlation_id=correlation_id,
    )
    return _file(dbname, arrival)


def _file(dbname, arrival):
    message_id = store.insert(dbname, arrival)
    if message_id:
        waker.wake(dbname)
        outcome = "conflict" if arrival.is_conflict else "accepted"
        return Receipt(outcome, arrival.receipt, arrival.correlation_id, message_id)
    known = store.seen_again(dbname, arrival)
    if known is None:  # purged between the two statements: it is new after all
        return _file(dbname, arrival)
    digest, message_id, receipt, correlation_id = known
    if digest == arrival.digest or arrival.is_conflict:
        return Receipt("duplicate", receipt or "", correlation_id or "", message_id)
    # Same identity, other content, no declared revision: kept for the workbench, never dropped.
    # Its own content becomes its revision, so that copies of the conflict are duplicates of it.
    conflict = replace(arrival, is_conflict=True, revision=f"#{arrival.digest}")
    return _file(dbname, conflict)


def _headers_to_keep(profile, headers):
    secret_names = {profile.signature_header} if profile.verifier == "static" else set()
    kept = masking.mask_headers(dict(headers.items()), secret_names)
    return {
        name[:120]: value[:MAX_HEADER_VALUE] for name, value in list(kept.items())[:MAX_HEADERS]
    }
