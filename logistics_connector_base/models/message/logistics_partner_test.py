from datetime import UTC

import psycopg2
from odoo import api, models
from psycopg2 import errorcodes

from ...core import identity
from ...core.canonical import ParseContext, ParseError
from ...core.contract import CannotTell, compiled
from ...core.contract.schema import LOOKED_THROUGH, no_json
from ...core.jsonsafe import clean_text, loads
from ...inbox.watchdog import TimeExceeded, Watchdog
from ...intake import contracts
from ...intake.partner_test import Busy

ACCEPTED, WAITS, REFUSED = "accepted", "waits", "refused"
SECONDS = 4  # of all the work: as long may a real message have to wait for its shipment
# Less than PostgreSQL waits before it looks for a deadlock: a test always gives way.
LOCK, STATEMENT = "500ms", "2s"
SPACE = 0x4C4F4754  # "LOGT": advisory locks of tests, by connection
TRY_LOCK = "SELECT pg_try_advisory_xact_lock(%s, %s)"
# Somebody else has it, or it takes too long.
GIVE_WAY = (
    errorcodes.LOCK_NOT_AVAILABLE,
    errorcodes.QUERY_CANCELED,
    errorcodes.DEADLOCK_DETECTED,
    errorcodes.SERIALIZATION_FAILURE,
)
# Of what changes only what a partner may tell of itself is told: no names, and not what was before.
TOLD_FIELDS = (
    "state",
    "picked_up_at",
    "estimated_delivery_at",
    "delivered_at",
    "has_delivery_exception",
)
KNOWN = """
SELECT digest, first_seen_at FROM logistics_message_key
WHERE connection_id = %s AND (identity, revision) IN %s
"""


