"""The commands of the README for partners are run, and bring what the connection wants to see."""

import base64
import hashlib
import hmac
import subprocess

import pytest
from odoo.addons.logistics_connector_base.core.golden import file_name, readme

URL = "https://odoo.example.com/logistics/v1/in/‹secret›"
BODY = b'{"a": "\xc3\xa4 b"}\n'
SECRET = "a secret of some length 42"
EMPTY = dict.fromkeys(("header", "encoding", "prefix", "timestamp_header", "signed", "key_id"), "")
# What curl gets is printed in its place, an argument a line.
CURL = "curl() { printf '%s\\n' \"$@\"; }\n"


def called(tmp_path, kind, id_header="", **values):
    """The arguments with which the commands call curl."""
    (tmp_path / "body.json").write_bytes(BODY)
    text = readme(URL, [{**EMPTY, "kind": kind, "title": kind, **values}], True, id_header)
    shown = text.split("## How to sign")[1].splitlines()
    script = "\n".join(line[4:] for line in shown if line.startswith("    "))
    script = script.replace("samples/your-message.json", "body.json")
    script = script.replace("SECRET='…'", f"SECRET='{SECRET}'").replace("USER='…'", "USER='ada'")
    ran = subprocess.run(
        ["bash", "-euc", CURL + script], cwd=tmp_path, capture_output=True, check=True, text=True
    )
    arguments = ran.stdout.splitlines()
    assert f"{URL}/test" in arguments
    assert "@body.json" in arguments
    return arguments


@pytest.mark.parametrize("encoding", ["hex", "base64"])
def test_hmac(tmp_path, encoding):
    digest = hmac.new(SECRET.encode(), BODY, hashlib.sha256).digest()
    wanted = digest.hex() if encoding == "hex" else base64.b64encode(digest).decode()
    arguments = called(tmp_path, "hmac", header="X-Sign", prefix="sha256=", encoding=encoding)
    assert f"X-Sign: sha256={wanted}" in arguments


def test_tokens(tmp_path):
    assert f"X-Key: {SECRET}" in called(tmp_path, "static", header="X-Key")
    assert f"Authorization: Bearer {SECRET}" in called(tmp_path, "bearer")
    assert f"ada:{SECRET}" in called(tmp_path, "basic")


def test_a_header_for_the_id(tmp_path):
    arguments = called(tmp_path, "bearer", id_header="X-Message-Id")
    assert any(argument.startswith("X-Message-Id: ") for argument in arguments)


def test_other_proofs_are_named():
    several = [{**EMPTY, "kind": kind, "title": kind.upper()} for kind in ("jwt", "addresses")]
    text = readme(URL, several, False)
    assert "JWT" in text
    assert "brings one of these" in text
    assert "not agreed yet" in readme(URL, [], True)


def test_file_names():
    assert file_name("ship short / 2 parcels") == "ship-short-2-parcels"
    assert file_name("../../etc") == "etc"
    assert file_name("¿?") == "message"
