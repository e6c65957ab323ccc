"""What a replay is, and what came of it, in a few words and numbers."""

from odoo import api, models
from odoo.tools import format_datetime


class LogisticsReplay(models.Model):
    _inherit = "logistics.replay"

    @api.depends("kind", "chosen_ids", "connection_id", "received_from", "mapping_ids", "proposed")
    def _compute_display_name(self):
        for replay in self:
            replay.display_name = replay._scope_text() if replay.id else self.env._("New replay")

    def _scope_text(self):
        """What is replayed, in a few words."""
        if self.kind == "messages":
            return self.env._("%s chosen messages", len(self.chosen_ids))
        if self.kind == "mapping":
            shown = self.mapping_ids[:1].sudo()
            name = shown.raw_code or (self.proposed or {}).get("raw_code", "")
            issuer = shown.provider or (self.proposed or {}).get("provider", "")
            more = max(len(self.mapping_ids) - 1, 0)
            words = self.env._("Code %(code)s of %(issuer)s", code=name, issuer=issuer)
            return (
                self.env._("%(words)s and %(more)s more", words=words, more=more) if more else words
            )
        who = self.connection_id.display_name or self.company_id.name
        since = self.received_from and format_datetime(
            self.env, self.received_from, dt_format="short"
        )
        if not since:
            return self.env._("Everything from %s", who)
        return self.env._("%(who)s since %(since)s", who=who, since=since)

    @api.depends("proposed")
    def _compute_proposed_text(self):
        codes = self.env["logistics.event.code"].sudo()
        for replay in self:
            values = replay.proposed or {}
            raw = " / ".join(filter(None, (values.get("raw_code"), values.get("raw_sub_code"))))
            code = codes.browse(values.get("code_id")).name
            replay.proposed_text = f"{values['provider']} {raw} → {code}" if values else False

    @api.depends("state")
    def _compute_counts(self):
        groups = self.env["logistics.replay.message"]._read_group(
            [("replay_id", "in", self.ids)], ["replay_id", "state"], ["__count"]
        )
        noted = dict(
            self.env["logistics.replay.message"]._read_group(
                [
                    ("replay_id", "in", self.ids),
                    ("note", "!=", False),
                    ("state", "!=", "failed"),
                ],
                ["replay_id"],
                ["__count"],
            )
        )
        counts = {}
        for replay, state, count in groups:
            counts.setdefault(replay.id, {})[state] = count
        for replay in self:
            found = counts.get(replay.id, {})
            total = sum(found.values())
            is_applied = replay.applied_at or replay.state == "applying"
            todo = "previewed" if is_applied else "waiting"
            replay.message_count = total
            replay.left_out_count = noted.get(replay, 0)
            replay.failed_count = found.get("failed", 0)
            replay.done_count = total - found.get(todo, 0)
            replay.percent = 100 * replay.done_count / total if total else 0

    @api.depends("state")
    def _compute_differences(self):
        groups = self.env["logistics.replay.line"]._read_group(
            [("replay_id", "in", self.ids)], ["replay_id", "kind", "change", "state"], ["__count"]
        )
        for replay in self:
            own = [group[1:] for group in groups if group[0] == replay]
            replay.difference_count = sum(count for *_kind, count in own)
            replay.deviation_count = sum(
                count for _k, _c, state, count in own if state in ("unforeseen", "missing")
            )
            replay.summary = replay._summary_of(own)

    def _summary_of(self, groups):
        counts = {}
        for kind, change, state, count in groups:
            if state != "missing":
                counts[kind, change] = counts.get((kind, change), 0) + count
        words = {
            ("event", "reread"): self.env._("%s events read otherwise"),
            ("event", "added"): self.env._("%s events new"),
            ("event", "changed"): self.env._("%s events changed"),
            ("shipment", "changed"): self.env._("%s shipments changed"),
            ("exception", "vanished"): self.env._("%s exceptions resolved"),
            ("exception", "added"): self.env._("%s exceptions opened"),
            ("message", "changed"): self.env._("%s messages with another outcome"),
        }
        return ", ".join(text % counts[key] for key, text in words.items() if key in counts)

    @api.depends("chosen_ids")
    def _compute_chosen_count(self):
        for replay in self:
            replay.chosen_count = len(replay.chosen_ids)
