"""Trial 6: the answer is lost after the commit, and the sender comes again."""

from .. import mutants
from ..arena import Field
from ..proxy import LossyProxy
from ..trial import Trial


class LostAcknowledgement(Trial):
    number = 6
    title = "Ack lost after commit"
    passes_when = "recorded once, applied once, all acknowledged in the end"
    load = {"count": 5000, "share": 0.2, "connections": 4}
    short_load = {"count": 240, "share": 0.2, "connections": 4}
    mutants = (mutants.RANDOM_IDENTITY, mutants.NO_IDENTITY_AT_ALL)

    def run(self, arena, seed, count, share, connections):
        field = Field(arena, self.number, seed)
        jobs, _shipments = field.jobs(count)
        with LossyProxy(arena.server.port, share, seed) as proxy:
            for partner in field.partners:
                partner.url = partner.url.replace(arena.server.url, proxy.url)
            seconds = field.send(jobs, connections)
        drained = field.drain()
        verdict = field.judge(interrupted=True)
        counts = [verdict.counts[name] for name in ("acknowledged", "recorded", "applied")]
        verdict.expect(counts == [count] * 3, f"{count} messages sent, {counts} came through")
        lost_share = proxy.resets / max(1, proxy.responses)
        verdict.expect(
            proxy.resets > 0.5 * share * count, f"the proxy lost only {proxy.resets} answers"
        )
        verdict.figures |= {
            "answers_lost": proxy.resets,
            "answers_lost_share": round(lost_share, 3),
            "events_per_s": round(count / seconds, 1),
            "drained_after_s": round(drained, 1),
        }
        return verdict
