from odoo import models
from odoo.exceptions import UserError

from .logistics_count_asking import REQUEST_FLOW


class LogisticsMessageStream(models.Model):
    """Asking a partner to send again what did not come."""

    _inherit = "logistics.message.stream"

    def action_ask_again(self):
        """Ask for the missing messages, each gap once."""
        self.check_access("write")
        for stream in self.sudo():
            flow = stream.connection_id._flow(REQUEST_FLOW)
            if not flow:
                raise UserError(
                    self.env._(
                        "“%s” has no flow with the code “request”: ask the partner by hand, or add "
                        "the flow (page Sending of the connection).",
                        stream.connection_id.name,
                    )
                )
            for gap in stream.gap_ids:
                self.env["logistics.outbox"]._enqueue(
                    flow,
                    {
                        "type": "resend",
                        "version": "1.0",
                        "first": int(gap.first),
                        "last": int(gap.last),
                        **({"stream": stream.name} if stream.name else {}),
                    },
                    key=f"{stream.id}/{gap.display_name}",
                    # A gap that is asked for and shrinks is another one.
                    once=f"resend:{stream.id}:{int(gap.first)}:{int(gap.last)}",
                )
        return True
