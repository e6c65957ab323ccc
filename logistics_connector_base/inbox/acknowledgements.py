"""What partners say of messages that we sent: each settles the one that it names, once."""

from ..core.jsonsafe import clean_text
from ..core.personal import mask_text

# From another connection of the company nobody can acknowledge: the id would have to be guessed,
# and would still be refused.
FIND = """
SELECT id, receipt, state FROM logistics_message
WHERE receipt = ANY(%s) AND connection_id = %s AND direction = 'out'
ORDER BY id FOR NO KEY UPDATE
"""
# Whatever we know of it: the partner has it. A try of ours may still be under way.
OPEN = ("sent", "sending", "pending", "scheduled", "doubt", "dead", "expired")


def work(env, parsed):
    """Settle the messages that these name.

    :param dict parsed: message (logistics.message) → ParsedMessage
    :return: troubles to report
    """
    troubles = []
    for message, told in parsed.items():
        if told.acknowledgements:
            troubles += _work_one(env, message, told.acknowledgements)
    return troubles


def _work_one(env, message, acknowledgements):
    said = {ack.message_id: ack for ack in acknowledgements}  # of several, the last one
    env.cr.execute(FIND, (list(said), message.connection_id.id))
    rows = env.cr.fetchall()
    messages = env["logistics.message"]
    for number, receipt, state in rows:
        if state in OPEN:
            ack = said[receipt]
            words = mask_text(clean_text(ack.text, 500))
            messages.browse(number)._acknowledge(ack.accepted, words, message.receipt)
    unknown = said.keys() - {receipt for _number, receipt, _state in rows}
    return [
        {
            "type": "unknown_acknowledgement",
            "key": f"acknowledgement:{message.connection_id.id}:{clean_text(name, 100)}",
            "name": env._("Acknowledged, but never sent: %s", clean_text(name, 100)),
            "company_id": message.company_id.id,
            "connection_id": message.connection_id.id,
            "message_id": message.id,
            "provider": message.provider,
            "reference": clean_text(name, 200),
        }
        for name in sorted(unknown)
    ]
