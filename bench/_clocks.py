"""The clocks of the workbench with a million cases: what the cron costs when nothing is due, when
many live cases are due at once, and what it costs to reckon clocks anew."""

DUE = 20_000
# As after a night: their time is over, one leader is to be told of all of them.
OVERDUE = """
UPDATE logistics_exception SET
    sla_policy_id = l.policy_id, next_level_id = l.id,
    first_seen_at = now() - interval '30 days', responded_at = NULL,
    respond_due_at = now() - interval '29 days', resolve_due_at = now() - interval '2 hours',
    next_escalation_at = now() - interval '1 hour', severity = 'major', severity_rank = 3
FROM (SELECT v.id, v.policy_id FROM logistics_sla_level v
      JOIN logistics_sla_policy p ON p.id = v.policy_id
      WHERE p.min_severity = 'major' AND p.active ORDER BY v.id LIMIT 1) l
WHERE logistics_exception.id IN (
    SELECT id FROM logistics_exception WHERE is_open ORDER BY id DESC LIMIT %s)
"""
LEADER = """
UPDATE logistics_team SET user_id = (SELECT id FROM res_users WHERE login = 'bench_0')
"""
RUN = """
import time
start = time.perf_counter()
env["logistics.exception"]._review_clocks()
env.cr.commit()
seconds = time.perf_counter() - start
rows = env["logistics.exception.escalation"].search_count([])
left = env["logistics.exception"].search_count(
    [("is_open", "=", True), ("next_escalation_at", "<=", "now")])
activities = env["mail.activity"].search_count([("res_model", "=", "logistics.escalation.digest")])
result = (seconds, rows, left, activities)
"""
REFIT = """
import statistics, time
cases = env["logistics.exception"].search([("is_open", "=", True)], limit=1000, order="id")
times = []
for _round in range({rounds}):
    env.invalidate_all()
    start = time.perf_counter()
    cases._refit_clocks()
    env.flush_all()
    times.append(time.perf_counter() - start)
    env.cr.rollback()
result = statistics.median(times) * 1000
"""


def measure(inside, database):
    """``clocks_idle_ms``: the cron with nothing due; ``clocks_due_s``: its run with ``DUE`` live
    cases due; ``clocks_refit_1000_ms``: a thousand cases take the policy that fits them now."""
    figures = {"clocks_refit_1000_ms": inside.run(REFIT.format(rounds=5), timeout=600)}
    seconds, _rows, left, _activities = inside.run(RUN, timeout=600)
    if left:
        raise SystemExit(f"{left} cases are due that nobody made so; the figure means nothing")
    figures["clocks_idle_ms"] = seconds * 1000
    database.rows(LEADER)
    database.rows(OVERDUE, DUE)
    database.rows("VACUUM ANALYZE logistics_exception")
    seconds, rows, left, activities = inside.run(RUN, timeout=3600)
    if rows < DUE or left or activities != 1:
        raise SystemExit(f"{rows} escalated, {left} left, {activities} activities")
    return {**figures, "clocks_due": DUE, "clocks_due_s": seconds}
