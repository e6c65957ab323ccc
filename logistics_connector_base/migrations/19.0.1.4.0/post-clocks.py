"""The policies that are shipped stay archived where cases are worked already: these were opened
under no promise, and all of them would be late, and escalate, as soon as their severity is reckoned
anew. Runs before cases are brought to desks (post-desks.py), which reckons clocks, too."""

from odoo import SUPERUSER_ID, api

SHIPPED = ("critical", "major", "minor", "warning")


def migrate(cr, version):
    if not version:
        return
    env = api.Environment(cr, SUPERUSER_ID, {})
    for name in SHIPPED:
        policy = env.ref(f"logistics_connector_base.sla_policy_{name}", raise_if_not_found=False)
        if policy:
            policy.active = False
