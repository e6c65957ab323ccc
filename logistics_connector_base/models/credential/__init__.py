from . import (
    logistics_key_set,
    logistics_verifier,
    logistics_credential,
    logistics_access,
    logistics_access_token,
    logistics_credential_access,
    logistics_credential_end,
    logistics_nonce,
    logistics_connection_proofs,
    logistics_connection_access,
)
