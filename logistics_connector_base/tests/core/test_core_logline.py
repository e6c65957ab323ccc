"""Log lines: what people read and what machines read say the same; no secret gets through."""

import json
import logging
import sys

from hypothesis import given
from hypothesis import strategies as st
from odoo.addons.logistics_connector_base.core.logline import as_text
from odoo.addons.logistics_connector_base.core.logline_json import JsonFormatter
from odoo.addons.logistics_connector_base.core.masking import LogTokenFilter

SECRET = "/logistics/v1/in/a-secret-token-of-an-address"


def record(message, *args, exc_info=None, **extra):
    made = logging.LogRecord("odoo.test", logging.INFO, "x.py", 1, message, args, exc_info)
    vars(made).update(extra)
    return made


def line(made):
    text = JsonFormatter().format(made)
    assert "\n" not in text
    return json.loads(text)


def test_a_line_has_its_names():
    told = line(record("%s of %s", "one", "two", correlation_id="c-1", tries=3, perf_info="1 2"))
    assert told.pop("time").endswith("Z")
    assert told.pop("pid") > 0
    assert told == {
        "level": "INFO",
        "logger": "odoo.test",
        "db": None,
        "message": "one of two",
        "correlation_id": "c-1",
        "tries": 3,
    }


@given(st.text(), st.dictionaries(st.sampled_from(["a", "b", "c"]), st.text() | st.integers()))
def test_whatever_is_said_is_one_json_object_in_one_line(message, extra):
    told = line(record("%s", message, **extra))
    assert told["message"] == message
    assert {name: told[name] for name in extra} == extra


def test_a_traceback_is_there():
    try:
        raise ValueError("a bad thing")
    except ValueError:
        told = line(record("it broke", exc_info=sys.exc_info()))
    assert "ValueError: a bad thing" in told["exc_info"]


def test_secrets_of_a_traceback_are_masked():
    try:
        raise ValueError(SECRET)
    except ValueError:
        made = record("at %s", SECRET, exc_info=sys.exc_info())
    LogTokenFilter().filter(made)
    told = line(made)
    assert "a-secret-token" not in json.dumps(told)
    assert "ValueError" in told["exc_info"]
    # The record goes on to other handlers as it came.
    assert made.exc_info


def test_names_and_values_for_people():
    assert as_text({"a": 1, "b": None, "c": "two words", "d": ""}) == 'a=1 c="two words" d=""'
    assert as_text({"e": 'say "x"\n'}) == 'e="say \\"x\\"\\n"'


@given(st.dictionaries(st.sampled_from(["a", "b"]), st.text() | st.none()))
def test_people_read_one_line(values):
    assert "\n" not in as_text(values)
