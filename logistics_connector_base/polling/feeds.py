"""Reading a feed: everything that a partner recorded since a moment, page by page."""

from dataclasses import replace

from ..core import outcome as outcomes
from ..core import watermark
from ..core.canonical import ParseError
from ..core.polling import Page
from . import claims, records
from .asker import Asker


class FeedAsker(Asker):
    """Reads the next page of a round, files it, and only then remembers that it was read."""

    def _turn(self, client):
        progress = self._record(self._begin)
        if progress is None or not self._may_call():
            return False
        plan = self.plan
        ask = plan.declared.ask(plan.url, progress.since, progress.cursor, plan.size)
        reply = self.call(client, ask)
        if not reply.ok:
            return self._fail(progress, reply.outcome)
        body, headers = reply.answer.body, reply.answer.headers
        pause = self._asks_to_wait(body)
        if pause is not None:
            text = "They ask us to wait."
            throttled = outcomes.Outcome(outcomes.THROTTLED, text, reply.outcome.status, pause)
            return self._fail(progress, throttled)
        try:
            page = self._page(progress, body, headers)
            fresh = self._file(reply.answer)
        except ParseError as error:
            return self._fail(progress, self._unreadable(error))
        if page.cursor and page.cursor == progress.cursor:
            error = self._unreadable("the next page is the same one again.")
            return self._fail(progress, error, is_void=True)
        moment = watermark.partner_moment(reply.begun_at, reply.date, reply.answer.seconds)
        after = watermark.read(progress, page.cursor, page.latest, moment)
        pause = reply.outcome.pause

        def work(env):
            records.save_feed(env, plan, after, fresh)
            records.well(env, plan, pause)

        self._record(work)
        return not pause and after.is_under_way

    def _page(self, progress, body, headers):
        declared = self.plan.declared
        page = declared.page(body, headers) if body.strip() else Page()
        if declared.turn is None:
            return page
        return replace(page, cursor=declared.turn(progress.cursor, page.count, self.plan.size))

    def _asks_to_wait(self, body):
        wait = self.plan.declared.wait
        return None if wait is None else wait(body)

    def _begin(self, env):
        """The round that is due, or under way; None: nothing may be read now."""
        may = claims.may_ask(env.cr, self.plan)
        if may is None or not may[0].is_due:
            return None
        return watermark.begin(may[0].progress, self.plan.overlap, self.plan.start)

    def _fail(self, progress, outcome, is_void=False):
        """The watermark stays. A cursor that they do not take any longer is forgotten."""
        if progress.cursor:
            is_void |= outcome.kind in (outcomes.REJECTED, outcomes.GONE) or outcome.status == 404
        if is_void and outcome.kind == outcomes.GONE:  # the page is, not the feed
            outcome = outcomes.Outcome(outcomes.TROUBLE, outcome.text, outcome.status)

        def work(env):
            is_wait = outcome.kind == outcomes.THROTTLED  # they say themselves for how long
            records.put_off_feed(env, self.plan, is_void, 0.0 if is_wait else records.AGAIN)
            return records.failed(env, self.plan, outcome)

        self._record(work)
        return False
