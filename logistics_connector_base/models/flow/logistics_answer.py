import logging
from datetime import timedelta

import psycopg2
from odoo import api, fields, models
from odoo.tools import SQL

from ...core.setbacks import MESSAGE, setback

_logger = logging.getLogger(__name__)

BATCH = 50
PAUSES = (5, 30, 120, 600, 3600)  # seconds before a telling that failed is tried again
# After these a message goes no other way by itself, or at all.
FINAL = ("delivered", "expired", "dismissed")
DUE = """
SELECT a.id FROM logistics_answer a JOIN logistics_message m ON m.id = a.message_id
WHERE a.is_done IS NOT TRUE AND a.told IS DISTINCT FROM m.state
  AND m.state NOT IN ('pending', 'scheduled', 'sending')
  AND (a.next_try_at IS NULL OR a.next_try_at <= now() AT TIME ZONE 'UTC')
ORDER BY a.id LIMIT %s FOR UPDATE OF a SKIP LOCKED
"""


class LogisticsAnswer(models.Model):
    """What came of a message that asked for something to be done, kept whole, and told to the
    record that asked.

    It is written in the transaction that says that the message got through, and told in another
    one: a fault in telling never makes a booking unknown. Whatever changes the message's state (a
    sender, a person, time) is found by comparing it with what was told last.
    """

    _name = "logistics.answer"
    _description = "Logistics Answer"
    _log_access = False
    _order = "id desc"
    _rec_name = "message_id"

    message_id = fields.Many2one("logistics.message", required=True, ondelete="cascade")
    company_id = fields.Many2one("res.company", required=True, index=True)
    content = fields.Binary(attachment=False)
    told = fields.Char()
    is_done = fields.Boolean()
    tries = fields.Integer()
    next_try_at = fields.Datetime()
    error_text = fields.Char()

    _message_uniq = models.Constraint("UNIQUE(message_id)", "This message has an answer.")
    _open_idx = models.Index("(message_id) WHERE is_done IS NOT TRUE")

    def _raw(self):
        """The answer as it was kept, b"" where there is none. Senders write it past the ORM, which
        would pack it."""
        self.ensure_one()
        return bytes(self.content or b"")

    @api.model
    def _expect(self, message):
        """A message was written whose answer is to be told."""
        self.create({"message_id": message.id, "company_id": message.company_id.id})

    @api.model
    def _tell(self):
        """Tell records what came of what they asked for: their method ``_take_answer(answer)``.

        :return: how many were told
        """
        told, answers = 0, self.browse(self._due())
        # What one of them reads of its record is read for all: they are mostly alike.
        by_model = {}
        for message in answers.message_id:
            by_model.setdefault(message.res_model, []).append(message.res_id)
        for answer in answers:
            message = answer.message_id
            record = message.res_model and self.env[message.res_model].browse(message.res_id)
            if record:
                record = record.with_prefetch(by_model[message.res_model])
            told += answer._tell_one(record)
        return told

    def _due(self):
        self.env.flush_all()
        self.env.cr.execute(DUE, (BATCH,))
        ids = [row[0] for row in self.env.cr.fetchall()]
        self.browse(ids).invalidate_recordset()
        return ids

    def _tell_one(self, record):
        message = self.message_id
        state = message.state
        try:
            with self.env.cr.savepoint():
                if record and record.exists():
                    record._take_answer(self)
        except Exception as error:
            if isinstance(error, psycopg2.Error) and setback(error) != MESSAGE:
                raise  # the transaction is done again
            _logger.exception("answer %s of message %s was not taken", self.id, message.id)
            self._put_off(error)
            return 0
        self.write(
            {
                "told": state,
                "is_done": state in FINAL,
                "tries": 0,
                "next_try_at": False,
                "error_text": False,
            }
        )
        self.env["logistics.exception"]._resolve_keys(
            [f"answer:{message.id}"], self.env._("It was filed.")
        )
        return 1

    def _put_off(self, error):
        """It is tried again; a person is told at the third time."""
        tries = self.tries + 1
        pause = PAUSES[min(tries, len(PAUSES)) - 1]
        text = f"{type(error).__name__}: {error}"[:500]
        self.write(
            {
                "tries": tries,
                "next_try_at": fields.Datetime.now() + timedelta(seconds=pause),
                "error_text": text,
            }
        )
        if tries < 3:
            return
        message = self.message_id
        self.env["logistics.exception"]._report(
            [
                {
                    "type": "answer_not_filed",
                    "key": f"answer:{message.id}",
                    "name": self.env._(
                        "%s: what the partner answered could not be filed",
                        message.business_key or message.receipt,
                    ),
                    "company_id": message.company_id.id,
                    "connection_id": message.connection_id.id,
                    "message_id": message.id,
                    "provider": message.provider,
                    "reference": message.business_key,
                    "detail": text,
                }
            ]
        )

    @api.autovacuum
    def _forget_contents(self):
        """What was filed a month ago stands where it was filed."""
        self.env.execute_query(
            SQL(
                "UPDATE logistics_answer a SET content = NULL FROM logistics_message m "
                "WHERE m.id = a.message_id AND a.is_done AND a.content IS NOT NULL "
                "AND m.processed_at < %s RETURNING a.id",
                fields.Datetime.now() - timedelta(days=30),
            )
        )
