"""The master key that encrypts secrets at rest lies outside the database: in odoo.conf
(``logistics_master_key``) or in the environment (``LOGISTICS_MASTER_KEY``), so that a dump of the
database alone opens nothing. Several keys, separated by commas, allow rotation: the first encrypts,
all decrypt."""

import os
from functools import lru_cache

from odoo.tools import config

from ..core.secretbox import SecretBox, SecretBoxError


def secret_box():
    """The box made from the configured key.

    :raises SecretBoxError: no key is configured; nothing is stored or accepted then
    """
    return _box(_configured())


def open_secret(token):
    """The plain text of a stored secret, remembered by its ciphertext and the key in this process.

    :raises SecretBoxError: no key is configured, or none fits
    """
    return _opened(_configured(), token)


def _configured():
    return os.environ.get("LOGISTICS_MASTER_KEY") or config.get("logistics_master_key") or ""


@lru_cache(maxsize=4)
def _box(text):
    keys = [key.strip() for key in text.split(",") if key.strip()]
    if not keys:
        raise SecretBoxError(
            "No master key is configured. Put logistics_master_key into odoo.conf "
            "(see docs/operations.md) and restart Odoo."
        )
    return SecretBox(keys)


# Opening one costs as much as all the rest of a signature's check. Errors are not remembered.
@lru_cache(maxsize=1024)
def _opened(keys, token):
    return _box(keys).decrypt(token)
