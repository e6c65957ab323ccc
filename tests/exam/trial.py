"""What every trial is."""


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

    def run(self, arena, seed, **load):
        raise NotImplementedError
