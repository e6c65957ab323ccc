"""What all carriers have: accounts, prices by weight, numbers, labels; and their bad days."""

import base64
import io
import json
import random
import threading
import time
from dataclasses import dataclass, field

from jsonschema import Draft202012Validator
from PIL import Image, ImageDraw

from ..receiver import Answer, Receiver

FUEL_PERCENT = 12
EXTRA_CENTS = 450  # for whatever is asked for beside the transport
EXTRA = "4.50"


@dataclass
class Booked:
    """A booking as the carrier's books have it. ``accessorials``: what it read in the request, by
    our names: {"cod": "120.00 USD", "signature": "adult"}; ``route``: names of where it comes from
    and where it goes."""

    identifier: str
    numbers: list
    service: str
    reference: str
    total: str
    labels: list = field(default_factory=list, repr=False)
    is_void: bool = False
    accessorials: dict = field(default_factory=dict)
    route: tuple = ()
    is_return: bool = False


class Refusal(Exception):
    """The carrier says no: its status, code and words."""

    def __init__(self, status, code, text, place=""):
        super().__init__(text)
        self.status, self.code, self.text, self.place = status, code, text, place


class CarrierServer(Receiver):
    """
    :param int seed: of the numbers
    :param port: see Receiver

    ``bookings``: by identifier. ``moods``: a list of what goes wrong, one for each act (tokens
    apart), then all is well again: "late" (booked, but the answer comes never), "cut" (booked, the
    connection breaks), "busy" (429), "down" (503), "stumble" (500 after booking), "garbled" (a 200
    that is no answer), "expired" (401 as if the token were too old), "half" (of the parcels
    that are booked from now on, the second is refused, where ``books_each``).

    What its interface has: ``has_tokens``, ``has_rates``, ``has_void`` (and
    ``has_return_void``); ``shows_late``: what was booked is found a while later only, which is so
    while ``is_blind``; ``books_each``: each parcel is a shipment of its own, and ``calls_each``:
    is asked for by a call of its own.
    """

    provider = ""
    currency = "USD"
    has_tokens = has_rates = has_void = has_return_void = True
    shows_late = books_each = calls_each = False
    unknown_service = "99"  # one that it does not have

    def __init__(self, seed=7, port=0):
        super().__init__(self._behave, port)
        self.rng = random.Random(seed)
        self.bookings, self.moods, self.tokens = {}, [], {}
        self.lateness = 3.0  # seconds that a late answer takes
        self.is_open = threading.Event()  # acts wait for it: their answers come when it is set
        self.is_open.set()
        self.is_blind = False  # its books do not show yet what was booked
        self._parcels_left = None  # before one is refused
        self._book_lock = threading.Lock()
        self.pickups = None  # its vans, where they can be ordered: an object with ``vans``

    # -- for the tests ---------------------------------------------------------------------------

    @classmethod
    def settings(cls):
        """A good access, by karrio's names."""
        raise NotImplementedError

    @property
    def live(self):
        return [one for one in self.bookings.values() if not one.is_void]

    def is_act(self, call):
        """Whether a call asks for something; one for a token does not."""
        return "token" not in call.path

    # -- the way of a call -----------------------------------------------------------------------

    def _behave(self, call, number):
        try:
            answer = self.login(call)
            if answer is not None:
                return answer
            mood = self.moods.pop(0) if self.moods else ""
            if mood == "busy":
                return Answer(429, {"Retry-After": "7"}, b"")
            if mood == "down":
                return Answer(503, body=b"down for maintenance")
            if mood == "expired":
                self.tokens.clear()
            if mood == "half":
                self._parcels_left = 1
            if mood == "garbled":
                return Answer(200, body=b"<html>our gateway is confused</html>")
            self.is_open.wait(60)
            answer = self.act(call)
            if mood == "late":
                time.sleep(self.lateness)
            if mood == "cut":
                return Answer(reset=True)
            if mood == "stumble":
                return Answer(500, body=b"stumbled after the work was done")
            return answer
        except Refusal as no:
            return self.refusal(no)

    def login(self, call):
        """The answer to a call for a token; None for any other."""
        raise NotImplementedError

    def act(self, call):
        """The answer to an act. Raises Refusal."""
        raise NotImplementedError

    def refusal(self, no):
        """A Refusal in the carrier's own shape."""
        raise NotImplementedError

    # -- what carriers do ------------------------------------------------------------------------

    def new_token(self, lifetime=3600):
        token = f"tok-{self.rng.randrange(10**12):012}"
        self.tokens[token] = time.monotonic() + lifetime
        return token

    def check_token(self, call):
        token = header(call, "Authorization").removeprefix("Bearer ").strip()
        if self.tokens.get(token, 0) < time.monotonic():
            raise Refusal(401, "250002", "Invalid Authentication Information.")

    def check(self, schema, data):
        """Hold a request against the carrier's published schema. Raises Refusal for the first place
        that breaks it."""
        problems = sorted(Draft202012Validator(schema).iter_errors(data), key=lambda one: list(
            map(str, one.absolute_path)))  # fmt: skip
        if problems:
            place = ".".join(str(step) for step in problems[0].absolute_path)
            raise Refusal(400, "9100", f"{place}: {problems[0].message[:200]}", place)

    def price(self, kilograms, service, extras=0):
        """(base, fuel, total) as texts of two decimals; the dearer the service, the more.

        :param int extras: how much is asked for beside it, each at ``EXTRA``, in the total
        """
        cents = 700 + round(kilograms * 110) + sum(service.encode()) % 900
        fuel = cents * FUEL_PERCENT // 100
        total = cents + fuel + extras * EXTRA_CENTS
        return tuple(f"{value / 100:.2f}" for value in (cents, fuel, total))

    def book(self, numbers, service, reference, total, labels, identifier=None, **more):
        """
        :param more: further values of Booked
        """
        with self._book_lock:
            identifier = identifier or numbers[0]
            booked = Booked(identifier, numbers, service, reference, total, labels, **more)
            self.bookings[identifier] = booked
            return booked

    def is_unwanted(self):
        """Whether the next parcel is the one that is refused ("half")."""
        if self._parcels_left is None:
            return False
        self._parcels_left -= 1
        if self._parcels_left >= 0:
            return False
        self._parcels_left = None
        return True

    def find(self, reference):
        if self.is_blind:
            return []
        return [one for one in self.live if one.reference == reference]

    def data_of(self, call):
        try:
            return json.loads(call.body)
        except ValueError:
            raise Refusal(400, "9000", "The request is not well formed.") from None


