"""Trial 13: delivered, withdrawn, withdrawn once more, delivered again: in every order."""

from datetime import timedelta
from itertools import permutations

from ...simulators import CanonicalPartner, DcsaCarrier, EpcisPartner, Parcel, Step
from ...simulators.journey import POD, UTRECHT, now
from ..corrections import CorrectionField, fact_at
from ..tree import Mutant, Patch
from ..trial import Trial

DOCUMENTS = "logistics_connector_base/models/shipment/logistics_shipment_documents.py"
NOTES = "logistics_connector_carrier/models/logistics_shipment.py"

PROOFS_STAY = Mutant(
    "a proof that was filed stays, whatever becomes of its event",
    (
        Patch(
            DOCUMENTS,
            '            if row.event_id.standing == "active":\n',
            "            if row.event_id:\n",
        ),
    ),
    finds=("proofs",),
)
COMPENSATED_AGAIN = Mutant(
    "each look at a withdrawn proof withdraws it once more",
    (
        Patch(
            DOCUMENTS,
            "            if bool(source) == is_withdrawn:\n",
            "            if not source or bool(source) == is_withdrawn:\n",
        ),
    ),
    finds=("proofs",),
)
NOTED_EACH_TIME = Mutant(
    "what the delivery order was told before is not looked up",
    (
        Patch(
            NOTES,
            "            is_noted = len(spoken) % 2 == 1\n",
            "            is_noted = False\n",
        ),
    ),
    finds=("notes",),
)

FILED = """
SELECT f.shipment_id, f.id, a.name LIKE 'WITHDRAWN %%',
       count(c.id) FILTER (WHERE c.kind = 'withdraw_document'),
       count(c.id) FILTER (WHERE c.kind = 'restore_document')
FROM logistics_effect f
JOIN ir_attachment a ON a.id = f.res_id
LEFT JOIN logistics_effect c ON c.compensates_id = f.id
WHERE f.kind = 'file_document' AND f.shipment_id = ANY(%s)
GROUP BY f.shipment_id, f.id, a.name
"""
NOTED = """
SELECT r.shipment_id,
       count(*) FILTER (WHERE m.body LIKE '%%Delivered 2%%' AND m.body NOT LIKE '%%Corrected%%'),
       count(*) FILTER (WHERE m.body LIKE '%%was withdrawn%%')
FROM logistics_shipment_picking_rel r
JOIN mail_message m ON m.model = 'stock.picking' AND m.res_id = r.picking_id
WHERE r.shipment_id = ANY(%s) GROUP BY r.shipment_id
"""


