import logging
import time
from dataclasses import dataclass, field
from datetime import UTC, timedelta

import psycopg2
from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL, ormcache

from ...client import CallError, Limits
from ...core import keysets
from ...core.canonical import ParseError
from ...core.masking import mask_url

_logger = logging.getLogger(__name__)

# A partner's message may be waiting for it.
LIMITS = Limits(connect=2.0, read=2.0, total=3.0, answer_bytes=keysets.MAX_BYTES)

# Whoever turns ``tried_at`` may fetch; all others take what there is. Nothing is locked during the
# call, and a process that dies in it costs ten seconds.
CLAIM = """
INSERT INTO logistics_key_set (url, tried_at, create_date, write_date)
VALUES (%(url)s, %(now)s, %(now)s, %(now)s)
ON CONFLICT (url) DO UPDATE SET tried_at = EXCLUDED.tried_at
WHERE logistics_key_set.tried_at IS NULL OR logistics_key_set.tried_at <= %(before)s
RETURNING id
"""


@dataclass(slots=True)
class Known:
    """What a process knows of a key set without asking the database. ``fresh_until``: Unix time;
    from then on the row is looked at, and perhaps the partner asked."""

    keys: list = field(default_factory=list)
    fresh_until: float = 0.0


class LogisticsKeySet(models.Model):
    """The public keys that a partner publishes under a URL (JWK set, RFC 7517), as last seen."""

    _name = "logistics.key.set"
    _description = "Partner's Key Set"
    _order = "id"
    _rec_name = "shown_url"

    url = fields.Char(string="URL", required=True, readonly=True, groups=fields.NO_ACCESS)
    shown_url = fields.Char(string="Address", compute="_compute_shown")
    keys = fields.Json(readonly=True)
    key_names = fields.Char(compute="_compute_shown", string="Names of the keys")
    fetched_at = fields.Datetime(readonly=True, string="Fetched")
    fresh_until = fields.Datetime(readonly=True, string="Fresh until")
    tried_at = fields.Datetime(readonly=True, string="Last try")
    error = fields.Char(
        readonly=True, help="Of the last try. The keys of the last good one stay in use."
    )
    left_out = fields.Text(
        readonly=True, string="Left out", help="Keys of the set that cannot be used, and why."
    )

    _url_uniq = models.Constraint("UNIQUE (url)", "This key set is known already.")

    @api.depends("url", "keys")
    def _compute_shown(self):
        for key_set in self:
            key_set.shown_url = mask_url(key_set.sudo().url)
            key_set.key_names = ", ".join(
                f"{key['kid'] or '–'} ({key.get('crv') or key['kty']})"
                for key in key_set.keys or []
            )

    def unlink(self):
        self.env.registry.clear_cache()
        return super().unlink()

    # -- for verifiers ------------------------------------------------------------------------

    @api.model
    def _public_key(self, url, kid):
        """The key named ``kid`` of the set published at ``url``, as a JWK (dict), or None.

        Never raises. An unknown name, or a set that is no longer fresh, makes us ask the partner:
        at most once in ten seconds, whatever the number of workers and of unknown names, and for
        three seconds at most. While its host is down the last good set stays in use; why it could
        not be fetched is written down. Without a ``kid``: the only key of a set that has only one.

        ``url`` must come from configuration, never from a message (RFC 8725 3.10).
        """
        try:
            known = self._known(url)
            key = keysets.find(known.keys, kid)
            if key is not None and time.time() < known.fresh_until:
                return key
            return self._look_closer(known, url, kid)
        except Exception:
            _logger.exception("the key set %s could not be looked up", mask_url(url))
            return None

    @api.model
    def _can_say(self, url):
        """Whether a None of :meth:`_public_key` means that there is no such key.

        False while a fetch is under way in another worker, after one that failed, and before the
        first that succeeded: then the key may exist, and the honest answer to a caller is "later"
        (503) instead of "no" (401). Never raises.
        """
        try:
            with self._cursor() as cr:
                cr.execute(
                    SQL("SELECT fetched_at >= tried_at FROM logistics_key_set WHERE url = %s", url)
                )
                return bool((cr.fetchone() or [False])[0])
        except Exception:
            _logger.exception("the key set %s could not be looked up", mask_url(url))
            return False

    @api.model
    @ormcache("url")
    def _known(self, url):
        """What this process knows; filled from the row when it is first asked."""
        known = Known()
        self._refresh(known, url)
        return known

    def _look_closer(self, known, url, kid):
        """The slow way: the row, which another worker may have renewed, then the partner."""
        self._refresh(known, url)
        key = keysets.find(known.keys, kid)
        if key is not None and time.time() < known.fresh_until:
            return key
        if self._claim(url):
            self._fetch(url)
            self._refresh(known, url)
            key = keysets.find(known.keys, kid)
        return key

    def action_fetch(self):
        """Ask the partner now, because somebody wants to see whether it works."""
        self.ensure_one()
        # Nobody may write keys by hand. Who may forget a set may as well fetch it.
        self.check_access("unlink")
        url = self.sudo().url
        if not self._claim(url):
            raise UserError(
                self.env._(
                    "This key set was fetched a moment ago. Try again in %s seconds.",
                    keysets.MIN_INTERVAL,
                )
            )
        self._fetch(url)
        self.env.registry.clear_cache()
        return {"type": "ir.actions.client", "tag": "soft_reload"}

    # -- the row ------------------------------------------------------------------------------

    def _cursor(self):
        """A cursor of our own: what the request's transaction sees or holds has no part in this."""
        return self.env.registry.cursor()

    def _refresh(self, known, url):
        with self._cursor() as cr:
            cr.execute(SQL("SELECT keys, fresh_until FROM logistics_key_set WHERE url = %s", url))
            row = cr.fetchone()
        if row:
            known.keys = row[0] or []
            known.fresh_until = row[1].replace(tzinfo=UTC).timestamp() if row[1] else 0.0

    def _claim(self, url):
        """True for the one who may fetch now."""
        now = fields.Datetime.now()
        values = {
            "url": url,
            "now": now,
            "before": now - timedelta(seconds=keysets.MIN_INTERVAL),
        }
        try:
            with self._cursor() as cr:
                cr.execute(CLAIM, values, log_exceptions=False)
                return bool(cr.fetchone())
        except psycopg2.errors.SerializationFailure:
            return False  # another worker was faster by a moment

    def _fetch(self, url):
        """Ask the partner and write down what came of it. Does not raise for what may happen there.

        :return: True if a good set came
        """
        try:
            with self.env["logistics.http"]._client(LIMITS) as client:
                answer = client.get(url, {"Accept": "application/jwk-set+json, application/json"})
            if answer.status != 200:
                raise ParseError(f"The answer was {answer.status} instead of a key set.")
            keys, left_out = keysets.parse(answer.body)
        except (CallError, ParseError) as error:
            _logger.warning("key set %s: %s", mask_url(url), error)
            self._note(url, error=str(error))
            return False
        fresh = keysets.fresh_for(answer.headers.get("Cache-Control"))
        self._note(
            url,
            keys=keys,
            left_out="\n".join(left_out) or False,
            fetched_at=fields.Datetime.now(),
            fresh_until=fields.Datetime.now() + timedelta(seconds=fresh),
            error=False,
        )
        return True

    def _note(self, url, **values):
        with self._cursor() as cr:
            row = self.with_env(self.env(cr=cr, su=True)).search([("url", "=", url)])
            row.write(values)
