"""Which contract a message is held against, and whether it fits: plain values, cached with a
connection, for the intake and for the inbox.
"""

import json
import logging
from dataclasses import dataclass

from ..core.canonical import ParseError
from ..core.contract import CannotTell, compiled
from ..core.contract.schema import no_json
from ..core.jsonsafe import loads

_logger = logging.getLogger(__name__)

# A message that broke its contract, among the classes of errors.
BROKEN = "ContractBroken"
# In the call of a partner: larger messages are taken, and looked at by the inbox.
REFUSE_BYTES = 1_000_000
REFUSE_SECONDS = 0.5


@dataclass(frozen=True, slots=True)
class Held:
    """One version of a contract that a connection's messages are held against."""

    contract_id: int
    message_type: str
    pointer: tuple[str, ...]  # where the message says what it is; empty: each is of this type
    value: str  # what stands there
    schema: str
    checked_by_parser: bool = False

    def is_meant(self, message):
        """Whether a message (as ``jsonsafe.loads`` reads it) is of this type."""
        if not self.pointer:
            return True
        for step in self.pointer:
            if isinstance(message, dict) and step in message:
                message = message[step]
            elif isinstance(message, list) and step.isdecimal() and int(step) < len(message):
                message = message[int(step)]
            else:
                return False
        if isinstance(message, bool | int | float):
            message = json.dumps(message)
        return message == self.value


@dataclass(frozen=True, slots=True)
class Judgement:
    """That a message does not fit, and why."""

    held: Held
    findings: tuple
    lines: tuple[str, ...]

    @property
    def text(self):
        return "\n".join(self.lines)


def pointer_steps(pointer):
    """The steps of a JSON pointer (RFC 6901). ValueError for what is none."""
    if not pointer:
        return ()
    if not pointer.startswith("/") or len(pointer) > 500:
        raise ValueError("A place in a message is written as a JSON pointer, such as /type.")
    return tuple(step.replace("~1", "/").replace("~0", "~") for step in pointer[1:].split("/"))


def meant(contracts, message):
    """The contract of a message that was read, or None."""
    return next((held for held in contracts if held.is_meant(message)), None)


def judge(held, message, seconds):
    """Why a message breaks its contract; None where it fits.

    :raises CannotTell: it is not known in time, or because of us
    """
    try:
        verdict = compiled(held.schema).check(message, seconds)
    except CannotTell:
        raise
    except Exception as error:  # such as a schema that an upgrade does not take any more
        raise CannotTell(str(error)) from error
    return None if verdict.fits else Judgement(held, verdict.findings, verdict.lines)


def unreadable(contracts, error):
    """The judgement about bytes that are no JSON, where each message must be some."""
    held = next((held for held in contracts if not held.pointer), None)
    verdict = no_json(error)
    return held and Judgement(held, verdict.findings, verdict.lines)


def refuse(contracts, body):
    """Whether a message is to be refused: its Judgement, or None. Never raises, and takes a bounded
    time: what cannot be told is taken (law 1: it is ours to sort out).

    :param contracts: of the connection, in the order in which they are asked
    """
    if not contracts or len(body) > REFUSE_BYTES:
        return None
    try:
        try:
            message = loads(body)
        except ParseError as error:
            return unreadable(contracts, error)
        held = meant(contracts, message)
        return held and judge(held, message, REFUSE_SECONDS)
    except CannotTell as error:
        _logger.warning("a message could not be held against its contract: %s", error)
    except Exception:
        _logger.exception("a message could not be held against its contract")
    return None
