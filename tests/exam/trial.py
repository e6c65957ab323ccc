"""What every trial is."""

from .arena import Arena


class Trial:
    """One trial. ``run`` returns a Verdict; ``load`` and ``short_load`` are its arguments.

    A trial that cannot share a server has ``own_server``; ``server`` are the arguments of its
    :class:`~.arena.Arena`. One whose short form is too long for each ``./dev test`` says why in
    ``not_in_ci``, and has a smaller test of its own elsewhere.
    """

    number = 0
    title = ""
    load: dict = {}
    short_load: dict = {}
    mutants: tuple = ()
    passes_when = ""
    own_server = False
    server: dict = {}
    not_in_ci = ""

    #: Where it takes place. The short forms of trials with another arena get one of their own.
    arena = Arena

    def run(self, arena, seed, **load):
        raise NotImplementedError
