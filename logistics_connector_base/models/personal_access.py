"""Who sees personal data: one group for all screens, exports and calls."""

from odoo import SUPERUSER_ID

PERSONAL_GROUP = "logistics_connector_base.group_logistics_personal"
# For fields: the service account works with the facts as they are.
PERSONAL_FIELDS = f"{PERSONAL_GROUP},logistics_connector_base.group_logistics_service"


def sees_personal_data(env):
    """Whether the user of ``env`` may see names, addresses, phones and signatures.

    Asked of the user, not of the environment: what is computed as superuser for somebody is shown
    to that somebody.
    """
    return env.uid == SUPERUSER_ID or env.user.has_group(PERSONAL_GROUP)
