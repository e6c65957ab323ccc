"""The pure parts of ./dev."""

import json
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from devtools import (
    addons,
    cli,
    config,
    lint,
    odoo_source,
    paths,
    pg_server,
    ports,
    postgres,
    testing,
)


def test_closing_line_reads_as_pytests_own():
    counts = {"passed": 12, "failed": 1, "errors": 1, "skipped": 0, "warnings": 1}
    line = testing.closing_line(counts, 75.5)
    assert line.strip("= ") == "1 failed, 12 passed, 1 warning, 1 error in 75.50s (0:01:15)"
    assert line.startswith("=") and line.endswith("=")


def test_closing_line_without_tests():
    assert testing.closing_line({}, 0.5).strip("= ") == "no tests ran in 0.50s"


def result(code, **counts):
    return {"title": "x", "code": code, "counts": counts, "failures": []}


def test_both_processes_are_added_up():
    total = testing.combine([result(0, passed=3, skipped=1), result(1, passed=2, failed=1)])
    assert total["counts"] == {"passed": 5, "skipped": 1, "failed": 1}


@pytest.mark.parametrize("code", [1, 2, 3, 4, -9])
def test_a_process_that_ended_without_a_word_is_an_error(code):
    results = [result(0, passed=3), result(code)]
    total = testing.combine(results)
    assert total["counts"]["errors"] == 1
    assert total["failures"] == [f"pytest for x ended with {code}"]
    assert testing.exit_code(results, total["counts"]) == 1


def failing(*nodes, code=1, **counts):
    counts = {"passed": 5, "failed": len(nodes), **counts}
    return {"title": "end to end", "code": code, "counts": counts, "failures": list(nodes)}


def repeat(first, second):
    """The sum of a run that is repeated, and what was run again."""
    asked = []

    def run(title, nodes):
        asked.append((title, nodes))
        return second

    results = testing.repeated([result(0, passed=3), first], run)
    total = testing.combine(results)
    return testing.exit_code(results, total["counts"]), total, asked


def test_what_failed_beside_others_is_decided_alone():
    code, total, asked = repeat(failing("a::b", "a::c"), result(0, passed=2))
    assert (code, total["failures"], total["unsteady"]) == (0, [], ["a::b", "a::c"])
    assert total["counts"] == {"passed": 10, "failed": 0, "errors": 0}
    assert asked == [("end to end", ["a::b", "a::c"])]


@pytest.mark.parametrize(
    "second",
    [result(1, passed=1, failed=1), result(5), result(0, passed=1), result(0, skipped=2)],
    ids=["one fails again", "none found", "one is gone", "skipped"],
)
def test_what_does_not_pass_alone_has_failed(second):
    code, total, _asked = repeat(failing("a::b", "a::c"), second)
    assert (code, total["failures"], total["unsteady"]) == (1, ["a::b", "a::c"], [])
    assert total["counts"]["failed"] == 2


@pytest.mark.parametrize(
    "first",
    [
        failing("a::b", code=2),
        failing("a::b", code=-9),
        failing(*(f"a::{number}" for number in range(testing.MOST_REPEATED + 1))),
    ],
    ids=["interrupted", "killed", "too many"],
)
def test_a_run_that_broke_is_not_repeated(first):
    code, total, asked = repeat(first, result(0, passed=len(first["failures"])))
    assert (code, asked, total["unsteady"]) == (1, [], [])


def test_no_match_in_one_process_is_fine_and_in_both_is_not():
    assert testing.exit_code([result(0, passed=1), result(5)], {"passed": 1}) == 0
    assert testing.exit_code([result(5), result(5)], {}) == 5
    assert testing.exit_code([], {}) == 5


def test_paths_are_told_from_options():
    arguments = ["-x", "tests/test_devtools.py::test_x", "-k", "tests", "devtools", "-q"]
    assert testing.split(arguments) == (
        ["tests/test_devtools.py::test_x", "devtools"],
        ["-x", "-k", "tests", "-q"],
    )


def test_what_is_written_meanwhile_is_shown_to_its_end(tmp_path, capsys):
    log, goes_on = tmp_path / "log", threading.Event()
    log.write_text("begun\n")

    def write():
        goes_on.wait(30)
        with open(log, "a") as stream:
            stream.write("ended\n")

    with ThreadPoolExecutor(2) as pool:
        writer = pool.submit(write)
        shown = pool.submit(testing._show, log, writer)
        goes_on.set()
        shown.result(30)
    assert capsys.readouterr().out == "begun\nended\n"


def test_addons_run_inside_odoo_and_the_rest_outside():
    inside = "logistics_connector_base/tests/test_x.py::TestX"
    assert testing.sort_paths([inside, "tests/test_devtools.py"]) == (
        [inside],
        ["tests/test_devtools.py"],
    )


def test_what_a_database_is_made_from():
    assert addons.counts(Path("models/event.py"))
    assert addons.counts(Path("data/codes.csv"))
    assert addons.counts(Path("views/event.xml"))
    assert not addons.counts(Path("tests/test_event.py"))
    assert not addons.counts(Path("static/src/timeline.js"))
    assert not addons.counts(Path("README.rst"))


def test_key_follows_the_content_of_our_addons(tmp_path, monkeypatch):
    monkeypatch.setattr(paths, "PROJECT", tmp_path)
    monkeypatch.setattr(addons, "standard_key", lambda demo: "level 1")
    addon = tmp_path / "logistics_connector_x"
    (addon / "tests").mkdir(parents=True)
    (addon / "__manifest__.py").write_text("{'name': 'X'}")
    first = addons.project_key(False)
    (addon / "tests/test_x.py").write_text("1")
    assert addons.project_key(False) == first
    (addon / "model.py").write_text("1")
    assert addons.project_key(False) != first


