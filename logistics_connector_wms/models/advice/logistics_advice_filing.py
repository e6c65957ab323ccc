import hashlib
from dataclasses import replace

from odoo import api, models
from odoo.addons.logistics_connector_base.core.corrections import revision_rank
from odoo.addons.logistics_connector_base.core.jsonsafe import clean_text
from odoo.addons.logistics_connector_base.core.personal import mask_text

from .logistics_advice import OPEN_STATES

TEXT_LIMIT = 500
FILE = """
INSERT INTO logistics_advice (name, kind, revision, digest, connection_id, company_id, message_id,
    correlation_id, warehouse_code, order_ref, occurred_at, received_at, is_final, says_final,
    number, exceptions_only, is_total, answer, stage, release_revision, text, state, tries)
VALUES %s
ON CONFLICT (connection_id, kind, name, COALESCE(revision, '')) DO NOTHING
RETURNING id, connection_id, kind, name, revision
"""
KNOWN = """
SELECT a.connection_id, a.kind, a.name, COALESCE(a.revision, ''), a.id, a.digest
FROM logistics_advice a
JOIN (VALUES %s) AS wanted(connection_id, kind, name) USING (connection_id, kind, name)
"""
LINES = """
INSERT INTO logistics_advice_line (advice_id, connection_id, company_id, sequence, product_code,
    barcode, quantity, unit, line_number, lot_name, serials, expires_on, package_key, substitutes,
    condition, moved_to, disposition, reason, state)
VALUES %s
"""
PACKAGES = """
INSERT INTO logistics_advice_package (advice_id, connection_id, company_id, key, sscc, tracking,
    carrier, packaging, weight, length, width, height)
VALUES %s
"""


