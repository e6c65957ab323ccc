# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""Carriers' tokens, kept by this process for as long as they hold and the access is the same."""

import threading

from . import transport

MOST = 200  # accesses; who has more fetches some tokens more often

_kept = {}
_lock = threading.Lock()


def cache_for(digest):
    """The cache that karrio's settings with this digest take (``settings.cache``): another secret
    is another digest, so no token outlives it.

    :param str digest: of all settings
    """
    with _lock:
        if digest not in _kept:
            while len(_kept) >= MOST:
                _kept.pop(next(iter(_kept)))
            _kept[digest] = _make()
        return _kept[digest]


def has(digest):
    """Whether a token of these settings is kept."""
    with _lock:
        return bool(digest in _kept and _kept[digest].is_filled)


def forget(digest):
    """What was fetched with these settings is not used again."""
    with _lock:
        _kept.pop(digest, None)


def _make():
    manager = transport.load("karrio.core.utils.caching").ThreadSafeTokenManager

    class TokenCache:
        """In the place of ``karrio.core.utils.caching.Cache``, without a thread for each value."""

        def __init__(self):
            self._values = {}

        @property
        def is_filled(self):
            return bool(self._values)

        def get(self, key):
            return self._values.get(key)

        def set(self, key, value, **kwargs):
            self._values[key] = value() if callable(value) else value

        def thread_safe(self, refresh_func, **kwargs):
            def fetch():
                with transport.logging_in() as talk:
                    token = refresh_func()
                # karrio would go on with "Bearer None" where it does not know the error's shape.
                if talk.exchanges and not talk.exchanges[-1].ok:
                    raise RuntimeError("access refused")
                return token

            return manager(cache=self, refresh_func=fetch, **kwargs)

    return TokenCache()
