"""The scenario of ``./dev up --once`` passes, twice on one database, and fails when it should."""

import pytest

from .. import scenario
from ..history.steps import Step
from ..simulators.warehouse.live import LiveWarehouse


@pytest.fixture
def play(world):
    with LiveWarehouse() as desk:

        def run(*options):
            place = ["--url", world.rpc.url, "--db", world.database.name, "--desk", desk.url]
            return scenario.main(["play", *place, *options])

        yield run


def test_the_scenario_passes_and_may_be_played_again(play, capsys):
    assert play("--check") == 0
    first = capsys.readouterr().out
    assert "18 passed, 0 failed" in first
    assert play("--check") == 0
    second = capsys.readouterr().out
    assert "18 passed, 0 failed" in second
    assert " 0 orders of the last 14 days made" in second, "the history is made once"


def test_a_step_that_brings_about_something_else_fails(capsys, monkeypatch):
    good = Step("good", "delivered", lambda: "delivered")
    bad = Step("bad", "delivered", lambda: "draft")
    monkeypatch.setattr("tests.history.steps.PATIENCE", 0.1)
    monkeypatch.setattr(Step.check, "__defaults__", (0.1,))
    assert scenario.report([good, bad]) == 1
    output = capsys.readouterr().out
    assert "1 passed, 1 failed" in output
    assert "draft" in output
    assert scenario.report([good]) == 0