class LogisticsAdvice(models.Model):
    """Filing what came, in the transaction of its message: once, whatever comes again."""

    _inherit = "logistics.advice"

    @api.model
    def _take_statements(self, told):
        """File advices; they are booked by a job after the commit.

        :param told: list of (message, Advice)
        :return: troubles to report
        """
        rows = {}
        for message, advice in told:
            identity = (message.connection_id.id, advice.kind, advice.id[:200], advice.revision)
            # Twice in one message: the first one. Another content is found out below.
            rows.setdefault(identity, []).append((message, advice))
        if not rows:
            return []
        # In one order, so that two lanes that file the same wait for each other in the same way.
        values = [self._file_values(*rows[identity][0]) for identity in sorted(rows)]
        self.env.flush_all()
        cr = self.env.cr
        filed = cr.execute_values(FILE, values, fetch=True, page_size=len(values))
        fresh = {(row[1], row[2], row[3], row[4] or ""): row[0] for row in filed}
        self._file_details(fresh, rows)
        known = cr.execute_values(
            KNOWN, sorted({identity[:3] for identity in rows}), fetch=True, page_size=len(rows)
        )
        self.invalidate_model()
        troubles = self._supersede(fresh, known)
        self.env["logistics.advice.desk"]._wake_after_commit()
        return troubles + self._conflicts(rows, known)

    @api.model
    def _file_values(self, message, advice):
        occurred = advice.occurred and advice.occurred.utc.replace(tzinfo=None, microsecond=0)
        is_noted = advice.kind == "progress"  # its event says all of it
        return (
            advice.id[:200],
            advice.kind,
            advice.revision,
            _digest(advice),
            message.connection_id.id,
            message.connection_id.company_id.id,
            message.id,
            message.correlation_id,
            clean_text(advice.warehouse, 100) or None,
            clean_text(advice.order, 200) or None,
            occurred or message.received_at,
            message.received_at,
            bool(advice.is_final),
            advice.is_final is not None,
            advice.number or 0,
            bool(advice.exceptions_only),
            advice.is_total,
            advice.answer or None,
            advice.stage or None,
            advice.release_revision or 0,
            mask_text(clean_text(advice.text, TEXT_LIMIT)) or None,
            "applied" if is_noted else "ready",
            0,
        )

    @api.model
    def _file_details(self, fresh, rows):
        lines, packages = [], []
        for identity, advice_id in sorted(fresh.items(), key=lambda pair: pair[1]):
            message, advice = rows[identity][0]
            owner = (advice_id, message.connection_id.id, message.connection_id.company_id.id)
            for sequence, line in enumerate(advice.lines, 1):
                lines.append(
                    (
                        *owner,
                        sequence,
                        line.product or None,
                        line.barcode or None,
                        line.quantity,
                        line.unit or None,
                        line.line,
                        line.lot or None,
                        "\n".join(line.serials) or None,
                        line.expires_on,
                        line.package or None,
                        line.substitutes or None,
                        line.condition or None,
                        line.moved_to or None,
                        line.disposition or None,
                        clean_text(line.reason, 200) or None,
                        "open",
                    )
                )
            packages += [
                (
                    *owner,
                    one.key,
                    one.sscc or None,
                    one.tracking or None,
                    one.carrier or None,
                    one.packaging or None,
                    one.weight,
                    one.length,
                    one.width,
                    one.height,
                )
                for one in advice.packages
            ]
        for statement, values in ((LINES, lines), (PACKAGES, packages)):
            if values:
                self.env.cr.execute_values(statement, values, page_size=1000)

    @api.model
    def _supersede(self, fresh, known):
        """The last revision of an advice counts, whichever came first. One in whose place another
        comes after it was booked stays: that is a person's matter.

        :return: troubles to report
        """
        revisions, troubles = {}, []
        for *owner, revision, advice_id, _content in known:
            revisions.setdefault(tuple(owner), []).append((revision, advice_id))
        news = set(fresh.values())
        for found in revisions.values():
            if len(found) < 2 or not news & {advice_id for _revision, advice_id in found}:
                continue
            found.sort(key=lambda pair: revision_rank(pair[0]))
            last = self.browse(found[-1][1])
            earlier = self.browse([advice_id for _revision, advice_id in found[:-1]])
            untouched = earlier.filtered(lambda one: one.state in OPEN_STATES and not one.move_ids)
            untouched.write({"state": "superseded", "problem": False})
            # Of a total only what is more than was booked counts: that is known when it is booked.
            if last.is_total:
                continue
            booked = earlier.filtered(lambda one: one.move_ids)
            if booked and last.state == "ready":
                problem = self.env._(
                    "It takes the place of revision %s, which was booked already.",
                    booked[0].revision or "-",
                )
                last.write({"state": "trouble", "problem": problem})
                troubles.append(last._trouble("advice_trouble", problem))
        return troubles

    @api.model
    def _conflicts(self, rows, known):
        digests = {tuple(row[:4]): (row[4], row[5]) for row in known}
        troubles = []
        for identity, told in sorted(rows.items()):
            advice_id, digest = digests[identity]
            for message, advice in told:
                if _digest(advice) == digest:
                    continue
                first = self.browse(advice_id)
                troubles.append(
                    {
                        "type": "advice_conflict",
                        "key": f"advice-conflict:{advice_id}:{_digest(advice)[:16]}",
                        "name": self.env._(
                            "Another content under the same number: %s", first.display_name
                        ),
                        "company_id": first.company_id.id,
                        "connection_id": first.connection_id.id,
                        "message_id": message.id,
                        "provider": message.provider,
                        "reference": advice.order or first.name,
                        "detail": self.env._(
                            "What came first counts:\n%(first)s\n\nWhat came later, without a "
                            "greater revision:\n%(later)s",
                            first=first._in_words(),
                            later=_in_words(advice),
                        ),
                    }
                )
        return troubles

    def _in_words(self):
        """What the advice says, a row for each line."""
        self.ensure_one()
        return "\n".join(
            _line_words(line.product_code or line.barcode, line.quantity, line.unit, line.lot_name)
            for line in self.line_ids
        )


def _in_words(advice):
    return "\n".join(
        _line_words(line.product or line.barcode, line.quantity, line.unit, line.lot)
        for line in advice.lines
    )


def _line_words(product, quantity, unit, lot):
    words = f"{product}: {float(quantity):g} {unit or ''}".strip()
    return clean_text(f"{words} ({lot})" if lot else words, TEXT_LIMIT)


def _digest(advice):
    """Of what it says, wherever in a message it stands."""
    if advice.essence:
        return hashlib.sha256(advice.essence.encode()).hexdigest()
    lines = tuple(replace(line, pointer="") for line in advice.lines)
    said = repr(replace(advice, pointer="", lines=lines))
    return hashlib.sha256(said.encode()).hexdigest()
