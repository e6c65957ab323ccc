# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""Proofs that a call is the partner's: pure functions over raw bytes and literal header text.

One module a scheme; ``KINDS`` names them as ``logistics.verifier`` does. A connection asks for all
or for one of its proofs; ``prove`` decides.
"""

from collections.abc import Sequence

from ..signatures import first_match
from .addresses import AddressList
from .call import KEYLESS, Call, Unavailable
from .client_certificate import ClientCertificate
from .hmac_body import HmacBody
from .hmac_time import HmacTime
from .http_signature import HttpSignature
from .jwt_bearer import JwtBearer
from .plain_hash import PlainHash
from .rsa_key_set import RsaKeySet
from .scheme import SECRET, SIGNED, WEAK, Scheme
from .shortfall import Shortfall, shortfall, telling_headers
from .standard import StandardWebhooks, StandardWebhooksEd25519
from .tokens import Basic, Bearer, QueryToken, StaticHeader

KINDS: dict[str, type[Scheme]] = {
    "standard_webhooks": StandardWebhooks,
    "standard_webhooks_ed25519": StandardWebhooksEd25519,
    "hmac": HmacBody,
    "hmac_time": HmacTime,
    "rsa_key_set": RsaKeySet,
    "plain_hash": PlainHash,
    "http_signature": HttpSignature,
    "static": StaticHeader,
    "bearer": Bearer,
    "basic": Basic,
    "jwt": JwtBearer,
    "client_certificate": ClientCertificate,
    "query": QueryToken,
    "addresses": AddressList,
}


def prove(
    proofs: Sequence[tuple[Scheme, Sequence[bytes]]], need_all: bool, call: Call
) -> list[int | None] | None:
    """What each proof found (the index of its secret, KEYLESS or None), or None: not authentic.

    All proofs are tried, whatever the others say, except that those which reach beyond the process
    are left out when they cannot change the answer. No proof at all proves nothing. Raises
    Unavailable.
    """
    found: list[int | None] = [None] * len(proofs)
    order = sorted(range(len(proofs)), key=lambda number: proofs[number][0].has_effects)
    done = []
    for number in order:
        scheme, keys = proofs[number]
        if scheme.has_effects and (
            (need_all and None in done) or (not need_all and any(f is not None for f in done))
        ):
            continue
        found[number] = scheme.verify(keys, call)
        done.append(found[number])
    if not proofs:
        first_match([], call.body, [])
    fits = [result is not None for result in found]
    return found if fits and (all(fits) if need_all else any(fits)) else None
