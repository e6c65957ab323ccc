"""Messages held against their contracts while they are worked."""

import logging

from ..core.canonical import ParseError
from ..core.contract import CannotTell
from ..core.identity import digest
from ..core.jsonsafe import clean_text, loads
from ..intake import contracts
from ..intake.contracts import BROKEN

_logger = logging.getLogger(__name__)

SECONDS_AMONG_OTHERS, SECONDS_ALONE = 0.2, 1.0
# Of a message that is kept: its first places tell enough for the exceptions.
TITLE_LIMIT, DETAIL_LIMIT = 150, 2000


class Holder:
    """Holds the messages of a batch against the contracts of their connections.

    ``troubles``: what people have to look at, one for each broken rule; ``contract_ids``: message
    id → contract; ``fitting``: (connection id, message type) → whether the last one fitted.
    """

    def __init__(self, env):
        self.env = env
        self.troubles = []
        self.contract_ids = {}
        self.fitting = {}
        self._held = {}

    def broke(self, message):
        """The provider could not read a message: it did not fit, whoever checks."""
        for key in self.fitting:
            if key[0] == message.connection_id.id:
                self.fitting[key] = False

    def hold(self, message, body, is_alone):
        """Hold one message against its contract.

        :return: whether it is refused, and is not to be worked: it was so before, and nothing has
            changed since
        """
        connection = message.connection_id
        if connection.id not in self._held:
            self._held[connection.id] = connection._held(connection.id, "in")
        policy, held = self._held[connection.id]
        if not held:
            return False
        judgement = None
        try:
            contract, judgement = self._judge(held, body, is_alone)
        except CannotTell as error:
            contract = None
            _logger.warning("message %s: its contract was not checked: %s", message.id, error)
        if contract is None:
            return False
        self.contract_ids[message.id] = contract.contract_id
        self.fitting[connection.id, contract.message_type] = judgement is None
        if judgement is None:
            return False
        self.troubles += troubles(self.env, message, judgement)
        if policy == "refuse" and message.error_class == BROKEN:
            message.write(
                {
                    "state": "rejected",
                    "contract_id": contract.contract_id,
                    "error_text": judgement.text,
                }
            )
            return True
        return False

    def _judge(self, held, body, is_alone):
        if all(one.checked_by_parser and not one.pointer for one in held):
            return held[0], None  # its provider says in a moment whether it fits
        try:
            value = loads(body)
        except ParseError as error:
            judgement = contracts.unreadable(held, error)
            return (judgement.held, judgement) if judgement else (None, None)
        contract = contracts.meant(held, value)
        if contract is None or contract.checked_by_parser:
            return contract, None
        seconds = SECONDS_ALONE if is_alone else SECONDS_AMONG_OTHERS
        return contract, contracts.judge(contract, value, seconds)

    def settle(self, worked):
        """Close the exceptions of what fits again.

        :param worked: ids of the connections of which messages were worked
        """
        fitting = [key for key, fits in self.fitting.items() if fits and key[0] in worked]
        if not fitting:
            return
        exceptions = self.env["logistics.exception"]
        open_ones = exceptions.search(
            [
                ("type_code", "=", "contract_broken"),
                ("connection_id", "in", [connection_id for connection_id, _type in fitting]),
                ("is_open", "=", True),
            ]
        )
        prefixes = tuple(prefix(*key) for key in fitting)
        now = {trouble["key"] for trouble in self.troubles}
        keys = {one.key for one in open_ones if one.key.startswith(prefixes)} - now
        if keys:
            exceptions._resolve_keys(keys, self.env._("A later message fits the contract."))


def prefix(connection_id, message_type):
    """How the keys of the exceptions about one message type of one connection begin."""
    return f"contract:{connection_id}:{digest(message_type.encode())[:16]}:"


def troubles(env, message, judgement):
    """One trouble for each rule that a message breaks, as ``logistics.exception._report`` takes
    them. The rule's place in the schema makes it the same trouble: what a partner writes does
    not."""
    found = {}
    for finding in judgement.findings:
        found.setdefault(finding.rule, []).append(str(finding))
    return [
        {
            "type": "contract_broken",
            "key": prefix(message.connection_id.id, judgement.held.message_type)
            + digest(rule.encode())[:16],
            "name": clean_text(
                env._(
                    "%(connection)s, %(type)s: %(place)s",
                    connection=message.connection_id.name,
                    type=judgement.held.message_type,
                    place=lines[0],
                ),
                TITLE_LIMIT,
            ),
            "company_id": message.company_id.id,
            "connection_id": message.connection_id.id,
            "message_id": message.id,
            "provider": message.provider,
            "detail": clean_text("\n".join((*lines, env._("Rule: %s", rule))), DETAIL_LIMIT),
        }
        for rule, lines in found.items()
    ]
