# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""Secrets at rest."""

import traceback

import pytest
from cryptography.fernet import Fernet
from hypothesis import given, settings
from hypothesis import strategies as st
from odoo.addons.logistics_connector_base.core.secretbox import (
    SecretBox,
    SecretBoxError,
    generate_key,
)

OLD, NEW = generate_key(), generate_key()
SECRET = "whsec_plain-text-that-must-not-show"


@settings(deadline=None, max_examples=50)
@given(st.text())
def test_what_goes_in_comes_out(text):
    box = SecretBox([NEW])
    assert box.decrypt(box.encrypt(text)) == text


def test_the_token_hides_the_text_and_differs_each_time():
    box = SecretBox([NEW])
    assert SECRET not in box.encrypt(SECRET)
    assert box.encrypt(SECRET) != box.encrypt(SECRET)


def test_rotation_of_keys_while_running():
    token = SecretBox([OLD]).encrypt(SECRET)
    both = SecretBox([NEW, OLD])
    assert both.decrypt(token) == SECRET
    rotated = both.rotate(token)
    # The old key may go once everything is rotated.
    assert SecretBox([NEW]).decrypt(rotated) == SECRET
    with pytest.raises(SecretBoxError):
        SecretBox([NEW]).decrypt(token)


def test_the_first_key_encrypts_and_the_time_stamp_stays():
    token = SecretBox([OLD]).encrypt(SECRET)
    rotated = SecretBox([NEW, OLD]).rotate(token)
    assert Fernet(NEW).extract_timestamp(rotated) == Fernet(OLD).extract_timestamp(token)
    assert Fernet(NEW).decrypt(SecretBox([NEW, OLD]).encrypt(SECRET).encode()) == SECRET.encode()


def test_one_key_may_be_given_as_text():
    assert SecretBox(NEW + "\n").decrypt(SecretBox([NEW]).encrypt("x")) == "x"


@pytest.mark.parametrize("keys", [[], "", [""], ["short"], [NEW, "x" * 44], [None], [NEW[:-1]]])
def test_bad_keys_are_refused_without_being_told(keys):
    with pytest.raises(SecretBoxError) as caught:
        SecretBox(keys)
    shown = "".join(traceback.format_exception(caught.value))
    assert NEW[:-1] not in str(caught.value) and "x" * 44 not in str(caught.value)
    assert "The above exception" not in shown and "During handling" not in shown


@pytest.mark.parametrize("token", ["", "x", SECRET, None, 5, "gAAAAA==", "\x00", "é", b"\xff"])
@pytest.mark.parametrize("method", ["decrypt", "rotate"])
def test_bad_tokens_are_refused_without_leaking(method, token):
    with pytest.raises(SecretBoxError) as caught:
        getattr(SecretBox([NEW]), method)(token)
    assert SECRET not in str(caught.value) and NEW not in str(caught.value)
    assert caught.value.__suppress_context__


def test_the_key_at_fault_is_numbered():
    with pytest.raises(SecretBoxError, match="number 2 "):
        SecretBox([NEW, "short"])


def test_a_changed_token_is_refused():
    token = SecretBox([NEW]).encrypt(SECRET)
    for position in (0, 20, 60, len(token) - 4):
        letter = "A" if token[position] != "A" else "B"
        with pytest.raises(SecretBoxError):
            SecretBox([NEW]).decrypt(token[:position] + letter + token[position + 1 :])


@pytest.mark.parametrize("text", [None, 5, b"x", "\ud800"])
def test_only_text_can_be_encrypted(text):
    with pytest.raises(SecretBoxError):
        SecretBox([NEW]).encrypt(text)


def test_the_box_does_not_show_its_keys():
    box = SecretBox([NEW, OLD])
    assert NEW not in repr(box) and OLD not in str(box)
    assert not hasattr(box, "__dict__")
