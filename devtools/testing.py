"""``./dev test [PATH…] [pytest options]``: all tests, or those of the paths.

Two pytest processes, because they need opposite things: the addons' tests run inside one Odoo
(pytest-odoo, one test transaction), the end-to-end tests in ``tests/`` outside of the real servers
that they start. They run side by side, as the end-to-end tests mostly wait for servers, browsers
and clocks; what these say follows what the addons' say. One summary line closes both.

Two on two cores can keep a browser or a process from its turn for longer than a test waits. What
failed side by side is run once more, with nothing beside it; that run decides. What passed only
then is named in the end (UNSTEADY): such a test waits in the wrong way, or shows a real race.
"""

import json
import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

from . import addons, config, databases, paths, ports, setup
from .console import say, step
from .postgres import Cluster

#: Where conftest.py writes the counts of a process.
SUMMARY_ENV = "DEV_TEST_SUMMARY"
INSIDE, OUTSIDE = "addons", "end to end"
NOTHING_COLLECTED = 5
#: Options of pytest whose value, in the next argument, may look like a path.
TAKE_A_VALUE = ("-k", "-m", "-p", "-o", "-c", "-W", "--ignore", "--deselect", "--rootdir")
#: Who asked for the first failure gets it, and tests that were never run are not passed over.
STOP_EARLY = ("-x", "--exitfirst", "--maxfail")
#: More failures than this are no accident of a busy machine.
MOST_REPEATED = 8
ORDER = ("failed", "passed", "skipped", "deselected", "xfailed", "xpassed", "warnings", "errors")


def main(arguments):
    start = time.monotonic()
    selected, options = split(arguments)
    inside, outside = sort_paths(selected)
    setup.ensure(browser=True)
    if inside and outside and (os.cpu_count() or 1) > 1:
        results = _run_side_by_side(inside, outside, options)
        if not any(option.startswith(STOP_EARLY) for option in options):
            results = repeated(results, _again(options))
    else:
        results = [_run_inside(inside, options)] if inside else []
        results += [_run_outside(outside, options)] if outside else []
    total = combine(results)
    for node in total["unsteady"]:
        print(f"UNSTEADY {node}: failed beside other tests, passed alone")
    for node in total["failures"]:
        print(f"FAILED {node}")
    print(closing_line(total["counts"], time.monotonic() - start), flush=True)
    return exit_code(results, total["counts"])


def split(arguments):
    """The paths of tests among the arguments, and the rest, which is pytest's."""
    selected, options, before = [], [], ""
    for argument in arguments:
        is_path = (paths.PROJECT / argument.split("::")[0]).exists()
        if is_path and not argument.startswith("-") and before not in TAKE_A_VALUE:
            selected.append(argument)
        else:
            options.append(argument)
        before = argument
    return selected, options


def sort_paths(selected):
    """Which paths run inside Odoo (addons) and which outside of it (``tests/``); all when none."""
    if not selected:
        inside = [
            name for name in addons.ours() if any((paths.PROJECT / name).glob("**/test_*.py"))
        ]
        outside = ["tests"] if (paths.PROJECT / "tests").is_dir() else []
        return inside, outside
    inside = [path for path in selected if _addon_of(path)]
    return inside, [path for path in selected if path not in inside]


def _addon_of(path):
    parts = (paths.PROJECT / path).resolve().relative_to(paths.PROJECT).parts
    return bool(parts) and parts[0].startswith(addons.PREFIX)


def _run_side_by_side(inside, outside, options):
    """Both at once. The end-to-end tests write into a file that is shown when its turn has come."""
    log = paths.LOGS / f"tests-{os.getpid()}.log"
    with open(log, "wb") as stream, ThreadPoolExecutor(1) as pool:
        later = pool.submit(_run_outside, outside, options, stream)
        results = [_run_inside(inside, options)]
        say("tests: end to end, which began at the same time")
        _show(log, later)
        results.append(later.result())
    log.unlink()
    return results


def _again(options):
    """How to run some tests of one of the two processes once more; see :func:`repeated`."""
    runs = {INSIDE: _run_inside, OUTSIDE: _run_outside}
    return lambda title, nodes: runs[title](nodes, options)


