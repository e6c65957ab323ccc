"""Trial 10: the same id with another content: a correction, or a conflict, and never nothing."""

from datetime import timedelta

from ...simulators import CanonicalPartner, DcsaCarrier, EpcisPartner, Parcel, Step
from ...simulators.journey import EINDHOVEN, UTRECHT, now
from ..corrections import CorrectionField, fact_at
from ..tree import Mutant, Patch
from ..trial import Trial

CORE = "logistics_connector_base/core/corrections.py"
WRITING = "logistics_connector_base/inbox/writing.py"
READING = "logistics_connector_base/inbox/reading.py"

DEAF = Mutant(
    "withdrawals are kept and nobody listens to them",
    (
        Patch(
            CORE,
            '        for target in {statement.retracts, statement.corrects} - {""}:\n',
            "        for target in ():\n",
        ),
    ),
    finds=("corrections",),
)
NO_CONTENDERS = Mutant(
    "an event under a known id is taken for a repetition, whatever it says",
    (Patch(WRITING, "        self._find_contenders()\n", ""),),
    finds=("dropped", "conflicts"),
)
FIRST_REVISION = Mutant(
    "the first revision of an event is the one that counts",
    (
        Patch(
            CORE,
            "        if key not in newest or _revision(statement) > _revision(newest[key]):\n",
            "        if key not in newest or _revision(statement) < _revision(newest[key]):\n",
        ),
    ),
    finds=("corrections",),
)


class PlainIds(CanonicalPartner):
    """A partner whose ids stand in the body alone; each body is a message to the verdict."""

    name = "Plain Ids"

    def connection_values(self):
        return {**super().connection_values(), "message_id_header": ""}

    def key(self, body, message_id):
        return super(CanonicalPartner, self).key(body, message_id)


class SameIdOtherContent(Trial):
    number = 10
    title = "Same id, other content"
    passes_when = "400 corrections applied, 200 conflicts before a person, 0 silently dropped"
    load = {"declarations": 200, "revisions": 200, "conflicts": 200}
    short_load = {"declarations": 20, "revisions": 20, "conflicts": 21}
    mutants = (DEAF, FIRST_REVISION, NO_CONTENDERS)

    def run(self, arena, seed, declarations, revisions, conflicts):
        field = CorrectionField(arena, self.number, seed)
        self.start = now() - timedelta(days=4)
        self.expected, self.before, self.after = {}, [], []
        epcis, dcsa = field.join(EpcisPartner), field.join(DcsaCarrier)
        self._declarations(field, epcis, declarations)
        self._revisions(field, dcsa, revisions)
        self._conflicts(field, (epcis, dcsa, field.join(PlainIds)), conflicts)
        seconds = 0
        for jobs in (self.before, self.after):
            field.rng.shuffle(jobs)
            seconds += field.send(jobs, 4)
            field.drain()
        verdict = field.judge()
        seen = field.shipments(self.expected, "state, delivered_at")
        wrong = [(k, seen.get(k), v) for k, v in self.expected.items() if seen.get(k) != v]
        verdict.expect(not wrong, f"corrections: {len(wrong)} differ, e.g. {wrong[:2]}")
        cases = field.open_cases("message_conflict")
        verdict.expect(cases == conflicts, f"conflicts: {cases} of {conflicts} before a person")
        sent = len(self.before) + len(self.after)
        waiting = arena.database.value(
            "SELECT count(*) FROM logistics_message WHERE connection_id = ANY(%s)"
            " AND state = 'conflict'",
            field.connection_ids,
        )
        kept = field.event_count() + waiting
        verdict.expect(kept == sent, f"dropped: {sent - kept} of {sent} statements are nowhere")
        verdict.figures |= {
            "corrections": declarations + revisions - len(wrong),
            "conflicts": cases,
            "dropped": sent - kept,
            "messages_per_s": round(sent / seconds, 1),
        }
        return verdict

    def _step(self, kind, hours):
        place = UTRECHT if kind == "delivered" else EINDHOVEN
        return Step(kind, self.start + timedelta(hours=hours), place)

    def _declarations(self, field, partner, count):
        """A receipt that did not occur."""
        for number, shipment_id in field.units(partner, count, "sscc").items():
            step = self._step("delivered", 30)
            event = partner.event(Parcel(number), step)
            error = partner.declared_error(event, step.at + timedelta(hours=2))
            # All at once and shuffled: either may be first, or both be worked at the same time.
            self.before.append(field.tell(partner, [event], [fact_at(number, step)]))
            self.before.append(field.tell(partner, [error]))
            self.expected[shipment_id] = ("draft", None)

    def _revisions(self, field, partner, count):
        """A delivery with another time, or another container; every third is discarded."""
        containers = list(field.units(partner, 2 * count).items())
        for index in range(count):
            (number, shipment_id), (other, other_id) = containers[2 * index : 2 * index + 2]
            first, later = self._step("delivered", 30), self._step("delivered", 33)
            updated = first.at + timedelta(hours=5)
            event_id = f"evt-{number}"
            told = partner.event(Parcel(number), first, first.at, event_id)
            right = (other, other_id) if index % 3 == 1 else (number, shipment_id)
            if index % 3 == 2:
                revised, facts = partner.retracted(event_id, updated), ()
            else:
                revised = partner.event(Parcel(right[0]), later, updated, event_id)
                facts = [fact_at(right[0], later)]
            self.before.append(field.tell(partner, [told], [fact_at(number, first)]))
            self.before.append(field.tell(partner, [revised], facts))
            self.expected |= {shipment_id: ("draft", None), other_id: ("draft", None)}
            if index % 3 != 2:
                self.expected[right[1]] = ("delivered", later.at.replace(tzinfo=None))

    def _conflicts(self, field, partners, count):
        """Other facts under an event's id, under an id and revision, under a message's id."""
        kinds = ("sscc", "tracking_number", "tracking_number")
        shares = [count // 3 + (n < count % 3) for n in range(3)]
        for partner, kind, share in zip(partners, kinds, shares, strict=True):
            values = {"issuer": partner.issuer} if partner is partners[2] else {}
            for number, shipment_id in field.units(partner, share, kind, **values).items():
                steps = self._step("departed", 5), self._step("delivered", 30)
                bodies = self._conflicting(partner, Parcel(number), steps)
                jobs = [
                    field.tell_body(partner, body, [fact_at(number, step)])
                    for body, step in zip(bodies, steps, strict=True)
                ]
                self.before.append(jobs[0])
                self.after.append(jobs[1])
                self.expected[shipment_id] = ("in_transit", None)

    @staticmethod
    def _conflicting(partner, parcel, steps):
        same = f"same-{parcel.number}"
        for step in steps:
            if isinstance(partner, CanonicalPartner):
                yield {**partner.wrap([partner.event(parcel, step)]), "id": same}
            elif isinstance(partner, DcsaCarrier):
                yield partner.wrap([partner.event(parcel, step, steps[0].at, same)])
            else:
                yield partner.wrap([partner.event(parcel, step, same)])
