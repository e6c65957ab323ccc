"""Writes the results of the exam into docs/reliability.md, between two marks."""

import os
import platform
import subprocess

from devtools import paths

PAGE = paths.PROJECT / "docs" / "reliability.md"
BEGIN, END = "<!-- results: written by ./dev exam --publish -->", "<!-- end of results -->"


def write(results):
    """Replace the results in the page; its path."""
    text = PAGE.read_text(encoding="utf-8")
    before, rest = text.split(BEGIN)
    after = rest.split(END)[1]
    PAGE.write_text(f"{before}{BEGIN}\n\n{table(results)}\n{END}{after}", encoding="utf-8")
    return PAGE.relative_to(paths.PROJECT)


def table(results):
    lines = [
        f"Commit {commit()}; {machine()}.",
        "",
        "| trial | load | seed | verdict | tried / acknowledged / recorded / applied | lost, "
        "unexpected, corrupted, repeated, double, unfinished | figures | seconds |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for result in results:
        counts = result["counts"]
        sets = " / ".join(
            f"{counts[n]:,}" for n in ("tried", "acknowledged", "recorded", "applied")
        )
        bad = ", ".join(
            str(counts[n])
            for n in ("lost", "unexpected", "corrupted", "repeated", "double", "unfinished")
        )
        figures = ", ".join(
            f"{name} {value}"
            for name, value in result["figures"].items()
            if name not in ("ledger", "answers")
        )
        kind = f"mutant: {result['mutant']}" if result["mutant"] else result["load"]
        word = "**FAILED**"
        if result["passed"]:
            word = "red, as it must be" if result["mutant"] else "passed"
        lines.append(
            f"| {result['trial']} {result['title']} | {kind} | {result['seed']} | {word} | {sets} "
            f"| {bad} | {figures} | {result['seconds']} |"
        )
    return "\n".join(lines) + "\n"


def commit():
    def git(*arguments):
        command = ["git", "-C", str(paths.PROJECT), *arguments]
        return subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()

    dirty = git("status", "--porcelain", "--", "logistics_connector_*")
    return f"{git('rev-parse', '--short', 'HEAD')}{' with local changes' if dirty else ''}"


def machine():
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return f"{os.cpu_count()} cores, {memory:.0f} GB, Python {platform.python_version()}"
