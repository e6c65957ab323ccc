# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""What a sender holds while it calls one partner."""

from dataclasses import dataclass, field
from datetime import UTC, datetime

from ..core.access import AccessMethod, Basic, MutualTls, NoAccess, OAuth2, OutgoingCall
from ..core.masking import MASK
from ..core.netguard import BROKER, WEB, Refusal, parse_target
from ..core.secretbox import SecretBoxError
from ..intake.waker import note_used
from ..tools.master_key import open_secret
from .tokens import TokenKeeper

SHORTEST_MASKED = 4  # characters: to mask shorter ones would only show where they stand


@dataclass(frozen=True, slots=True)
class StoredSecret:
    """A secret as it lies in the database; the times are naive UTC or None."""

    credential_id: int
    encrypted: str = field(repr=False)
    valid_from: datetime | None
    ends_at: datetime | None
    stored_at: datetime | None
    certificate: str = field(default="", repr=False)

    def is_valid(self, now: datetime) -> bool:
        """Whether it may be used at ``now`` (naive UTC)."""
        begun = self.valid_from is None or self.valid_from <= now
        return begun and (self.ends_at is None or self.ends_at > now)


@dataclass(frozen=True, slots=True)
class Way:
    """One way to identify ourselves, with its secrets, the newest first."""

    access_id: int
    name: str
    method: AccessMethod
    secrets: tuple[StoredSecret, ...]
    hosts: tuple[str, ...]
    problem: str  # why there was no secret when it was read

    def valid(self, now: datetime) -> list[StoredSecret]:
        """The secrets that may be used at ``now`` (aware). Raises NoAccess if there are none."""
        moment = now.astimezone(UTC).replace(tzinfo=None)
        found = [secret for secret in self.secrets if secret.is_valid(moment)]
        if found:
            return found
        if self.secrets:
            raise NoAccess(f"“{self.name}”: the stored secret has ended, or not begun.", "expired")
        raise NoAccess(f"“{self.name}”: {self.problem or 'no secret is stored'}.", "no_secret")

    def opened(self, now: datetime) -> list[str]:
        """The plain texts of the valid secrets. Raises NoAccess."""
        return [_open(secret) for secret in self.valid(now)]

    def may_reach(self, url: str) -> bool:
        """Whether its secret may be sent to the host of ``url``."""
        if not self.hosts:
            return True
        host = parse_target(url, WEB + BROKER).host
        return any(
            host == name or (name.startswith("*.") and host.endswith(name[1:]))
            for name in self.hosts
        )


def _open(secret: StoredSecret) -> str:
    try:
        return open_secret(secret.encrypted)
    except SecretBoxError as error:
        text = str(error)
    # Raised here, so that nothing hangs on it.
    raise NoAccess(text, "no_key")


