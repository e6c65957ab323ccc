"""Public keys of partners, as the intake asks for them."""

from ..core.verifiers import Unavailable


def key_finder(env):
    """``find(url, kid)`` for a ``Call``: the JWK of that name, or None if there is none.

    ``find`` raises Unavailable while it cannot be known whether there is one: the key set's host is
    down, or another worker is just asking it. A refusal (401) then could be the end of an authentic
    message, as many partners do not send again what was refused.
    """
    sets = env["logistics.key.set"]

    def find(url, kid):
        key = sets._public_key(url, kid)
        if key is None and not sets._can_say(url):
            raise Unavailable("the partner's key set cannot be had now")
        return key

    return find