def repeated(results, run):
    """The results of the two processes, with what failed in them run once more, alone.

    :param results: as :func:`_pytest` gives them
    :param run: called with a title and the ids of tests; gives a result as :func:`_pytest` does
    :return: the results; those of a repeated process count the second run of what failed, and name
        in ``unsteady`` what passed then. Unchanged where nothing failed, too much did
        (MOST_REPEATED), or pytest itself broke.
    """
    return [_repeated(result, run) for result in results]


def _repeated(result, run):
    nodes, counts = result["failures"], dict(result["counts"])
    # 1: tests failed, and nothing else was wrong (pytest.ExitCode.TESTS_FAILED).
    if result["code"] != 1 or not 0 < len(nodes) <= MOST_REPEATED:
        return result
    say(f"tests: {len(nodes)} failed beside others ({result['title']}); once more, alone")
    second = run(result["title"], nodes)
    passed = second["counts"].get("passed", 0)
    if second["code"] == 0 and passed == len(set(nodes)):
        counts.update(failed=0, errors=0, passed=counts.get("passed", 0) + passed)
        return {**result, "code": 0, "counts": counts, "failures": [], "unsteady": nodes}
    return result


def _show(log, writer):
    """Copy a file to our output until the future *writer* is done, and to its end."""
    with open(log, errors="replace") as text:
        while True:
            is_over = writer.done()
            sys.stdout.write(text.read())
            sys.stdout.flush()
            if is_over:
                return
            time.sleep(0.5)


def _run_inside(selected, options):
    server = Cluster.main()
    database = f"test_{os.getpid()}"
    with step(f"test database {database}"):
        databases.create(database)
    conf = config.for_tests(server, database, ports.free())
    try:
        environment = config.environment({"ODOO_RC": conf})
        return _pytest(INSIDE, ["--odoo-http", *selected, *options], environment)
    finally:
        databases.drop(database)
        conf.unlink(missing_ok=True)


def _run_outside(selected, options, stream=None):
    return _pytest(OUTSIDE, ["-p", "no:odoo", *selected, *options], os.environ, stream)


def _pytest(title, arguments, environment, stream=None):
    """Run one pytest; its exit code and what conftest.py counted.

    :param stream: where its output goes, in the place of ours
    """
    say(f"tests: {title}")
    summary = paths.RUN / f"summary-{os.getpid()}-{title.replace(' ', '-')}.json"
    summary.unlink(missing_ok=True)
    environment = {**environment, SUMMARY_ENV: str(summary)}
    command = [paths.PYTHON, "-m", "pytest", *arguments]
    code = subprocess.run(
        command,
        cwd=paths.PROJECT,
        env=environment,
        check=False,
        stdout=stream,
        stderr=stream and subprocess.STDOUT,
    ).returncode
    counted = {"counts": {}, "failures": []}
    if summary.exists():
        counted = json.loads(summary.read_text())
        summary.unlink()
    return {"title": title, "code": code, **counted}


def combine(results):
    """The sums of the processes; one that ended without a word counts as an error."""
    counts, failures, unsteady = {}, [], []
    for result in results:
        unsteady += result.get("unsteady", [])
        for name, number in result["counts"].items():
            counts[name] = counts.get(name, 0) + number
        failures += result["failures"]
        broken = result["code"] not in (0, NOTHING_COLLECTED)
        if broken and not (result["counts"].get("failed") or result["counts"].get("errors")):
            counts["errors"] = counts.get("errors", 0) + 1
            failures.append(f"pytest for {result['title']} ended with {result['code']}")
    return {"counts": counts, "failures": failures, "unsteady": unsteady}


def exit_code(results, counts):
    """0 when all passed, 5 when there was no test at all (as pytest says it), 1 otherwise."""
    if any(result["code"] not in (0, NOTHING_COLLECTED) for result in results):
        return 1
    return 0 if counts.get("passed") or counts.get("xfailed") else NOTHING_COLLECTED


def closing_line(counts, seconds):
    """Pytest's last line for the sum of both processes."""
    parts = []
    for name in ORDER:
        number = counts.get(name, 0)
        if number:
            noun = (
                name.removesuffix("s") if name in ("errors", "warnings") and number == 1 else name
            )
            parts.append(f"{number} {noun}")
    minutes = f" (0:{int(seconds // 60):02d}:{int(seconds % 60):02d})" if seconds >= 60 else ""
    text = f" {', '.join(parts) or 'no tests ran'} in {seconds:.2f}s{minutes} "
    return text.center(80, "=")
