"""Whose trouble an error is: the message's, the neighbours' or PostgreSQL's."""

import random

import psycopg2
import pytest
from hypothesis import given
from hypothesis import strategies as st
from odoo.addons.logistics_connector_base.core.setbacks import (
    CONTENTION,
    LONGEST,
    MESSAGE,
    OUTAGE,
    come_back_after,
    setback,
)
from psycopg2 import errors
from psycopg2.pool import PoolError


class Coded(psycopg2.OperationalError):
    """As psycopg2 raises it: the code cannot be set on one that was made by hand."""

    pgcode = ""

    def __init__(self, code):
        super().__init__(code)
        self.__class__ = type("Coded", (psycopg2.OperationalError,), {"pgcode": code})


@pytest.mark.parametrize("code", ["40001", "40P01", "55P03"])
def test_rows_that_others_hold_are_contention(code):
    assert setback(Coded(code)) == CONTENTION


@pytest.mark.parametrize(
    "code", ["57P01", "57P02", "57P03", "53100", "53300", "58030", "25P03", "25006", "08006"]
)
def test_a_database_out_of_order_is_an_outage(code):
    assert setback(Coded(code)) == OUTAGE


@pytest.mark.parametrize(
    "error",
    [
        psycopg2.OperationalError("server closed the connection unexpectedly"),
        psycopg2.InterfaceError("connection already closed"),
        PoolError("The Connection Pool Is Full"),
    ],
)
def test_a_connection_that_broke_is_an_outage(error):
    assert setback(error) == OUTAGE


@pytest.mark.parametrize(
    "error",
    [
        ValueError("no such thing"),
        MemoryError(),
        psycopg2.ProgrammingError("can't adapt type"),
        Coded("53200"),  # its own size may be the reason
        Coded("57014"),  # cancelled: it took too long
        Coded("22P05"),
        errors.UniqueViolation(),
    ],
)
def test_anything_else_is_the_messages_own(error):
    assert setback(error) == MESSAGE


def test_what_was_raised_from_a_setback_is_one():
    try:
        try:
            raise Coded("40P01")
        except psycopg2.Error as error:
            raise RuntimeError("could not be written") from error
    except RuntimeError as wrapped:
        assert setback(wrapped) == CONTENTION


def test_an_exception_that_is_its_own_cause_ends():
    error = ValueError()
    error.__cause__ = error
    assert setback(error) == MESSAGE


@given(st.floats(0, 1e9), st.randoms())
def test_coming_back_is_never_far_off_nor_at_once(waited, rng):
    assert 0.5 <= come_back_after(waited, rng) <= LONGEST


def test_a_lock_of_an_hour_costs_some_dozens_of_tries():
    rng, waited, tries = random.Random(1), 0.0, 0
    while waited < 3600:
        waited += come_back_after(waited, rng)
        tries += 1
    assert tries < 250
