"""Writes the results of the exam into docs/reliability.md, each kind between its two marks."""

import json
import os
import platform
import subprocess

from devtools import paths

from .arena import LEDGERS
from .trials import TRIALS

PAGE = paths.PROJECT / "docs" / "reliability.md"
SETS = ("lost", "unexpected", "corrupted", "repeated", "double", "unfinished")
UNSHOWN = {"ledger", "answers"}  # figures that lie in the results' file


def write(results, mutants=False):
    """Replace the results (or those of the mutants) in the page.

    :param list results: what ``run_one`` found, one dict a trial
    :returns: the page's path in the project
    """
    kind = "mutants" if mutants else "results"
    begin = f"<!-- {kind}: written by ./dev exam {'--mutant ' if mutants else ''}--publish -->"
    end = f"<!-- end of {kind} -->"
    results = sorted(merged(results, mutants), key=lambda result: result["trial"])
    text = PAGE.read_text(encoding="utf-8")
    before, rest = text.split(begin)
    after = rest.split(end)[1]
    table = mutants_table(results) if mutants else trials_table(results)
    lines = [f"{machine()}; the newest run of each.", "", *table]
    PAGE.write_text(f"{before}{begin}\n\n{chr(10).join(lines)}\n\n{end}{after}", encoding="utf-8")
    return PAGE.relative_to(paths.PROJECT)


def merged(results, mutants):
    """These results, and the newest earlier ones of this machine for what was not run now."""
    newest, known = (
        {},
        {mutant.name for trial in TRIALS.values() for mutant in trial.mutants} | {""},
    )
    for file in sorted(LEDGERS.glob("results-*.json")):
        for result in json.loads(file.read_text()):
            # A mutant that was renamed since is another one.
            if (
                result["mutant"] in known
                and bool(result["mutant"]) == mutants
                and (mutants or result["load"] == "full")
            ):
                newest[result["trial"], result["mutant"]] = result
    newest |= {(result["trial"], result["mutant"]): result for result in results}
    return list(newest.values())


def trials_table(results):
    yield (
        "| trial | commit | seed | verdict | tried / acknowledged / recorded / applied "
        f"| {', '.join(SETS)} | figures | seconds |"
    )
    yield "|---|---|---|---|---|---|---|---|"
    for result in results:
        counts = result["counts"]
        sets = " / ".join(
            f"{counts[name]:,}" for name in ("tried", "acknowledged", "recorded", "applied")
        )
        bad = {name: counts[name] for name in SETS if counts[name]}
        figures = ", ".join(
            f"{name.replace('_', ' ')} {value}"
            for name, value in result["figures"].items()
            if name not in UNSHOWN
        )
        yield (
            f"| {result['trial']} {result['title']} | {result['commit']}, {result['at']} "
            f"| {result['seed']} "
            f"| {'passed' if result['passed'] else '**FAILED**'} | {sets} "
            f"| {bad or 'all 0'} | {figures} | {result['seconds']:.0f} |"
        )


def mutants_table(results):
    yield "| trial | what was broken on purpose | verdict | what the trial found |"
    yield "|---|---|---|---|"
    for result in results:
        verdict = "red, as it must be" if result["passed"] else "**not noticed**"
        found = " ".join(result["problems"])[:160].replace("|", "/")
        yield f"| {result['trial']} | {result['mutant']} | {verdict} | {found} |"


def commit():
    def git(*arguments):
        command = ["git", "-C", str(paths.PROJECT), *arguments]
        return subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()

    dirty = git("status", "--porcelain", "--", "logistics_connector_*")
    return f"{git('rev-parse', '--short', 'HEAD')}{' with local changes' if dirty else ''}"


def machine():
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return f"{os.cpu_count()} cores, {memory:.0f} GB, Python {platform.python_version()}"
