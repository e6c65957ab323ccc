# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""Secrets at rest: encrypted with keys that lie outside the database (law 9)."""

from collections.abc import Sequence

from cryptography.fernet import Fernet, InvalidToken, MultiFernet


class SecretBoxError(Exception):
    """A secret cannot be encrypted or opened. The text names neither key, token nor content."""


def generate_key() -> str:
    """A new master key: 32 random bytes in URL-safe base64, as :class:`SecretBox` takes it."""
    return Fernet.generate_key().decode("ascii")


class SecretBox:
    """Encrypts with the first key, opens with any, so that keys can be exchanged while running.

    Fernet: AES-128-CBC with HMAC-SHA256, and a time stamp that :meth:`rotate` keeps.
    """

    __slots__ = ("_fernet", "_newest")

    def __init__(self, keys: Sequence[str]) -> None:
        """``keys``: Fernet keys, the newest first. Raises SecretBoxError where one is unusable."""
        if isinstance(keys, str):
            keys = [keys]
        fernets = []
        for number, key in enumerate(keys, start=1):
            try:
                fernets.append(Fernet(key.strip()))
            except (ValueError, TypeError, AttributeError):
                # "from None": the cause's text may quote the key.
                raise SecretBoxError(
                    f"Master key number {number} is not usable: "
                    "it must be 32 bytes in URL-safe base64."
                ) from None
        if not fernets:
            raise SecretBoxError("There is no master key.")
        self._fernet = MultiFernet(fernets)
        self._newest = fernets[0]

    def encrypt(self, text: str) -> str:
        """Encrypt; the same text gives another token each time. Raises SecretBoxError."""
        try:
            return self._fernet.encrypt(text.encode()).decode("ascii")
        except (AttributeError, TypeError, UnicodeEncodeError):
            raise SecretBoxError("Only proper text can be encrypted.") from None

    def decrypt(self, token: str) -> str:
        """Open a token. Raises SecretBoxError if it was changed or no key fits."""
        try:
            return self._fernet.decrypt(token).decode()
        except (InvalidToken, AttributeError, TypeError, ValueError):
            raise SecretBoxError("A stored secret cannot be opened with any master key.") from None

    def rotate(self, token: str) -> str:
        """Encrypt the content of a token anew with the first key. Raises SecretBoxError."""
        try:
            return self._fernet.rotate(token).decode("ascii")
        except (InvalidToken, AttributeError, TypeError, ValueError):
            raise SecretBoxError("A stored secret cannot be opened with any master key.") from None

    def is_newest(self, token: str) -> bool:
        """Whether a token was encrypted with the first key. Never raises."""
        try:
            self._newest.decrypt(token)
        except (InvalidToken, AttributeError, TypeError, ValueError):
            return False
        return True

    def __repr__(self) -> str:
        return "<SecretBox>"
