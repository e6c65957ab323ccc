"""The exam with a small load, all trials on one server, as part of every test run; the full load is
``./dev exam``. One guard is broken here, too: an exam that stays green on a broken product proves
nothing."""

import pytest

from ..exam import mutants
from ..exam.__main__ import SEED, shared_arena
from ..exam.arena import Arena
from ..exam.tree import Mutant, Patch, Tree
from ..exam.trials import TRIALS


@pytest.fixture(scope="module")
def arena():
    with shared_arena(TRIALS.values()) as shared:
        yield shared


@pytest.mark.parametrize("number", sorted(n for n, t in TRIALS.items() if not t.not_in_ci))
def test_trial(request, number):
    trial = TRIALS[number]
    if trial.own_server:
        with trial.arena(**trial.server) as own:
            verdict = trial.run(own, SEED, **trial.short_load)
    else:
        shared = request.getfixturevalue("arena")
        verdict = trial.run(shared, SEED, **trial.short_load)
    assert verdict.clean, (verdict.problems, verdict.counts, verdict.figures)


ALL_MUTANTS = [mutant for trial in TRIALS.values() for mutant in trial.mutants]


@pytest.mark.parametrize("mutant", ALL_MUTANTS, ids=lambda mutant: mutant.name[:40])
def test_mutants_still_fit_the_product(mutant):
    """A guard that moved would make ``./dev exam --mutant`` fail; told here at once."""
    with Tree(mutant) as tree:
        for patch in mutant.patches:
            assert patch.new in (tree.folder / patch.path).read_text()
            compile((tree.folder / patch.path).read_text(), patch.path, "exec")


def test_a_mutant_that_does_not_fit_is_refused():
    lost = Mutant("lost", (Patch(mutants.ACCEPT, "no such guard", ""),))
    with pytest.raises(AssertionError, match="adapt the mutant"), Tree(lost):
        pass


def test_a_broken_guard_is_found():
    """The first law, broken: acknowledged before it is on disk. The others: --mutant."""
    trial, mutant = TRIALS[2], mutants.ACK_BEFORE_COMMIT
    load = {**trial.short_load, "baseline": 1, "kills_for": 5, "recovery": 1, "settle": 1}
    with Arena(mutant) as broken:
        verdict = trial.run(broken, SEED, **load, patience=0)
    found = [problem for problem in verdict.problems if problem.startswith(mutant.finds)]
    assert found, verdict.problems
