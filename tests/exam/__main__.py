"""``./dev exam [TRIAL…]``: the reliability exam.

    ./dev exam              all trials with their full load
    ./dev exam 2 6          these
    ./dev exam --short      a small load, one server for all (as ./dev test has it)
    ./dev exam --mutant     with each guard broken on purpose: passes when the trial goes red
    ./dev exam --publish    writes the results into docs/reliability.md
    ./dev exam neighbours   Odoo's own tests beside our addons (neighbours.py)
    ./dev exam wms          fifty days of a simulated 3PL (warehouse.py)
    ./dev exam freight      a month of 10,000 shipments with planted errors (freight.py)

The last line is ``N passed, N failed``. Ledgers lie in DEV_HOME/exam.
"""

import argparse
import contextlib
import json
import signal
import sys
import time

from . import freight, neighbours, publish, warehouse
from .arena import LEDGERS, Arena
from .trials import TRIALS

SEED = 20260927


def main(arguments=None):
    arguments = sys.argv[1:] if arguments is None else arguments
    if arguments[:1] == ["neighbours"]:
        return neighbours.main(arguments[1:])
    if arguments[:1] == ["wms"]:
        return warehouse.main(arguments[1:])
    if arguments[:1] == ["freight"]:
        return freight.main(arguments[1:])
    parser = argparse.ArgumentParser(
        prog="./dev exam", description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("trials", nargs="*", type=int, metavar="TRIAL")
    parser.add_argument("--short", action="store_true")
    parser.add_argument("--mutant", action="store_true")
    parser.add_argument("--repeat", type=int, default=1, help="how often, with another seed each")
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--publish", action="store_true")
    options = parser.parse_args(arguments)
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # leave no server behind
    unknown = set(options.trials) - set(TRIALS)
    if unknown:
        parser.error(f"no trial {sorted(unknown)}; there are {sorted(TRIALS)}")
    chosen = [TRIALS[number] for number in options.trials or sorted(TRIALS)]
    LEDGERS.mkdir(parents=True, exist_ok=True)
    name = f"results-{time.strftime('%Y%m%d-%H%M%S')}.json"
    results = []
    for result in run_all(chosen, options):  # an hour's work is not lost with the trial after it
        results.append(result)
        (LEDGERS / name).write_text(json.dumps(results, indent=1))
    if options.publish:
        say(f"written: {publish.write(results, options.mutant)}")
    failed = [result for result in results if not result["passed"]]
    for result in failed:
        say(f"FAILED trial {result['trial']} {result['mutant'] or ''}: {result['problems']}")
    say(f"{len(results) - len(failed)} passed, {len(failed)} failed")
    return 1 if failed else 0


def shared_arena(trials):
    """One arena for all trials that can share it, with whatever addons one of them needs."""
    needed = {addon for trial in trials for addon in trial.server.get("addons", ())}
    return Arena(addons=needed)


def run_all(trials, options):
    if options.mutant:
        for trial in trials:
            for mutant in trial.mutants:
                with trial.arena(mutant, **trial.server) as arena:
                    yield run_one(trial, arena, options.seed, True, mutant)
        return
    with contextlib.ExitStack() as stack:
        shared = stack.enter_context(shared_arena(trials)) if options.short else None
        for repetition in range(options.repeat):
            for trial in trials:
                seed = options.seed + repetition
                if shared and not trial.own_server:
                    yield run_one(trial, shared, seed, True)
                    continue
                with trial.arena(**trial.server) as arena:
                    yield run_one(trial, arena, seed, options.short)


def run_one(trial, arena, seed, short, mutant=None):
    """Run a trial once; what came out as a dict. A mutant passes when its guard is missed."""
    kind = f"mutant: {mutant.name}" if mutant else ("short" if short else "full load")
    say(f"trial {trial.number}: {trial.title}, seed {seed}, {kind}")
    start = time.monotonic()
    verdict = trial.run(arena, seed, **(trial.short_load if short else trial.load))
    found = " ".join(verdict.problems)
    passed = verdict.clean
    if mutant:
        passed = not verdict.clean and any(word in found for word in mutant.finds)
    result = {
        "trial": trial.number,
        "title": trial.title,
        "seed": seed,
        "load": "short" if short else "full",
        "mutant": mutant.name if mutant else "",
        "passed": passed,
        "counts": verdict.counts,
        "figures": verdict.figures,
        "problems": verdict.problems,
        "seconds": round(time.monotonic() - start, 1),
        "at": time.strftime("%Y-%m-%d %H:%M"),
        "commit": publish.commit(),
    }
    show(result)
    return result


def show(result):
    counts = ", ".join(f"{name} {number}" for name, number in result["counts"].items())
    say(f"  {counts}")
    figures = ", ".join(f"{name} {value}" for name, value in result["figures"].items())
    say(f"  {figures}")
    for problem in result["problems"]:
        say(f"  {'red, as it must be' if result['mutant'] else 'WRONG'}: {problem}")
    word = "passed" if result["passed"] else "FAILED"
    say(f"  {word} in {result['seconds']} s")


def say(text):
    print(text, flush=True)


if __name__ == "__main__":
    sys.exit(main())
