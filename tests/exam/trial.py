"""What every trial is."""


class Trial:
    """One trial. ``run`` returns a Verdict; ``load`` and ``short_load`` are its arguments."""

    number = 0
    title = ""
    load: dict = {}
    short_load: dict = {}
    mutants: tuple = ()
    passes_when = ""

    def run(self, arena, seed, **load):
        raise NotImplementedError