class Retraction(Trial):
    number = 13
    title = "Retraction"
    passes_when = "state and dates as written down for each story; compensations exactly once"
    load = {"rounds": 4, "orders": 24}
    short_load = {"rounds": 1, "orders": 6}
    mutants = (PROOFS_STAY, COMPENSATED_AGAIN, NOTED_EACH_TIME)

    def run(self, arena, seed, rounds, orders):
        field = CorrectionField(arena, self.number, seed)
        self.at, self.again = now() - timedelta(days=3), now() - timedelta(days=2)
        every = list(permutations(range(4)))
        chosen = [order for _n in range(rounds) for order in field.rng.sample(every, orders)]
        turns, self.expected = [[], [], [], []], {}
        for tell in (self._canonical, self._dcsa, self._epcis):
            for (
                order,
                job,
            ) in tell(field, chosen):
                for turn, position in zip(turns, order, strict=True):
                    turn.append(job[position])
        # One message of each parcel at a time: its orders differ, those of parcels do not matter.
        for jobs in turns:
            field.rng.shuffle(jobs)
            field.send(jobs, 4)
            field.drain()
        again = field.rng.sample(turns[0], max(1, len(turns[0]) // 3))
        field.send(again, 4)
        field.drain()
        verdict = field.judge()
        self._look(field, verdict)
        verdict.figures |= {"shipments": len(self.expected), "orders": len(set(chosen))}
        return verdict

    def _look(self, field, verdict):
        ids = list(self.expected)
        seen = field.shipments(ids, "state, delivered_at, COALESCE(pod_received, false)")
        wrong = [
            (seen.get(key), value) for key, value in self.expected.items() if seen.get(key) != value
        ]
        verdict.expect(not wrong, f"states: {len(wrong)} differ, e.g. {wrong[:2]}")
        database = field.arena.database
        odd, steps = [], 0
        for shipment_id, _filing, marked, withdrawn, restored in database.rows(FILED, ids):
            steps += withdrawn + restored
            counts = self.expected[shipment_id][2]
            is_gone = withdrawn - restored
            if is_gone not in (0, 1) or bool(is_gone) != marked or marked == counts:
                odd.append((shipment_id, marked, withdrawn, restored))
            if withdrawn > 3:  # as many as messages could change it
                odd.append((shipment_id, "withdrawn", withdrawn))
        verdict.expect(not odd, f"proofs: {len(odd)} are not as their events, e.g. {odd[:2]}")
        odd = []
        for shipment_id, told, withdrawn in database.rows(NOTED, ids):
            steps += told + withdrawn
            is_told = told - withdrawn
            if is_told not in (0, 1) or bool(is_told) != (
                self.expected[shipment_id][0] == "delivered"
            ):
                odd.append((shipment_id, told, withdrawn))
            if told > 3:
                odd.append((shipment_id, "told", told))
        verdict.expect(not odd, f"notes: {len(odd)} deliveries are told wrongly, e.g. {odd[:2]}")
        verdict.figures["effects_and_compensations"] = steps

    def _units(self, field, partner, count, kind="tracking_number", **values):
        """Shipments, each with a delivery order that can be told."""
        rpc = field.arena.rpc
        kinds = rpc(
            "stock.picking.type",
            "search_read",
            [("code", "=", "outgoing")],
            ["default_location_src_id"],
            limit=1,
        )[0]
        customers = rpc("stock.location", "search", [("usage", "=", "customer")], limit=1)[0]
        pickings = rpc(
            "stock.picking",
            "create",
            [
                {
                    "picking_type_id": kinds["id"],
                    "location_dest_id": customers,
                    "location_id": kinds["default_location_src_id"][0],
                }
                for _number in range(count)
            ],
        )
        links = [[(4, picking)] for picking in pickings]
        return field.units(partner, count, kind, picking_ids=links, **values)

    def _step(self, at):
        return Step("delivered", at, UTRECHT)

    def _naive(self, at):
        return at.replace(tzinfo=None)

    def _canonical(self, field, chosen):
        """A delivery with its proof, two withdrawals, and another delivery without one."""
        partner = field.join(CanonicalPartner)
        ids = self._units(field, partner, len(chosen), issuer=partner.issuer)
        for (number, shipment_id), order in zip(ids.items(), chosen, strict=True):
            first, later = self._step(self.at), self._step(self.again)
            proof = Step("delivered", self.at, UTRECHT, proof=POD + number.encode())
            told = {**partner.event(Parcel(number), proof), "id": f"{number}-1"}
            withdrawals = [
                {
                    "id": f"{number}-w{hours}",
                    "retracts": f"{number}-1",
                    "recorded_at": (self.at + timedelta(hours=hours)).isoformat(),
                    "shipment": told["shipment"],
                }
                for hours in (2, 3)
            ]
            again = {**partner.event(Parcel(number), later), "id": f"{number}-2"}
            self.expected[shipment_id] = ("delivered", self._naive(self.again), False)
            yield (
                order,
                [
                    field.tell(partner, [told], [fact_at(number, first)]),
                    *(field.tell(partner, [event]) for event in withdrawals),
                    field.tell(partner, [again], [fact_at(number, later)]),
                ],
            )

    def _dcsa(self, field, chosen):
        """One event: delivered, discarded twice; every second one is stated again after that."""
        partner = field.join(DcsaCarrier)
        ids = self._units(field, partner, len(chosen))
        for index, ((number, shipment_id), order) in enumerate(
            zip(ids.items(), chosen, strict=True)
        ):
            first, later = self._step(self.at), self._step(self.again)
            event_id, hour = f"evt-{number}", timedelta(hours=1)
            last = 4 if index % 2 else -1  # revised after, or before all that discards it
            told = partner.event(Parcel(number), first, self.at, event_id)
            discarded = [partner.retracted(event_id, self.at + n * hour) for n in (2, 3)]
            again = partner.event(Parcel(number), later, self.at + last * hour, event_id)
            comes_back = index % 2
            self.expected[shipment_id] = (
                ("delivered", self._naive(self.again), False)
                if comes_back
                else ("draft", None, False)
            )
            yield (
                order,
                [
                    field.tell(partner, [told], [fact_at(number, first)]),
                    *(field.tell(partner, [event]) for event in discarded),
                    field.tell(partner, [again], [fact_at(number, later)]),
                ],
            )

    def _epcis(self, field, chosen):
        """A receipt, declared an error twice for two reasons, and another receipt."""
        partner = field.join(EpcisPartner)
        ids = self._units(field, partner, len(chosen), "sscc")
        for (number, shipment_id), order in zip(ids.items(), chosen, strict=True):
            first, later = self._step(self.at), self._step(self.again)
            told = partner.event(Parcel(number), first)
            again = partner.event(Parcel(number), later)
            errors = [
                partner.declared_error(told, self.at + timedelta(hours=2)),
                partner.declared_error(
                    told, self.at + timedelta(hours=3), "incorrect_data", [again["eventID"]]
                ),
            ]
            self.expected[shipment_id] = ("delivered", self._naive(self.again), False)
            yield (
                order,
                [
                    field.tell(partner, [told], [fact_at(number, first)]),
                    *(field.tell(partner, [event]) for event in errors),
                    field.tell(partner, [again], [fact_at(number, later)]),
                ],
            )
