from odoo import api, models

from ..core.database_upkeep import (
    HELD_SECONDS,
    URGENT_SECONDS,
    Holder,
    Table,
    held,
    neglected,
)

# Written with each message; see init of logistics.message in base.
HOT_TABLES = (
    "logistics_message",
    "logistics_message_key",
    "logistics_parked_reference",
    "logistics_shipment",
    "queue_job",
)
LIMIT_PARAMETER = "logistics_connector_monitoring.held_seconds"
# Other roles' sessions show their age in transactions only, unless Odoo's role is a member of
# pg_read_all_stats; autovacuum holds nothing back.
SESSIONS = """
SELECT 'session', concat_ws(', ', NULLIF(application_name, ''), usename), pid,
       COALESCE(state, ''), EXTRACT(EPOCH FROM clock_timestamp() - xact_start)::float,
       GREATEST(COALESCE(age(backend_xmin), 0), COALESCE(age(backend_xid), 0))
FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid()
      AND COALESCE(backend_type, '') <> 'autovacuum worker'
      AND (backend_xmin IS NOT NULL OR backend_xid IS NOT NULL)
"""
PREPARED = """
SELECT 'prepared', gid, NULL::int, '', EXTRACT(EPOCH FROM clock_timestamp() - prepared)::float,
       age(transaction)
FROM pg_prepared_xacts WHERE database = current_database()
"""
SLOTS = """
SELECT 'slot', slot_name, active_pid, '', NULL::float, age(xmin)
FROM pg_replication_slots WHERE xmin IS NOT NULL
"""
HOLDERS = " UNION ALL ".join((SESSIONS, PREPARED, SLOTS))
TABLES = """
SELECT relname, n_live_tup, n_dead_tup FROM pg_stat_user_tables
WHERE schemaname = current_schema() AND relname = ANY(%s) ORDER BY relname
"""
HELD_KEY, DEAD_KEY = "database:held", "database:dead-rows"


class LogisticsDatabaseUpkeep(models.AbstractModel):
    """Whether PostgreSQL can clean up behind the inbox: told on the health page, in the metrics,
    and by one exception that opens once and closes by itself."""

    _name = "logistics.database.upkeep"
    _description = "Database Upkeep"

    @api.model
    def _holders(self):
        """Sessions, prepared transactions and slots that may see the past; the youngest, too."""
        self.env.cr.execute(HOLDERS)
        return [Holder(*row) for row in self.env.cr.fetchall()]

    @api.model
    def _tables(self):
        self.env.cr.execute(TABLES, (list(HOT_TABLES),))
        return [Table(*row) for row in self.env.cr.fetchall()]

    @api.model
    def _held(self):
        """Who holds a snapshot longer than the limit, the oldest first."""
        limit = self.env["ir.config_parameter"].sudo().get_param(LIMIT_PARAMETER)
        return held(self._holders(), float(limit or HELD_SECONDS))

    @api.model
    def _problems(self):
        """What is wrong, as ``(key, sentence)``."""
        found, holders = [], self._held()
        if holders:
            found.append((HELD_KEY, self._held_text(holders)))
        tables = neglected(self._tables())
        if tables:
            found.append((DEAD_KEY, self._dead_text(tables)))
        return found

    def _held_text(self, holders):
        first = holders[0]
        who = f"{first.name} ({first.pid})" if first.pid else first.name
        if first.seconds is None:
            return self.env._(
                "%(who)s keeps PostgreSQL from cleaning up, %(count)s transactions back.",
                who=who,
                count=first.transactions,
            )
        return self.env._(
            "A transaction of %(who)s is open for %(seconds)d s (%(state)s): PostgreSQL cannot "
            "clean up, and the inbox gets slower.",
            who=who,
            seconds=first.seconds,
            state=first.state or self.env._("prepared"),
        )

    def _dead_text(self, tables):
        return self.env._(
            "Tables are not cleaned up: %s.",
            ", ".join(
                f"{table.name} ({table.dead} of {table.live + table.dead})" for table in tables
            ),
        )

    # -- the alert ----------------------------------------------------------------------------

    @api.model
    def _check(self):
        """Cron, each minute: open the exceptions of what is wrong, close those of what healed."""
        problems = dict(self._problems())
        exceptions = self.env["logistics.exception"].sudo()
        company = self.env["res.company"].sudo().search([], order="id", limit=1)
        opened = exceptions._report(
            [
                {
                    "type": "database_upkeep",
                    "key": key,
                    "name": text,
                    "company_id": company.id,
                    "detail": text,
                }
                for key, text in problems.items()
            ]
        )
        exceptions._resolve_keys(
            {HELD_KEY, DEAD_KEY} - problems.keys(), self.env._("PostgreSQL can clean up again.")
        )
        if self._is_urgent():
            opened._call_administrators()

    def _is_urgent(self):
        return any((holder.seconds or URGENT_SECONDS) >= URGENT_SECONDS for holder in self._held())