class LogisticsPartnerTest(models.AbstractModel):
    """What would become of a partner's message, in words for the partner: worked as the inbox works
    it, on the stage of a rehearsal, of which nothing stays. Without ids, texts of errors or other
    internals of ours."""

    _name = "logistics.partner.test"
    _description = "Partner's Test of a Message"

    @api.model
    def _tell(self, profile, body, headers):
        """The answer to a test.

        :param IntakeProfile profile: the connection, whose proof was brought
        :param bytes body: the raw bytes
        :param headers: mapping of the transport's headers
        :return: dict that can be written as JSON (``PartnerTest`` of schemas/api-1.0.json);
            ``verdict``: accepted, waits (for something, or for a person) or refused
        :raises Busy: not now
        """
        connection = self.env["logistics.connection"].browse(profile.connection_id)
        header = profile.message_id_header
        transport_id = (headers.get(header) or "") if header else ""
        told = {
            "test": True,
            "verdict": ACCEPTED,
            "kind": "",
            "id": clean_text(transport_id, 255),
            "revision": "",
            "came_before": None,
            "errors": [],
            "facts": [],
            "changes": [],
            "notes": [],
        }
        has_contract = self._hold(connection, body, told)
        parsed = self._parsed(connection, body, told)
        if parsed is None:
            told["verdict"] = REFUSED
            return told
        if told["errors"] and has_contract:
            # Kept and worked all the same, or refused: the connection says so.
            if self._is_refused(connection, body):
                told["verdict"] = REFUSED
                return told
            told["notes"].append("It breaks its contract, and would be worked all the same.")
        self._identify(connection, body, transport_id, parsed, told)
        if not told["came_before"]:
            self._rehearse(connection, body, told)
        return told

    # -- its form -----------------------------------------------------------------------------

    @api.model
    def _hold(self, connection, body, told):
        """Hold it against its contract: the kind, and every place where it does not fit.

        :return: whether there is a contract that could be asked
        """
        _policy, held = connection._held(connection.id, "in")
        if not held:
            return False
        try:
            value = loads(body)
        except ParseError as error:
            told["errors"] = _places(no_json(error))
            return True
        contract = contracts.meant(held, value)
        if contract is None:
            told["notes"].append("It is of no kind that is agreed here.")
            return False
        told["kind"] = contract.message_type
        try:
            verdict = compiled(contract.schema).check(value, SECONDS, LOOKED_THROUGH)
        except CannotTell:
            told["notes"].append("Whether it fits its contract could not be told in time.")
            return False
        told["errors"] = _places(verdict)
        if verdict.has_more:
            told["notes"].append("There are more errors than are named.")
        return True

    @api.model
    def _parsed(self, connection, body, told):
        """The message as its provider reads it; None where it cannot be read, with the reason."""
        handler = connection.provider_id._handler()
        try:
            with Watchdog() as watchdog, watchdog.limit(SECONDS):
                connection._check_depth(body)
                parsed = handler._parse_message(body, ParseContext(connection.tz or ""))
        except ParseError as error:
            if not told["errors"]:
                told["errors"] = [{"pointer": "", "detail": clean_text(error, 1000)}]
        except psycopg2.Error:
            raise
        except (Exception, TimeExceeded):
            if not told["errors"]:
                detail = "It cannot be worked. The fault may be ours: ask us."
                told["errors"] = [{"pointer": "", "detail": detail}]
        else:
            told["kind"] = clean_text(parsed.message_type, 100) or told["kind"]
            told["id"] = clean_text(parsed.external_id, 255) or told["id"]
            told["revision"] = clean_text(parsed.revision, 100)
            return parsed
        return None

    @api.model
    def _is_refused(self, connection, body):
        policy, held = connection._held(connection.id, "in")
        return policy == "refuse" and contracts.refuse(held, body) is not None

    # -- whether it came before ---------------------------------------------------------------

    @api.model
    def _identify(self, connection, body, transport_id, parsed, told):
        """Whether it came before, by each of its names; what that means for it."""
        digest = identity.digest(body)
        names = {
            identity.message_identity("", "", digest),
            identity.message_identity(transport_id, "", digest),
            identity.message_identity(parsed.external_id, parsed.revision, digest),
        }
        self.env.cr.execute(KNOWN, (connection.id, tuple(tuple(name) for name in names)))
        rows = self.env.cr.fetchall()
        if not rows:
            return
        is_same = any(row[0] == digest for row in rows)
        first = min(row[1] for row in rows)
        told["came_before"] = {
            "content": "same" if is_same else "other",
            "at": first.replace(tzinfo=UTC, microsecond=0).isoformat().replace("+00:00", "Z"),
        }
        if is_same:
            told["notes"].append("It came before: sent again, it changes nothing.")
        else:
            told["verdict"] = WAITS
            told["notes"].append("Another content came under this id: a person would decide.")

    # -- what would become of it --------------------------------------------------------------

    @api.model
    def _rehearse(self, connection, body, told):
        """Work it on the stage, and tell what came of it there.

        :raises Busy: another test is under way, or somebody has what it names, or it takes long
        """
        rehearsal = self.env["logistics.rehearsal"]
        try:
            with (
                rehearsal._stage(LOCK, STATEMENT) as env,
                Watchdog() as watchdog,
                watchdog.limit(SECONDS),
            ):
                env.cr.execute(TRY_LOCK, (SPACE, connection.id))
                if not env.cr.fetchone()[0]:
                    raise Busy
                self._play(env, connection, body, told)
        except TimeExceeded:
            raise Busy from None
        except psycopg2.Error as error:
            if error.pgcode in GIVE_WAY:
                raise Busy from None
            raise

    def _play(self, env, connection, body, told):
        stage = env["logistics.rehearsal"]
        message = stage._file_new(connection.with_env(env), body)
        batch = stage._work(message)
        env.flush_all()
        env.invalidate_all()
        if message.state == "processing":
            raise Busy
        if message.state == "parked":
            told["verdict"] = WAITS
            told["notes"].append("Some of it waits for a shipment that is not known here yet.")
        elif message.state != "processed":
            told["verdict"] = REFUSED
            told["errors"] = told["errors"] or [
                {"pointer": "", "detail": "It cannot be worked. The fault may be ours: ask us."}
            ]
            return
        told["facts"] = [self._fact(stage._event_words(item), env) for item in batch.items]
        told["changes"] = self._changes(stage, batch)
        env[self._name]._look_at_statements(message, batch.parsed.get(message), told)

    @api.model
    def _fact(self, words, env):
        code = env["logistics.event.code"].sudo().browse(words["code_id"])
        return {
            "pointer": words["pointer"] or "",
            "code": clean_text(words["raw_code"], 200),
            "understood_as": None if words["is_unmapped"] else code.code or None,
            "occurred": words["occurred"] or "",
            "shipment": "known" if words["shipment_id"] else "unknown",
            "names": words["references"],
            "told_before": bool(words["is_known"]),
            "implausible": bool(words["is_implausible"]),
        }

    @api.model
    def _changes(self, stage, batch):
        """What would be otherwise of the shipments that it names, by the places that name them."""
        places = {}
        for item in batch.items:
            if item.shipment_id:
                places.setdefault(item.shipment_id, []).append(item.parsed.pointer or "")
        # What is there now is read beside the stage, as the request sees it.
        found = self.env["logistics.rehearsal"]._changes(stage._shipments(batch))
        return [
            {
                "pointers": places[row["shipment_id"]],
                "field": row["field"],
                "becomes": _plain(row["after"]),
            }
            for row in found
            if row["field"] in TOLD_FIELDS
        ]

    @api.model
    def _look_at_statements(self, message, parsed, told):
        """What it says beside events, and what would become of that: for addons whose models take
        such statements. On the stage; ``told`` is written to."""


def _places(verdict):
    return [{"pointer": one.pointer, "detail": one.text} for one in verdict.findings]


def _plain(value):
    """A value of a field as JSON: times in UTC."""
    if hasattr(value, "isoformat"):
        return f"{value.isoformat()}Z"
    return value