def test_an_addon_that_is_not_installable_is_left_out(tmp_path, monkeypatch):
    monkeypatch.setattr(paths, "PROJECT", tmp_path)
    for name, installable in (("logistics_connector_a", True), ("logistics_connector_b", False)):
        (tmp_path / name).mkdir()
        (tmp_path / name / "__manifest__.py").write_text(f"{{'installable': {installable}}}")
    (tmp_path / "logistics_connector_empty").mkdir()
    assert addons.ours() == ["logistics_connector_a"]


def test_configuration_is_private_and_complete(tmp_path):
    path = config.write(tmp_path / "odoo.conf", {"workers": 2}, {"port": 1234})
    assert path.stat().st_mode & 0o777 == 0o600
    text = path.read_text()
    assert "workers = 2" in text and "port = 1234" in text
    assert f"channels = {config.channels(2)}" in text
    assert list(tmp_path.iterdir()) == [path]


def test_the_inbox_leaves_a_worker_to_those_who_send():
    for workers, lanes in ((0, 1), (1, 1), (2, 1), (3, 2), (4, 3), (8, 3)):
        rooms = config.channels(workers)
        assert f"root.logistics.inbound:{lanes}," in rooms
        assert rooms.endswith("root.logistics.states:1")
        # However busy the inbox is, another job finds a room.
        assert int(rooms.split(",")[0].removeprefix("root:")) > lanes


def test_test_modules_that_odoo_would_find(tmp_path):
    init = tmp_path / "__init__.py"
    assert lint.imported_modules(init) == set()
    init.write_text("from . import common, test_a\nfrom . import test_b\nfrom .x import test_c\n")
    assert lint.imported_modules(init) == {"common", "test_a", "test_b"}


def test_odoo_gets_no_setting_from_the_environment(monkeypatch):
    for name in ("PGUSER", "PGHOST", "PGDATABASE", "ODOO_WORKERS", "ODOO_RC"):
        monkeypatch.setenv(name, "x")
    monkeypatch.setenv("ODOO_HOME", "/opt/odoo")
    environment = config.environment({"ODOO_RC": Path("/a.conf")})
    assert {name: value for name, value in environment.items() if value == "x"} == {}
    assert (environment["ODOO_HOME"], environment["ODOO_RC"]) == ("/opt/odoo", "/a.conf")


def test_sql_quoting():
    assert pg_server.quote('a"b') == '"a""b"'
    assert pg_server.literal("it's") == "'it''s'"


def test_version_of_an_odoo_source(tmp_path):
    release = tmp_path / "odoo/release.py"
    release.parent.mkdir()
    release.write_text("version_info = (19, 0, 0, FINAL, 0, '')\n")
    assert odoo_source.version(tmp_path) == "19.0.0"


def test_another_odoo_is_refused(tmp_path, monkeypatch):
    release = tmp_path / "odoo/release.py"
    release.parent.mkdir()
    release.write_text("version_info = (18, 0, 0, FINAL, 0, '')\n")
    monkeypatch.setenv("ODOO_HOME", str(tmp_path))
    with pytest.raises(cli.DevError, match=r"is Odoo 18\.0\.0; this project needs 19\.0"):
        odoo_source.find()


def test_a_long_path_gets_a_short_socket_folder(tmp_path):
    assert postgres.socket_folder(Path("/a/b")) == Path("/a/b/run")
    assert len(str(postgres.socket_folder(Path("/" + "x" * 90) / "main"))) < 80


def test_free_port_is_free():
    assert ports.is_free(ports.free())


def test_unknown_command_is_said(capsys):
    assert cli.main(["fly"]) == 2
    assert "no command 'fly'" in capsys.readouterr().err


def test_usage_names_every_command(capsys):
    assert cli.main(["--help"]) == 0
    shown = capsys.readouterr().out
    assert all(name in shown for name in cli.COMMANDS)


def test_every_command_exists():
    code = "import importlib, devtools.cli as c\n" + (
        "for m, f, _ in c.COMMANDS.values(): getattr(importlib.import_module('devtools.' + m), f)"
    )
    subprocess.run([sys.executable, "-c", code], cwd=paths.PROJECT, check=True)


SKIPPED_BROWSER_TEST = """
import unittest
def start_browser():
    raise unittest.SkipTest("chromium not found")
"""


def test_a_skipped_browser_test_fails(tmp_path):
    """The root conftest turns Odoo's silent skip into a failure, and leaves other skips alone."""
    fake = tmp_path / "odoo/tests/common.py"
    fake.parent.mkdir(parents=True)
    fake.write_text(SKIPPED_BROWSER_TEST)
    (tmp_path / "conftest.py").write_text((paths.PROJECT / "conftest.py").read_text())
    (tmp_path / "test_tour.py").write_text(
        "import runpy, unittest\n"
        f"start_browser = runpy.run_path({str(fake)!r})['start_browser']\n"
        "class TestTour(unittest.TestCase):\n"
        "    def test_tour(self): start_browser()\n"
        "    def test_other(self): self.skipTest('for a reason')\n"
    )
    summary = tmp_path / "summary.json"
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:odoo", "-q", "test_tour.py"],
        cwd=tmp_path,
        env={"PATH": "/usr/bin:/bin", "DEV_TEST_SUMMARY": str(summary)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1, done.stdout
    written = json.loads(summary.read_text())
    assert (written["counts"]["failed"], written["counts"]["skipped"]) == (1, 1)
    assert written["failures"] == ["test_tour.py::TestTour::test_tour"]
