import logging
from datetime import UTC, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from odoo import api, fields, models

from ...core import customer, notice
from .customer_words import stage_words

_logger = logging.getLogger(__name__)

BATCH = 50  # notices between two commits
KIND = "tell_customer"  # in the ledger of effects
LAYOUT = "mail.mail_notification_light"


class LogisticsCustomerNotice(models.Model):
    """The sending: what is due is judged, bundled and handed to Odoo's own mail queue, in the
    transaction that enters it in the ledger (law 5)."""

    _inherit = "logistics.customer.notice"

    @api.model
    def _send_due(self):
        """Cron, each minute."""
        while True:
            done = self._send_some(BATCH)
            left = self.search_count(self._due_domain(), limit=10_000)
            if not self.env["ir.cron"]._commit_progress(done, remaining=left) or not (
                done and left
            ):
                return

    @api.model
    def _due_domain(self):
        return [("state", "=", "waiting"), ("due_at", "<=", fields.Datetime.now())]

    @api.model
    def _send_some(self, limit):
        """:return: how many were due"""
        due = self.search(self._due_domain(), order="due_at, id", limit=limit)
        bundles = {}
        for row in due:
            recipient = row._recipient()
            key = (row.company_id, recipient, row.milestone)
            bundles[key] = bundles.get(key, self.browse()) | row
        for (company, recipient, milestone), rows in bundles.items():
            rows._tell(company, recipient, milestone)
        return len(due)

    def _recipient(self):
        """A mistake is owned up to before whom it was told to."""
        self.ensure_one()
        if self.milestone == notice.CORRECTED:
            told = self.shipment_id.notice_ids.filtered(
                lambda row: row.state == "sent" and row.milestone in notice.TAKEN_BACK
            )
            return told.sorted("sent_at", reverse=True).partner_id[:1]
        return self.shipment_id._notice_recipient()

    def _tell(self, company, recipient, milestone):
        """One e-mail about all of these, or about those that may be told.

        :param recipient: the contact; empty: there is none
        """
        rule = self.env["logistics.notice.rule"]._of(company).get(milestone)
        policy = self._policy(company, recipient)
        sent_today = self._sent_today(recipient)
        now = fields.Datetime.now().replace(tzinfo=UTC)
        ready = self.browse()
        for row in self:
            is_on = bool(rule and company.logistics_notices)
            facts = row._facts(recipient, is_on, sent_today)
            verdict = notice.decide(facts, policy, now)
            if verdict.what == notice.WAIT:
                row.due_at = verdict.at.astimezone(UTC).replace(tzinfo=None)
            elif verdict.what == notice.DROP:
                row._drop(verdict.reason, recipient)
            else:
                ready |= row
        if ready:
            try:
                with self.env.cr.savepoint():
                    ready._send(rule.template_id, recipient)
            except Exception:  # a template that somebody has broken: the others are told
                _logger.exception("The customers' e-mail %s could not be written", milestone)
                ready._drop("failed", recipient)

    def _drop(self, reason, recipient):
        self.write({"state": "not_sent", "reason": reason, "partner_id": recipient.id})

    @api.model
    def _policy(self, company, recipient):
        names = (recipient.tz, company.resource_calendar_id.tz, "UTC")
        return notice.Policy(
            timedelta(hours=company.logistics_notice_hours),
            _zone(names),
            round(company.logistics_quiet_from * 60) % 1440,
            round(company.logistics_quiet_to * 60) % 1440,
            company.logistics_notices_per_day,
        )

    def _facts(self, recipient, is_on, sent_today):
        self.ensure_one()
        shipment = self.shipment_id.sudo()
        told = shipment.notice_ids.filtered(lambda row: row.state == "sent").mapped("milestone")
        stands_at = shipment._milestone()
        if self.milestone == notice.CORRECTED and shipment._told_wrongly():
            stands_at = notice.CORRECTED
        return notice.Facts(
            milestone=self.milestone,
            stands_at=stands_at,
            happened_at=self.happened_at.replace(tzinfo=UTC),
            due_at=self.due_at.replace(tzinfo=UTC),
            told=frozenset(told),
            is_on=is_on,
            is_erased=shipment._is_erased_for_customers(),
            has_recipient=bool(recipient),
            has_address=bool(recipient.email_normalized),
            consents=recipient._wants_delivery_news(self.company_id),
            is_blocked=bool(recipient.is_blacklisted),
            sent_today=sent_today,
        )

    @api.model
    def _sent_today(self, recipient):
        """How many e-mails a contact had within 24 hours."""
        since = fields.Datetime.subtract(fields.Datetime.now(), hours=24)
        domain = [("partner_id", "=", recipient.id), ("sent_at", ">", since)]
        return len(self._read_group(domain, ["bundle"])) if recipient else 0

    def _send(self, template, recipient):
        """Write the e-mail and enter it in the ledger. What the ledger has is not told again."""
        mine = self.browse()
        for row in self:
            key = f"{row.shipment_id.id}:{row.milestone}"
            if row.shipment_id.notice_ids.filtered(
                lambda other: other.milestone == notice.CORRECTED and other.state == "sent"
            ):
                key += ":again"  # it was told, taken back, and comes true once
            effect = self.env["logistics.effect"]._claim(KIND, key, row.shipment_id)
            if effect:
                effect.sudo().write({"res_model": self._name, "res_id": row.id})
                mine |= row
            else:
                row._drop(notice.TOLD, recipient)
        if not mine:
            return
        shipments = mine.shipment_id
        language = shipments[:1]._customer_language(recipient)
        leave = recipient._delivery_news_url()
        is_correction = mine[:1].milestone == notice.CORRECTED
        wrong = self.browse()
        for shipment in shipments if is_correction else ():
            wrong |= shipment._told_wrongly()
        template.sudo().with_context(
            lang=language,
            logistics_lang=language,
            logistics_shipments=shipments.ids,
            customer_name=recipient.name or "",
            logistics_taken_back=wrong.with_context(lang=language)._told_words(),
            unsubscribe_url=leave,
        ).send_mail(
            shipments[:1].id,
            email_layout_xmlid=LAYOUT,
            email_values={
                "recipient_ids": [(6, 0, recipient.ids)],
                "auto_delete": True,
                "headers": repr(
                    {
                        "List-Unsubscribe": f"<{leave}>",
                        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
                        "Auto-Submitted": "auto-generated",
                    }
                ),
            },
        )
        wrong.state = "taken_back"
        mine.write(
            {
                "state": "sent",
                "reason": False,
                "partner_id": recipient.id,
                "sent_at": fields.Datetime.now(),
                "bundle": mine[:1].id,
            }
        )

    def _told_words(self):
        """What customers were told by these, in their words."""
        words = stage_words(self.env)
        told = {"delivered": words[customer.DELIVERED], "returned": words[customer.RETURNING]}
        return ", ".join(dict.fromkeys(told[row.milestone] for row in self))


class LogisticsShipment(models.Model):
    _inherit = "logistics.shipment"

    def _told_together(self):
        """For e-mail templates: this shipment, and those that the same e-mail tells of, in the
        words of the customer's pages."""
        told = self.browse(self.env.context.get("logistics_shipments") or self.ids)
        audience = "public" if self.company_id.logistics_tracking_page else "portal"
        found = told._customer_links(audience)
        for line in found:
            line["url"] = self.get_base_url() + line["url"]
        return found


def _zone(names):
    for name in filter(None, names):
        try:
            return ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError):
            continue
    return ZoneInfo("UTC")
