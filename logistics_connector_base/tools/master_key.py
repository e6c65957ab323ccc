"""The master key that encrypts secrets at rest lies outside the database: in odoo.conf
(``logistics_master_key``) or in the environment (``LOGISTICS_MASTER_KEY``), so that a dump of the
database alone opens nothing. Several keys, separated by commas, allow rotation: the first encrypts,
all decrypt."""

import os

from odoo.tools import config

from ..core.secretbox import SecretBox, SecretBoxError


def secret_box():
    """The box made from the configured key.

    :raises SecretBoxError: no key is configured; nothing is stored or accepted then
    """
    text = os.environ.get("LOGISTICS_MASTER_KEY") or config.get("logistics_master_key") or ""
    keys = [key.strip() for key in text.split(",") if key.strip()]
    if not keys:
        raise SecretBoxError(
            "No master key is configured. Put logistics_master_key into odoo.conf "
            "(see docs/operations.md) and restart Odoo."
        )
    return SecretBox(keys)
