from dataclasses import dataclass
from datetime import datetime

from odoo import api, models
from odoo.tools import SQL

from ..core.detectors import Spell

# What every condition selects.
COLUMNS = ("subject", "key", "since", "until", "company_id", "connection_id")
MOST_SPELLS = 200_000  # a preview reads no more
# Where a case says whom it is about.
SUBJECT_FIELDS = {
    "logistics.shipment": "shipment_id",
    "logistics.connection": "connection_id",
    "logistics.message": "message_id",
}


@dataclass(frozen=True, slots=True)
class Holder:
    """A subject that holds a condition: its id, since when, whose it is."""

    subject: int
    key: str
    since: datetime
    company_id: int
    connection_id: int | None


class TooMany(Exception):
    """A preview found more spells than it reads."""


class LogisticsCondition(models.AbstractModel):
    """The contract of a detector's condition. Inherit it (``_inherit = "logistics.condition"``, own
    ``_name``), or one of its heirs, and make a ``logistics.detector`` that names it; nothing else
    has to know. See docs/detectors.md.

    A condition is one question to the database: *during which stretches of time did which subjects
    hold it*, with these thresholds. Whether it holds now, what a detector would have opened in the
    last 30 days, and what a test expects are all read from the same answer.
    """

    _name = "logistics.condition"
    _description = "Logistics Condition"

    # Its own ``_name`` where it only helps its heirs and cannot be asked itself.
    _half = "logistics.condition"
    # Model of the subjects.
    _subject = None
    # What thresholds may be told apart by: "connection", "service", "lane".
    _scopes = frozenset()
    # Whether a preview may look at some of the subjects only (``Question.every``).
    _can_sample = False
    # It follows from a partner's silence: held back while its whole connection is silent.
    _is_silence = False

    @api.model
    def _thresholds(self):
        """The numbers that it asks for.

        :return: iterable of ``core.detectors.Threshold``
        """
        return ()

    @api.model
    def _spells(self, question):
        """When the condition held, for whom.

        :param Question question: what is asked
        :return: SQL, a SELECT of ``subject`` (id), ``key`` (text: what is one case), ``since`` and
            ``until`` (naive UTC; NULL: it holds still), ``company_id``, ``connection_id``. A spell
            holds from ``since`` until just before ``until``; empty ones and overlapping ones are
            allowed. Only what may touch the question's looks is needed.
        """
        raise NotImplementedError

    @api.model
    def _estimate(self):
        """Why a preview is an estimate, as a sentence; "" where it is exact.

        Exact means: it counts what a detector that looks as often would have opened, as far as
        nobody has corrected events or dates since.
        """
        return ""

    @api.model
    def _about(self, subject):
        """Where a case belongs: values of ``logistics.exception`` beside company and connection.

        :param subject: record of ``_subject``
        """
        return {}

    @api.model
    def _subject_of(self, case):
        """The record that a case is about; none where it is gone.

        :param case: record of ``logistics.exception``
        """
        return case[SUBJECT_FIELDS[self._subject]]

    @api.model
    def _facts(self, subject):
        """What a person wants to know of a subject, one line each."""
        return []

    @api.model
    def _healed_words(self, subject):
        """What happened, when the condition does not hold any more."""
        return self.env._("It does not hold any more.")

    @api.model
    def _subject_name(self, subject):
        return subject.display_name or ""

    # -- asking -------------------------------------------------------------------------------

    @api.model
    def _short_name(self):
        return self._name.removeprefix("logistics.condition.")

    @api.model
    def _case_key(self, key):
        """The key of a case in the workbench."""
        return f"detected:{self._short_name()}:{key}"

    @api.model
    def _holding(self, question):
        """Those that hold the condition now, the longest first.

        :return: list of :class:`Holder`, one for each key
        """
        found = {}
        for row in self._ask_holding(question):
            holder = Holder(*row)
            if holder.key not in found or holder.since < found[holder.key].since:
                found[holder.key] = holder
        return sorted(found.values(), key=lambda holder: (holder.since, holder.subject))

    @api.model
    def _ask_holding(self, question):
        return self.env.execute_query(
            SQL(
                """
                SELECT subject, key, since, company_id, connection_id FROM (%(spells)s) spells
                WHERE since <= %(end)s AND (until IS NULL OR until > %(end)s)
                """,
                spells=self._spells(question),
                end=question.end,
            )
        )

    @api.model
    def _held(self, question):
        """All spells that a look may have seen, for a preview.

        :return: list of ``core.detectors.Spell``; ``rest`` is the ids of subject and company
        :raises TooMany: there are more than :data:`MOST_SPELLS`
        """
        rows = self.env.execute_query(
            SQL(
                """
                SELECT key, since, until, subject, company_id FROM (%(spells)s) spells
                WHERE since <= %(end)s AND (until IS NULL OR until > %(first)s AND until > since)
                LIMIT %(most)s
                """,
                spells=self._spells(question),
                end=question.end,
                first=question.first,
                most=MOST_SPELLS + 1,
            )
        )
        if len(rows) > MOST_SPELLS:
            raise TooMany
        return [Spell(key, since, until, tuple(rest)) for key, since, until, *rest in rows]
