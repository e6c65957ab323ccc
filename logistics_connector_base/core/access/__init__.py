# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""How we identify ourselves in calls to partners: the mirror of ``core.verifiers``, and as pure.

One module a kind; ``KINDS`` names them as ``logistics.access`` does.
"""

from .api_key import ApiKey, QueryKey
from .basic import Basic, BasicKey
from .bearer import Bearer
from .call import OutgoingCall
from .errors import NoAccess
from .hmac_body import HmacBody
from .hmac_time import HmacTime
from .http_signature import HttpSignature
from .method import CLIENT_SECRET, PURPOSES, SIGNING_KEY, TLS_KEY, TOKEN, AccessMethod
from .mutual_tls import MutualTls
from .oauth2 import OAuth2, RefreshToken
from .standard import StandardWebhooks, StandardWebhooksEd25519

KINDS: dict[str, type[AccessMethod]] = {
    "api_key": ApiKey,
    "basic": Basic,
    "basic_key": BasicKey,
    "bearer": Bearer,
    "oauth2": OAuth2,
    "oauth2_refresh": RefreshToken,
    "mutual_tls": MutualTls,
    "standard_webhooks": StandardWebhooks,
    "standard_webhooks_ed25519": StandardWebhooksEd25519,
    "hmac": HmacBody,
    "hmac_time": HmacTime,
    "http_signature": HttpSignature,
    "query": QueryKey,
}
