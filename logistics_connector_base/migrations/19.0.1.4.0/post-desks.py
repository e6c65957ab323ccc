"""Open cases come to the desks; what waits has a pause, from now on: since when it waited and for
whom was not kept. Whoever works a case has answered it, nobody knows when better than its last
change."""

from odoo import SUPERUSER_ID, api

PORTION = 1000
WAITED = """
INSERT INTO logistics_exception_pause
    (exception_id, company_id, kind, started_at, create_uid, create_date, write_uid, write_date)
SELECT id, company_id, 'other', moment.now, 1, moment.now, 1, moment.now
FROM logistics_exception e,
     (SELECT date_trunc('second', now() AT TIME ZONE 'UTC') AS now) moment
WHERE state = 'waiting' AND waiting_for IS NULL
      AND NOT EXISTS (SELECT FROM logistics_exception_pause WHERE exception_id = e.id)
"""
WAITS = """
UPDATE logistics_exception SET waiting_for = 'other' WHERE state = 'waiting' AND waiting_for IS NULL
"""
ANSWERED = """
UPDATE logistics_exception SET responded_at = write_date
WHERE state IN ('in_progress', 'waiting') AND responded_at IS NULL
"""


def migrate(cr, version):
    if not version:
        return
    cr.execute(WAITED)
    cr.execute(WAITS)
    cr.execute(ANSWERED)
    env = api.Environment(cr, SUPERUSER_ID, {"tracking_disable": True})
    cases = env["logistics.exception"].search([("is_open", "=", True), ("team_id", "=", False)])
    for start in range(0, len(cases), PORTION):
        cases[start : start + PORTION]._assign_by_rules()
        env.flush_all()
        env.invalidate_all()
