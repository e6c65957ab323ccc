"""The warehouse's post office: deeds become messages, and these arrive in no good order."""

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from decimal import Decimal

from .words import advice

#: Which counter the messages of a kind have.
STREAMS = {
    "ship": "outbound",
    "release": "outbound",
    "progress": "outbound",
    "receipt": "inbound",
    "appointment": "docks",
}
STOCK = "stock"


@dataclass(frozen=True, slots=True)
class Manners:
    """How messages arrive. ``late``: hours, by weight; ``doubled``: how often one is sent again
    (0 to 1), ``lost``: how often the first copy goes nowhere, ``forgotten``: how often none ever
    leaves unless it is asked for. ``most`` advices in a message."""

    late: dict = field(default_factory=lambda: {0: 5, 1: 3, 2: 2, 5: 1})
    doubled: float = 0.25
    lost: float = 0.15
    forgotten: float = 0.0
    most: int = 3


PUNCTUAL = Manners({0: 1}, 0.0, 0.0, most=1)


@dataclass(slots=True)
class Letter:
    """A message. ``hours``: when copies of it leave, sorted; ``statuses``: what was answered."""

    id: str
    stream: str
    number: int
    body: bytes
    hours: list
    statuses: list = field(default_factory=list)

    @property
    def has_arrived(self):
        return any(200 <= status < 300 for status in self.statuses)


class Post:
    """
    :param send: (body, message id) → HTTP status, 0 where nothing came back
    :param rng: a random.Random
    :param issuer: the warehouse's name in messages
    :param hands: how many messages are on their way at the same time
    """

    def __init__(self, send, rng, manners=None, issuer="harbour", hands=1):
        self.send, self.rng, self.manners = send, rng, manners or Manners()
        self.issuer, self.hands, self.hour = issuer, hands, 0
        self.letters, self._sequences = [], {}

    @property
    def waiting(self):
        """Letters of which a copy is still to be sent."""
        return [letter for letter in self.letters if letter.hours]

    def write(self, deeds):
        """Make messages of deeds; they leave with the next rounds."""
        streams = {}
        for deed in deeds:
            streams.setdefault(STREAMS.get(deed.kind, STOCK), []).append(deed)
        for stream, told in streams.items():
            while told:
                count = self.rng.randint(1, self.manners.most)
                self.letters.append(self._letter(stream, told[:count]))
                del told[:count]

    def round(self):
        """An hour's post: what is due, in an order that the seed says. What is not acknowledged
        comes again with the next round; how many were sent."""
        due = [one for one in self.letters for hour in one.hours if hour <= self.hour]
        self.rng.shuffle(due)
        self.hour += 1
        self._deliver(due)
        return len(due)

    def empty(self, most=60):
        """Send until all is acknowledged.

        :raises TimeoutError: it is not after so many rounds
        """
        for _round in range(most):
            if not self.waiting:
                return
            self.hour = max(self.hour, min(letter.hours[0] for letter in self.waiting))
            self.round()
        if self.waiting:
            answers = {letter.id: letter.statuses[-3:] for letter in self.waiting[:5]}
            raise TimeoutError(f"{len(self.waiting)} messages are not taken: {answers}")

    def repeat(self):
        """Send every message once more, in another order."""
        for letter in self.letters:
            letter.hours.append(self.hour)
        self.empty()

    def again(self, stream, first, last):
        """Somebody misses these numbers of a counter: they leave with the next round."""
        for letter in self.letters:
            if letter.stream == stream and first <= letter.number <= last:
                letter.hours.append(self.hour)

    def last_ones(self):
        """What was forgotten, and nothing that came after it shows that: it is found in the
        evening, and leaves with the next round."""
        for letter in self.letters:
            is_last = letter.number == self._sequences[letter.stream]
            if is_last and not letter.hours and not letter.has_arrived:
                letter.hours.append(self.hour)

    def _deliver(self, due):
        if self.hands == 1:
            statuses = [self.send(letter.body, letter.id) for letter in due]
        else:
            with ThreadPoolExecutor(self.hands) as pool:
                statuses = list(pool.map(lambda one: self.send(one.body, one.id), due))
        for letter, status in zip(due, statuses, strict=True):
            letter.statuses.append(status)
            letter.hours.pop(0)
            if not 200 <= status < 300:
                letter.hours = sorted([*letter.hours, self.hour])

    def _letter(self, stream, deeds):
        number = self._sequences[stream] = self._sequences.get(stream, 0) + 1
        message = {
            "version": "1.1",
            "id": f"{self.issuer}-{stream}-{number:05}",
            "issuer": self.issuer,
            "sent_at": deeds[-1].at.isoformat(timespec="milliseconds"),
            "stream": stream,
            "sequence": number,
            "advices": [advice(deed) for deed in deeds],
        }
        body = json.dumps(message, default=_number, separators=(",", ":")).encode()
        return Letter(message["id"], stream, number, body, self._hours())

    def _hours(self):
        """When copies leave: a lost one is not seen by anybody, and noticed later."""
        rng, manners = self.rng, self.manners
        if manners.forgotten and rng.random() < manners.forgotten:
            return []
        first = self.hour + rng.choices(list(manners.late), list(manners.late.values()))[0]
        if rng.random() < manners.lost:
            first += rng.randint(2, 4)
        if rng.random() >= manners.doubled:
            return [first]
        return [first, *sorted(first + rng.randint(0, 3) for _copy in range(rng.randint(1, 2)))]


def _number(value):
    """Decimal as JSON has it: the shortest way to write it, a tenth as 0.1."""
    if not isinstance(value, Decimal):
        raise TypeError(f"{value!r} has no place in a message")
    return int(value) if value == value.to_integral_value() else float(value)