def header(call, name):
    """A header of a call, however it is written."""
    return next((v for key, v in call.headers.items() if key.lower() == name.lower()), "")


def answer(data, status=200):
    """JSON as carriers write it."""
    return Answer(status, {"Content-Type": "application/json"}, json.dumps(data).encode())


def label(form, number, lines):
    """A label that can be printed and looked at: base64.

    :param str form: PNG, GIF, PDF or ZPL
    """
    if form == "ZPL":
        rows = "".join(
            f"^FO60,{200 + 60 * row}^A0N,40^FD{line}^FS" for row, line in enumerate(lines)
        )
        text = f"^XA^PW812^LL1218{rows}^FO60,800^BY3^BCN,200,Y^FD{number}^FS^XZ"
        return base64.b64encode(text.encode()).decode()
    image = Image.new("1", (800, 1200), 1)
    draw = ImageDraw.Draw(image)
    for row, line in enumerate([*lines, number]):
        draw.text((60, 100 + 60 * row), line, fill=0)
    for index, character in enumerate(number.encode() * 2):
        draw.rectangle((60 + 12 * index, 700, 60 + 12 * index + character % 9 + 1, 950), fill=0)
    out = io.BytesIO()
    # In black and white a PDF holds a TIFF, which Odoo takes out of Pillow.
    (image.convert("L") if form == "PDF" else image).save(out, format=form)
    return base64.b64encode(out.getvalue()).decode()
