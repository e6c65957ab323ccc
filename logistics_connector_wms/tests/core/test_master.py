"""Laws of master data: told twice is told once, what was told last is the newest, and nobody's
order of writing, looking or answering decides anything."""

import random

from hypothesis import given
from hypothesis import strategies as st
from odoo.addons.logistics_connector_wms.core import master as core

NUMBERS = st.integers(1, 4)
CONTENTS = st.none() | st.fixed_dictionaries(
    {"name": st.sampled_from("abc")}, optional={"barcode": st.sampled_from("12")}
)
WRITES = st.lists(st.tuples(NUMBERS, CONTENTS), max_size=12)
# Between writes it is looked and told now and then.
DAYS = st.lists(st.one_of(st.tuples(NUMBERS, CONTENTS), st.just("tell")), max_size=20)


class Shop:
    """The least that keeps what was told, as the rows in Odoo do."""

    def __init__(self):
        self.now, self.rows, self.messages = {}, {}, []

    def put(self, number, content):
        self.now[number] = content

    def tell(self, asked=()):
        entries = []
        for number, content in sorted(self.now.items()):
            wanted = core.digest(content) if content is not None else ""
            version, told = self.rows.get(number, (0, ""))
            step = core.step(wanted, told, number in asked)
            if step == core.NOTHING:
                continue
            told = wanted if step == core.TELL else ""
            self.rows[number] = version + 1, told
            said = content if step == core.TELL else None
            entries.append(core.Entry(core.ITEM, number, version + 1, said))
        if entries:
            self.messages.append(core.document(entries, "2026-01-01T00:00:00+00:00"))
        return len(entries)


def believed(messages):
    """What a partner has who takes the greatest version of each record, in whatever order."""
    best = {}
    for message in messages:
        for row in message["items"]:
            if row["version"] > best.get(row["id"], {"version": 0})["version"]:
                best[row["id"]] = row
    return {
        number: {name: row[name] for name in ("name", "barcode") if name in row}
        for number, row in best.items()
        if row["action"] == core.TELL
    }


@given(DAYS, st.integers())
def test_the_partner_has_what_we_have_whatever_was_written_and_however_it_arrives(days, seed):
    shop = Shop()
    for day in days:
        shop.tell() if day == "tell" else shop.put(*day)
    shop.tell()
    random.Random(seed).shuffle(shop.messages)
    twice = shop.messages * 2
    kept = {number: content for number, content in shop.now.items() if content is not None}
    assert believed(twice) == kept


@given(WRITES)
def test_telling_twice_is_telling_once(writes):
    shop = Shop()
    for write in writes:
        shop.put(*write)
    shop.tell()
    assert shop.tell() == 0


@given(WRITES, WRITES)
def test_a_change_and_its_change_back_tell_nothing(before, change):
    shop = Shop()
    for write in before:
        shop.put(*write)
    shop.tell()
    was = dict(shop.now)
    for write in change:
        shop.put(*write)
    shop.now = {number: was.get(number) for number in shop.now}
    assert shop.tell() == 0


@given(WRITES)
def test_what_a_person_wants_told_is_told_with_a_greater_version(writes):
    shop = Shop()
    for write in writes:
        shop.put(*write)
    shop.tell()
    before = dict(shop.rows)
    kept = {number for number, content in shop.now.items() if content is not None}
    assert shop.tell(asked=set(shop.now)) == len(kept)
    assert all(shop.rows[number][0] == before[number][0] + 1 for number in kept)


@given(st.dictionaries(st.text(), st.text() | st.integers()), st.binary(), st.integers())
def test_a_digest_knows_facts_and_not_their_order(content, key, seed):
    names = list(content)
    random.Random(seed).shuffle(names)
    assert core.digest({name: content[name] for name in names}, key) == core.digest(content, key)
    assert core.digest({**content, "more": "x"}, key) != core.digest(content, key)
    assert core.digest(content, key + b"x") != core.digest(content, key)


@given(
    st.lists(
        st.tuples(
            st.integers(1, 3),
            st.sampled_from([core.ACCEPTED, core.REFUSED]),
        ),
        unique_by=lambda pair: pair[0],
        max_size=3,
    ),
    st.integers(1, 3),
    st.integers(),
)
def test_the_order_of_answers_decides_nothing(answers, gone, seed):
    def told(answers):
        heard = core.Heard()
        for version, answer in answers:
            action = core.WITHDRAW if version == gone else core.TELL
            heard = core.hear(heard, 3, version, action, answer, f"v{version}")
        return heard

    mixed = list(answers)
    random.Random(seed).shuffle(mixed)
    assert told(mixed * 2) == told(answers)
    taken = [version for version, answer in answers if answer == core.ACCEPTED]
    assert told(mixed).is_there == (bool(taken) and max(taken) != gone)


def test_states():
    state, accepted = core.state, core.ACCEPTED
    assert state("a", "", "") == core.NEW
    assert state("b", "a", accepted) == core.CHANGED
    assert state("", "a", accepted) == core.CHANGED
    assert state("a", "a", "") == core.QUEUED
    assert state("a", "a", accepted) == core.KNOWN
    assert state("a", "a", accepted, is_asked=True) == core.CHANGED
    assert state("a", "a", core.REFUSED) == core.REJECTED
    # What was refused is told again when it is another one, and not before.
    assert state("b", "a", core.REFUSED) == core.CHANGED
    assert state("", "", accepted) == core.WITHDRAWN
    # That it is gone was refused: a person may say so once more, of what they have.
    assert state("", "", core.REFUSED, is_there=True) == core.REJECTED
    assert state("", "", core.REFUSED, is_asked=True, is_there=True) == core.CHANGED
    assert core.step("", "", is_asked=True, is_there=True) == core.WITHDRAW
    assert core.step("", "", is_asked=True) == core.NOTHING


def test_units_are_listed_once_with_all_their_barcodes():
    found = [
        core.Unit("Case", 12, ("2",)),
        core.Unit("Units", 1.0),
        core.Unit("Case", 12, ("1",)),
        core.Unit("Third", 1 / 3),
    ]
    listed = core.units(found)
    assert listed == core.units(reversed(found))
    assert listed == [
        {"unit": "Third", "factor": 0.333333333333},
        {"unit": "Units", "factor": 1.0},
        {"unit": "Case", "factor": 12.0, "barcodes": ["1", "2"]},
    ]


def test_a_message_says_of_what_it_told():
    entries = [
        core.Entry(core.LOT, 7, 1, {"lot": "L1"}),
        core.Entry(core.ITEM, 3, 2, {"name": "Lamp"}, "OLD"),
        core.Entry(core.ITEM, 4, 5, None, "GONE"),
    ]
    message = core.document(entries, "2026-01-01T00:00:00+00:00")
    assert list(message)[3:] == ["items", "lots"]
    assert message["items"] == [
        {"id": 3, "version": 2, "action": "tell", "formerly": "OLD", "name": "Lamp"},
        {"id": 4, "version": 5, "action": "withdraw", "code": "GONE"},
    ]
    assert list(core.told(message)) == [
        (("item", 3), 2, "tell"),
        (("item", 4), 5, "withdraw"),
        (("lot", 7), 1, "tell"),
    ]
    assert core.identity(entries) == core.identity(entries[::-1])
    later = [*entries[:2], core.Entry(core.ITEM, 4, 6, None, "GONE")]
    assert core.identity(later) != core.identity(entries)
    assert [list(part) for part in core.batches([1, 2, 3], 2)] == [[1, 2], [3]]
