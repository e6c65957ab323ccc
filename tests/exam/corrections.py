"""What the trials of corrections share: partners with versions, one message for each event."""

import os

from ..support.connections import connect
from .arena import Field


class CorrectionField(Field):
    """A field on which partners correct themselves; each trial brings its own."""

    def __init__(self, arena, trial, seed):
        super().__init__(arena, trial, seed, sources=())

    def join(self, source, **values):
        """One more partner of this trial, with a connection and the common ledger."""
        partner = source(ledger=self.ledger)
        label = f"corrections {self.seed} {os.urandom(3).hex()} {partner.name}"
        self.connection_ids.append(connect(self.arena.rpc, partner, label, **values))
        self.partners.append(partner)
        return partner

    def units(self, partner, count, kind="tracking_number", **values):
        """``count`` shipments of one package each, known by numbers of this partner.

        :param values: fields of the shipments; a list has one value for each
        :return: number → shipment id
        """
        numbers = sorted({partner.number(self.rng) for _ in range(2 * count + 20)})[:count]
        self.rng.shuffle(numbers)
        rows = [
            {
                "package_ids": [(0, 0, {kind: number})],
                **{k: v[i] if isinstance(v, list) else v for k, v in values.items()},
            }
            for i, number in enumerate(numbers)
        ]
        ids = self.arena.rpc("logistics.shipment", "create", rows)
        return dict(zip(numbers, ids, strict=True))

    def tell(self, partner, events, facts=()):
        """A message of one's own making, ready to be sent."""
        return self.tell_body(partner, partner.wrap(events), facts)

    def tell_body(self, partner, message, facts=()):
        return self.bare_job(partner, partner.encode(message), tuple(facts))

    def shipments(self, ids, columns):
        """Columns of shipments: id → tuple."""
        rows = self.arena.database.rows(
            f"SELECT id, {columns} FROM logistics_shipment WHERE id = ANY(%s)", list(ids)
        )
        return {row[0]: row[1:] for row in rows}

    def event_count(self, condition="true"):
        """How many events of this trial fulfil a condition on ``e``."""
        return self.arena.database.value(
            f"SELECT count(*) FROM logistics_event e WHERE connection_id = ANY(%s) AND {condition}",
            self.connection_ids,
        )

    def open_cases(self, kind):
        """Open exceptions of a type that came of this trial's messages."""
        return self.arena.database.value(
            "SELECT count(*) FROM logistics_exception x JOIN logistics_exception_type t"
            " ON t.id = x.type_id WHERE x.is_open AND t.code = %s AND x.connection_id = ANY(%s)",
            kind,
            self.connection_ids,
        )


def fact_at(number, step):
    """A fact as the verdict counts it."""
    return number, step.at.replace(tzinfo=None)