class Caller:
    """How we identify ourselves to the partner of one connection. The guide::

        caller = connection._make_caller()           # in a transaction; reads the settings once
        ...                                          # from here on in any thread, without a cursor
        with env["logistics.http"]._client(limits, **caller.client_options()) as client:
            url = caller.url(flow_url)               # with the key in it, where they want it there
            for last_try in (False, True):
                call = OutgoingCall("POST", url, body, message_id, datetime.now(UTC))
                answer = client.request(
                    call.method, url, {**own_headers, **caller.headers(call)}, call.body
                )
                if answer.status != 401 or last_try or not caller.renew():
                    break

    - The body must be final: it is signed as it stands. Each try is made (and signed) anew, with
      the time of that try and the same ``message_id``.
    - All methods raise :class:`NoAccess` when the call must not be made: no secret, an ended one,
      no master key, no token. ``code``, ``transient`` and ``retry_after`` say what to do with the
      message; the text is for people. Nothing was sent then.
    - ``headers`` may fetch a token (15 s at most) on its own client and short cursors: do not call
      it while you hold a transaction open. Of all threads and processes one fetches, the others
      wait for it.
    - ``renew`` after a 401: True means that there is another token than the one refused; send
      once more. One renewal is forced a minute, whoever asks; without OAuth2 it is always False.
    - One Caller a thread, and one for a drain of some minutes: settings that are changed, secrets
      that are removed and companies' rules count for the next one. Validity is looked at with
      each call.
    - A connection without any way to identify ourselves gives no headers: partners exist that look
      at our address only.
    - What you store or show of a call goes through ``secret_headers`` (names to mask) and
      ``mask(text)``. repr and str of a Caller tell nothing, and it cannot be pickled.
    """

    __slots__ = ("_dbname", "_keepers", "_name", "_ways")

    def __init__(self, dbname: str, name: str, ways: tuple[Way, ...]) -> None:
        self._dbname = dbname
        self._name = name
        self._ways = tuple(ways)
        self._keepers = {
            way.access_id: TokenKeeper(dbname, way.access_id, way.method, self.client_options)
            for way in self._ways
            if isinstance(way.method, OAuth2)
        }

    def __repr__(self) -> str:
        return f"<Caller of {self._name!r}>"

    def __reduce_ex__(self, protocol):
        raise TypeError("A Caller holds secrets and is not pickled: make one where it is used.")

    def __copy__(self):
        return self

    def __deepcopy__(self, memo):
        return self

    @property
    def secret_headers(self) -> frozenset[str]:
        """Names of the headers whose values may not be stored or shown."""
        return frozenset(name for way in self._ways for name in way.method.secret_headers)

    def client_options(self) -> dict[str, str]:
        """Arguments for ``env["logistics.http"]._client``: our client certificate and its key.

        :raises NoAccess: there should be one
        """
        for way in self._ways:
            if isinstance(way.method, MutualTls):
                secret = way.valid(datetime.now(UTC))[0]
                return {"certificate_pem": secret.certificate, "key_pem": _open(secret)}
        return {}

    def url(self, url: str) -> str:
        """The address to call: as it is, or with an API key in its query.

        :raises NoAccess: no key, or the address may not have it
        """
        now = datetime.now(UTC)
        for way in self._ways:
            if way.method.address(url, ["k"]) != url:
                self._check_host(way, url)
                url = self._made(way, way.method.address, url, way.opened(now))
        return url

    def headers(self, call: OutgoingCall) -> dict[str, str]:
        """The headers that identify us in this call.

        :raises NoAccess: the call must not be made
        """
        made: dict[str, str] = {}
        for way in self._ways:
            if isinstance(way.method, MutualTls):
                note_used(self._dbname, way.valid(call.now)[0].credential_id)
                continue
            self._check_host(way, call.url)
            newest = way.valid(call.now)[0]
            keeper = self._keepers.get(way.access_id)
            if keeper is None:
                keys = way.opened(call.now)
            else:
                mark = f"{newest.credential_id}/{newest.stored_at}"
                keys = [keeper.token(_open(newest), mark)]
            headers = self._made(way, way.method.headers, call, keys)
            if {name.lower() for name in made} & {name.lower() for name in headers}:
                raise NoAccess(f"“{way.name}”: another way writes the same header.", "unusable")
            made |= headers
            note_used(self._dbname, newest.credential_id)
        return made

    def login(self, url: str) -> tuple[str, str]:
        """User name and password for a message broker; its other ways are of no use there.

        :raises NoAccess: there are none, or they may not go to this address
        """
        for way in self._ways:
            if isinstance(way.method, Basic):
                self._check_host(way, url)
                now = datetime.now(UTC)
                password = way.opened(now)[0]
                note_used(self._dbname, way.valid(now)[0].credential_id)
                return way.method.username, password
        raise NoAccess(
            "A message broker asks for a user name and a password: add them to “Our access” of "
            f"“{self._name}”.",
            "no_secret",
        )

    def renew(self) -> bool:
        """After a 401: whether there is a new token now, so that one more try is worth it.

        :raises NoAccess: a token is needed and cannot be had
        """
        now = datetime.now(UTC)
        renewed = False
        for way in self._ways:
            keeper = self._keepers.get(way.access_id)
            if keeper is not None:
                secret = way.valid(now)[0]
                mark = f"{secret.credential_id}/{secret.stored_at}"
                renewed |= keeper.renew(_open(secret), mark)
        return renewed

    def ask_anew(self) -> None:
        """For tests by a person: ask the token server also where it has just said no."""
        for keeper in self._keepers.values():
            keeper.is_patient = False

    def mask(self, text: str) -> str:
        """``text`` without any of our secrets or tokens, also as base64 (basic) shows them."""
        found = set()
        for keeper in self._keepers.values():
            found.add(keeper.known)
        for way in self._ways:
            for secret in way.secrets:
                try:
                    found.add(_open(secret))
                except NoAccess:
                    continue
            for plain in list(found):
                for value in _headers_of(way.method, plain):
                    found.add(value.rpartition(" ")[2])
        for secret in sorted(found, key=len, reverse=True):
            if len(secret) >= SHORTEST_MASKED:
                text = text.replace(secret, MASK)
        return text

    @staticmethod
    def _made(way, function, *arguments):
        try:
            return function(*arguments)
        except ValueError as error:
            text = str(error)
        raise NoAccess(f"“{way.name}”: {text}", "unusable")

    @staticmethod
    def _check_host(way, url):
        if way.method.sends_secret and not way.may_reach(url):
            raise NoAccess(
                f"“{way.name}” may not be sent to {parse_target(url, WEB + BROKER).host}: it is "
                "not among the hosts of the partner (Only sent to).",
                "unusable",
            )


_SAMPLE = OutgoingCall(
    "GET", "https://mask.invalid/", b"", "mask", datetime(2026, 1, 1, tzinfo=UTC)
)


def _headers_of(method, secret):
    """The values under which a secret itself goes over the wire."""
    if not method.sends_secret:
        return []
    try:
        return list(method.headers(_SAMPLE, [secret]).values())
    except (ValueError, Refusal):
        return []
