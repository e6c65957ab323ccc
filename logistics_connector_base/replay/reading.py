"""From raw bytes to items once more: as the inbox reads, but nothing is given up for it."""

from datetime import UTC

from ..inbox.contracts import Holder
from ..inbox.meanings import tellers_by_print
from ..inbox.reading import Reader
from ..inbox.snapshots import KNOWN, MARGIN, _codes, _subject, clean_text

# A message in one of these states was worked: what it is, and whose copy, was decided then.
WORKED = ("processed", "parked")


class Kept(Holder):
    """Of the contracts only what is known already: whether a message fitted was told when it came,
    and is not told again for each replay."""

    def __init__(self, messages):
        super().__init__(messages.env)
        self.contract_ids = {message.id: message.contract_id.id or None for message in messages}

    def hold(self, message, body, is_alone):
        return False


class RepeatReader(Reader):
    """Reads messages that were read before.

    ``unreadable``: pairs of a message and the reason why it cannot be read today; nothing of what
    it said before changes. ``unmapped``: pairs of an item whose code nobody knows, and the trouble.

    :param told: what the messages told before, as :class:`~.told.Told`
    :param meanings: :class:`~..inbox.meanings.Meanings`; None: as the stored mappings say
    """

    def __init__(self, messages, now, watchdog, seconds, told, meanings=None):
        super().__init__(messages, now, watchdog, seconds)
        self.told = told
        self.meanings = meanings or self.meanings
        self.unreadable, self.unmapped = [], []
        self.holder = Kept(messages)

    def _give_up(self, message, error):
        self.unreadable.append((message, str(error)))

    def _go_without_body(self, message):
        self.unreadable.append((message, self.env._("Its body is not there any more.")))

    def _stored_tellers(self, fingerprints):
        """What the others tell: these messages may tell something else now."""
        read = [message.id for message in self.parsed]
        return tellers_by_print(self.env, fingerprints, without=read)

    def _sort_out_known(self):
        worked = {m: parsed for m, parsed in self.parsed.items() if m.state in WORKED}
        self.parsed = {m: parsed for m, parsed in self.parsed.items() if m not in worked}
        sorted_out = super()._sort_out_known()
        self.parsed = dict(sorted({**worked, **self.parsed}.items(), key=lambda pair: pair[0].id))
        return sorted_out

    def _report_unmapped(self, item, raw_code):
        reported = super()._report_unmapped(item, raw_code)
        self.unmapped.append((item, self.troubles.pop()))
        return reported

    def _recognise(self):
        """What a list told of the present state is compared with what was known by others, and with
        what the messages before it say now: not with what this reading may do away with."""
        snapshots = [
            item
            for item in self.items
            if item.parsed.is_snapshot
            and item.parsed.occurred
            and item.fingerprint not in self.told.prints(item.message.id)
        ]
        if not snapshots:
            return
        stories = self._stories(snapshots)
        for item in sorted(snapshots, key=lambda item: (item.parsed.occurred.utc, item.message.id)):
            story = stories.setdefault(_subject(item), [])
            until = item.parsed.occurred.utc + MARGIN
            last = max((row for row in story if row[0] <= until), default=None)
            if last and last[2:] == _codes(item.parsed):
                item.fingerprint = last[1]
            else:
                story.append(_row(item))

    def _stories(self, snapshots):
        alone = {self.told.readings[event_id].fingerprint for event_id in self.told.alone()}
        stories = {}
        self.env.cr.execute(KNOWN, ([clean_text(item.number, 500) for item in snapshots],))
        for fingerprint, issuer, key, code, sub_code, at in self.env.cr.fetchall():
            if fingerprint in alone:
                continue
            subject = (fingerprint.partition(":")[0], issuer, key or "")
            row = (at.replace(tzinfo=UTC), fingerprint, code or "", sub_code)
            stories.setdefault(subject, []).append(row)
        for item in self.items:
            if item.parsed.occurred and item not in snapshots:
                stories.setdefault(_subject(item), []).append(_row(item))
        return stories


def _row(item):
    return (item.parsed.occurred.utc, item.fingerprint, *_codes(item.parsed))
