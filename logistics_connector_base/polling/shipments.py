"""Asking for the history of single shipments."""

import logging
import time
from datetime import UTC, datetime

from ..core import outcome as outcomes
from ..core.canonical import ParseError
from ..core.identity import normalise_number
from ..core.polling import pieces
from . import claims, records
from .asker import Asker

_logger = logging.getLogger(__name__)

SINGLE_CALLS = 10  # shipments taken at a time where each needs a call of its own
DELIVERED = "delivered"  # state of a shipment
PROOF_TRIES = 4  # polls without news: who has no proof by then has none
MOST_LOOKS = 20  # for one whose turn it is, in one transaction


class ShipmentAsker(Asker):
    """Takes the shipments that are due, some at a time, and asks for their numbers."""

    def _turn(self, client):
        most = self.plan.declared.most
        waiting, is_over = self._record(self._take)
        try:
            while waiting:
                batch = self._batch(waiting, most)
                if time.monotonic() >= self.deadline or not self._may_call():
                    return False
                waiting = waiting[len(batch) :]
                if not self._ask(client, batch):
                    return False
        finally:
            if waiting:
                self._record(lambda env: records.release(env, waiting))
        return not is_over

    def _take(self, env):
        """Take shipments whose turn it is; those whose turn it is not are put off, or end.

        :return: those to ask about, and whether no more are due
        """
        may = claims.may_ask(env.cr, self.plan)
        if may is None:
            return [], True
        _stand, is_probe = may
        size = max(self.plan.declared.most, SINGLE_CALLS)
        for _look in range(MOST_LOOKS):
            taken = claims.take_shipments(env.cr, self.plan, size, size)
            turn = records.judge(env, self.plan, taken)
            if turn or not taken:
                break
        if is_probe:  # one call shows whether they are back
            records.release(env, turn[1:])
            turn = turn[:1]
        return turn, not taken

    @staticmethod
    def _batch(waiting, most):
        """As many of the first as fit into a call; one whose numbers fill several goes alone."""
        batch, count = [], 0
        for each in waiting:
            count += len(each.numbers)
            if batch and count > most:
                break
            batch.append(each)
        return batch

    def _ask(self, client, batch):
        """Ask about these shipments and write down what came of it.

        :return: whether others may be asked about now
        """
        asked_at = datetime.now(UTC)
        numbers = list(dict.fromkeys(number for each in batch for number in each.numbers))
        most, known, pause = self.plan.declared.most, 0, None
        for start in range(0, len(numbers), most):
            if start and not self._may_call():
                return self._give_back(batch, None)
            part = tuple(numbers[start : start + most])
            reply = self.call(client, self.plan.declared.ask(self.plan.url, part))
            pause = reply.outcome.pause or pause
            if reply.outcome.status in self.plan.declared.unknown:
                continue
            if reply.outcome.kind == outcomes.REJECTED:
                return self._narrow(client, batch, asked_at, reply.outcome)
            if not reply.ok:
                return self._give_back(batch, reply.outcome)
            try:
                self._file(reply.answer)
            except ParseError as error:
                return self._give_back(batch, self._unreadable(error))
            self._ask_for_proofs(client, batch, reply.answer)
            known += 1
        return self._done(batch, asked_at, not known, None, pause)

    def _ask_for_proofs(self, client, batch, answer):
        """Ask for the proofs of deliveries that have none, with what was just answered. Without
        one nothing is lost: it is asked for again with the next question."""
        proof = self.plan.declared.proof
        wanted = {
            normalise_number(number)
            for each in batch
            if proof and each.facts.state == DELIVERED and not each.is_proved
            if each.facts.quiet <= PROOF_TRIES
            for number in each.numbers
        }
        if not wanted:
            return
        for piece in pieces(answer.body, self.plan.declared.elements):
            try:
                number = proof.number(piece)
                if normalise_number(number) not in wanted or not self._may_call():
                    continue
                reply = self.call(client, proof.ask(self.plan.url, number))
                if reply.outcome.kind not in (outcomes.DELIVERED, outcomes.REJECTED):
                    return  # they are in trouble, or want us to wait: no more questions now
                body = proof.join(piece, reply.answer.body) if reply.ok else b""
            except ParseError as error:
                _logger.info("polling: no proof of delivery can be read: %s", error)
                continue
            if body:
                self._file_piece(reply.answer, body)

    def _narrow(self, client, batch, asked_at, outcome):
        """They refuse the question. Of several shipments one may be at fault: find it by halves."""
        if len(batch) == 1:
            return self._done(batch, asked_at, False, outcome.text)
        middle = len(batch) // 2
        for index, half in enumerate((batch[:middle], batch[middle:])):
            if not self._may_call() or not self._ask(client, half):
                rest = batch[middle:] if not index else []
                self._record(lambda env, rest=rest: records.release(env, rest))
                return False
        return True

    def _done(self, batch, asked_at, is_unknown, error, pause=None):
        def work(env):
            for each in sorted(batch, key=lambda one: one.id):
                records.asked(env, self.plan, each, asked_at, is_unknown, error)
            records.well(env, self.plan, pause)

        self._record(work)
        return not pause

    def _give_back(self, batch, outcome):
        """Their trouble, or ours, is not the shipments'."""

        def work(env):
            records.release(env, batch, records.AGAIN if outcome else 0.0)
            return records.failed(env, self.plan, outcome) if outcome else False

        return self._record(work)
