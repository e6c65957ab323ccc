import time
from datetime import UTC, datetime, timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..access import NoAccess
from ..client import Limits
from ..core import polling
from ..core.canonical import ParseError
from ..core.jsonsafe import clean_text
from ..polling import plan as plans
from ..polling.asker import Asker

# Somebody is waiting for it.
LIMITS = Limits(connect=3.0, read=8.0, total=10.0)
MOST_SHOWN = 12  # events
WAYS = [
    ("called", "They call us"),
    ("both", "They call us, and can be asked"),
    ("asked", "They are asked"),
]


class LogisticsConnectionSetup(models.TransientModel):
    """The step “Our access”, for partners that are asked: what they want of us, tried with a
    number. Those that only answer need neither proof nor address."""

    _inherit = "logistics.connection.setup"

    way = fields.Selection(WAYS, compute="_compute_way")
    access_kind = fields.Char(compute="_compute_access")
    access_words = fields.Char("They want", compute="_compute_access")
    access_left = fields.Boolean(compute="_compute_access")
    access_stored = fields.Char("Stored", compute="_compute_access")
    access_name = fields.Char(
        "Client id", help="As the partner told you. It is no secret.", copy=False
    )
    access_user = fields.Char("User name", copy=False)
    access_token_url = fields.Char(
        "Address for tokens", help="Their “token URL”: it stands beside the client id.", copy=False
    )
    asks_token_url = fields.Boolean(compute="_compute_access")
    access_secret = fields.Char(
        compute="_compute_secret",
        inverse="_inverse_access_secret",
        store=False,
        copy=False,
        help="Write only: it is encrypted when you go on and cannot be read back.",
    )
    is_by_number = fields.Boolean(compute="_compute_access")
    can_be_tried = fields.Boolean(compute="_compute_access")
    can_follow = fields.Boolean(compute="_compute_access")
    try_number = fields.Char("Tracking number", help="Any number of theirs, of today or last week.")
    try_verdict = fields.Char(compute="_compute_shown")
    try_good = fields.Boolean(compute="_compute_shown")
    try_words = fields.Text("What was understood", compute="_compute_shown")

    # -- what is shown ------------------------------------------------------------------------

    def _wanted(self):
        """What the provider says of our access in this environment."""
        provider = self.connection_id.provider_id or self.provider_id
        if not provider:
            return []
        environment = self.connection_id.environment or self.environment
        handler = provider._handler()
        is_called = handler._polls() or handler._trackers()
        return handler._access_defaults(environment) if is_called else []

    @api.depends("connection_id", "provider_id", "step")
    def _compute_way(self):
        for setup in self:
            provider = setup.connection_id.provider_id or setup.provider_id
            can_call = setup.connection_id.verifier_ids or (
                provider and provider._handler()._connection_proofs()
            )
            if not setup._wanted():
                setup.way = "called"
            else:
                setup.way = "both" if can_call else "asked"

    def _access_of(self, wanted):
        """The access of the connection that fits what is wanted, with a secret or without."""
        return self.connection_id.access_ids.filtered(
            lambda way: (
                way.kind == wanted["kind"]
                and (way.header or "") == (wanted.get("header") or way.header or "")
            )
        )[:1]

    def _next_wanted(self):
        """The first that has no usable secret yet."""
        for wanted in self._wanted():
            way = self._access_of(wanted)
            if not way or way._problem():
                return wanted
        return None

    @api.depends("connection_id", "step")
    def _compute_access(self):
        kinds = dict(self.env["logistics.access"]._fields["kind"]._description_selection(self.env))
        for setup in self:
            wanted = setup._next_wanted() if setup.connection_id else None
            setup.access_left = bool(wanted)
            setup.access_kind = wanted and wanted["kind"]
            setup.access_words = wanted and (
                self.env._("The key for the header %s", wanted["header"])
                if wanted.get("header")
                else kinds[wanted["kind"]]
            )
            setup.asks_token_url = bool(wanted) and wanted.get("token_url") == ""
            setup.access_stored = setup.connection_id.access_summary
            provider = setup.connection_id.provider_id
            polls = provider._handler()._polls() if provider else {}
            setup.can_be_tried, setup.is_by_number = bool(polls), "shipment" in polls
            setup.can_follow = bool(provider and provider._handler()._trackers())

    @api.depends_context("try_verdict", "try_good", "try_words")
    def _compute_shown(self):
        result = super()._compute_shown()
        for name in ("try_verdict", "try_good", "try_words"):
            self[name] = self.env.context.get(name)
        return result

    # -- storing ------------------------------------------------------------------------------

    def _inverse_access_secret(self):
        for setup in self:
            if setup.access_secret:
                setup._store_access(setup.access_secret)

    def _store_access(self, secret):
        """Store one secret, with the access it is for.

        :raises UserError: the client id, the user name or the address for tokens is missing
        """
        wanted = self._next_wanted()
        if not wanted:
            raise UserError(self.env._("All that is needed is stored."))
        values = {**wanted, "connection_id": self.connection_id.id}
        if wanted["kind"] == "oauth2":
            values["client_id"] = self._need("access_name")
            values["token_url"] = wanted["token_url"] or self._need("access_token_url")
        if wanted["kind"] == "basic":
            values["username"] = self._need("access_user")
        way = self._access_of(wanted)
        if way:
            way.write(values)
        else:
            way = self.env["logistics.access"].create(values)
        self.env["logistics.credential"].create(
            {"connection_id": self.connection_id.id, "access_id": way.id, "secret": secret}
        )
        self.connection_id.invalidate_recordset()
        self.invalidate_recordset()

    def _need(self, name):
        value = (self[name] or "").strip()
        if not value:
            label = self._fields[name]._description_string(self.env)
            raise UserError(self.env._("Enter “%s”, too.", label))
        return value

    # -- going on -----------------------------------------------------------------------------

    @api.model
    def _first_open(self, connection):
        if self.new({"connection_id": connection.id}).way == "asked":
            return "listen" if connection.poll_ids else "access"
        return super()._first_open(connection)

    def _steps(self):
        """The steps of this connection, in order."""
        return {
            "called": ("partner", "proof", "address", "listen"),
            "both": ("partner", "proof", "address", "access", "listen"),
            "asked": ("partner", "access", "listen"),
        }[self.way]

    def action_address_done(self):
        """On to the next step, with the address in the partner's hands."""
        self.ensure_one()
        if self.way == "both":
            return self._go("access")
        return self.action_listen()

    def action_access_store(self):
        """The secret was stored with the form; show what is left."""
        self.ensure_one()
        return self._open()

    def action_access_done(self):
        """From now on they are asked, too: what happened, and to tell of our numbers."""
        self.ensure_one()
        if self.access_left:
            raise UserError(self.env._("Store what they want first, or skip this step."))
        if self.can_be_tried:
            self._make_poll()
        if self.can_follow:
            self.connection_id.action_set_up_tracking()
        return self.action_listen()

    def action_access_skip(self):
        """They are not asked: they only call us."""
        self.ensure_one()
        if self.way == "asked":
            raise UserError(self.env._("This partner sends nothing itself: it has to be asked."))
        return self.action_listen()

    def _make_poll(self):
        """The poll of the connection, made with what the provider says where there is none."""
        return self.connection_id.poll_ids[:1] or self.env["logistics.poll"].create(
            self._poll_values()
        )

    def _poll_values(self):
        provider = self.connection_id.provider_id
        kind, declared = next(iter(provider._handler()._polls().items()))
        url = declared.urls.get(self.connection_id.environment)
        if not url:
            raise UserError(
                self.env._(
                    "%s has no address for tests that could be asked. Make the connection one for "
                    "production, or add the line yourself on the page “Polling”.",
                    provider.name,
                )
            )
        name = self.env._("Sweep of %s", provider.name)
        return {"connection_id": self.connection_id.id, "kind": kind, "url": url, "name": name}

    # -- trying -------------------------------------------------------------------------------

    def action_try(self):
        """Ask them once, now, and show what is understood; nothing of the answer is kept."""
        self.ensure_one()
        self.connection_id.check_access("write")
        # Nothing is asked from now on by it: the line is made when that is decided.
        poll = self.connection_id.poll_ids[:1] or self.env["logistics.poll"].new(
            self._poll_values()
        )
        if poll.kind == polling.SHIPMENT and not (self.try_number or "").strip():
            raise UserError(self.env._("Enter a tracking number to ask for."))
        verdict, is_good, words = self._try(poll.sudo())
        return self._open(try_verdict=verdict, try_good=is_good, try_words=words)

    def _try(self, poll):
        """Verdict, whether it is good, and what was understood."""
        try:
            plan = plans.make(poll)
        except NoAccess as error:
            return str(error), False, ""
        asker = Asker(plan, 0, time.monotonic() + LIMITS.total)
        options = plan.caller.client_options()
        with self.env["logistics.http"]._client(LIMITS, **options) as client:
            reply = asker.call(client, self._question(plan))
        if reply.answer is None or not reply.ok:
            return self._refusal(plan, reply), reply.outcome.status in self._unknown(plan), ""
        try:
            words = self._understood(polling.pieces(reply.answer.body, plan.declared.elements))
        except ParseError as error:
            text = self.env._("They answer, but not what was expected: %s", error)
            return plan.caller.mask(text), False, ""
        return self.env._("It works: they know us, and answer."), True, words

    def _question(self, plan):
        if plan.kind == polling.SHIPMENT:
            return plan.declared.ask(plan.url, (self.try_number.strip(),))
        since = datetime.now(UTC) - timedelta(days=1)
        return plan.declared.ask(plan.url, since, "", min(plan.size, MOST_SHOWN))

    @api.model
    def _unknown(self, plan):
        return plan.declared.unknown if plan.kind == polling.SHIPMENT else ()

    def _refusal(self, plan, reply):
        status = reply.outcome.status
        if status in self._unknown(plan):
            return self.env._("It works: they know us. They do not know this number.")
        if reply.answer is not None:
            return self.env["logistics.access.test"]._verdict(status)
        return plan.caller.mask(reply.outcome.text or "")

    def _understood(self, pieces):
        """One line for each event of an answer, as the inbox would understand it."""
        lines = []
        codes = self.env["logistics.event.code"]
        for piece in pieces:
            found = self.env["logistics.rehearsal"]._rehearse(self.connection_id, piece)
            if found["error"]:
                lines.append(found["error"])
            for event in found["events"]:
                name = codes.browse(event["code_id"]).name or ""
                raw = " ".join(part for part in (event["raw_code"], event["raw_sub_code"]) if part)
                parts = (event["occurred"], name, event["place"], f"({raw})" if raw else "")
                lines.append("  ".join(part for part in parts if part))
            if len(lines) >= MOST_SHOWN:
                break
        if not lines:
            return self.env._("Nothing yet: the answer holds no event.")
        return clean_text("\n".join(lines[:MOST_SHOWN]), 4000)
