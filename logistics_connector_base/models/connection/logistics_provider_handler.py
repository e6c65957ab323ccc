from odoo import api, models

from ...core.urgency import spoken_codes


class LogisticsProviderHandler(models.AbstractModel):
    """The contract of a provider. Inherit it (``_inherit = "logistics.provider.handler"``, own
    ``_name``) and name the new model in a ``logistics.provider`` record; the core does not change.

    The methods are thin: they hand raw bytes to the provider's pure functions.
    """

    _name = "logistics.provider.handler"
    _description = "Logistics Provider Handler"

    @api.model
    def _parse_message(self, raw, context):
        """Parse the raw bytes of one message.

        :param bytes raw: the body as it was received
        :param ParseContext context: time zone of the connection, time of receipt
        :rtype: ParsedMessage
        :raises ParseError: with a text for the person in the workbench
        """
        raise NotImplementedError

    @api.model
    def _handshake(self, raw):
        """What a message asks for that is no event: a challenge to be repeated, an address to be
        called back (``core.handshake``). Pure, and quick: it is asked during the call.

        Only authentic calls come here; they are filed like any other. The answer is given after
        that, in the place of the receipt; a call-back is made once, by a job.

        :param bytes raw: the body as it was received
        :rtype: Handshake|None
        """
        return None

    @api.model
    def _has_handshake(self):
        """Whether this provider knows handshakes at all."""
        base = self.env.registry["logistics.provider.handler"]._handshake
        return self.env.registry[self._name]._handshake is not base

    @api.model
    def _receipt_status(self):
        """HTTP status of our receipt. 202 says it best; some partners take nothing but 200."""
        return 202

    @api.model
    def _receipt_body(self):
        """What our receipt says. None: its number and correlation id, as docs/openapi.yaml has it;
        some partners take nothing but words of their own. It is sent after the message is on disk,
        as any receipt is.

        :rtype: dict|None
        """
        return None

    @api.model
    def _glance(self, raw, context):
        """The codes that a message speaks of: what is urgent goes first when many wait.

        Override it where that can be seen without parsing everything. It decides about the order of
        work alone: a wrong answer, or an error, changes no result.

        :param bytes raw: the body as it was received
        :param ParseContext context: as for :meth:`_parse_message`
        :return: iterable of SpokenCode
        """
        return spoken_codes(self._parse_message(raw, context))

    @api.model
    def _polls(self):
        """How this provider can be asked, beside or in the place of its webhooks: pure data and
        functions (``core.polling``).

        :return: dict, "shipment" → TrackingPoll and "feed" → FeedPoll, as far as there are any
        """
        return {}

    @api.model
    def _trackers(self):
        """How this provider is asked to tell us of single numbers, where it does not by itself:
        pure data and functions.

        :rtype: core.tracker.Trackers|None
        """
        return None

    @api.model
    def _connection_defaults(self):
        """Values for a new connection: where its message id stands, its time zone.

        :return: dict of ``logistics.connection`` fields (``message_id_header``, ``tz``)
        """
        return {}

    @api.model
    def _setup_words(self, connection):
        """What an administrator does at the partner's site, step by step, in the user's language.

        :param connection: the ``logistics.connection`` that is being set up
        :return: list of sentences
        """
        return [
            self.env._(
                "Open the partner's settings for webhooks (also: notifications, callbacks)."
            ),
            self.env._(
                "Paste the address below. Where a secret is asked for, paste the same one as here."
            ),
            self.env._(
                "Choose the tracking events of your parcels, and send a test message if you can."
            ),
        ]

    @api.model
    def _secret_is_theirs(self):
        """Whether the partner makes the secret of its calls, so that it can only be pasted."""
        return False

    @api.model
    def _access_defaults(self, environment):
        """How we identify ourselves when this partner is asked: values of ``logistics.access``, one
        dict for each secret that the setup asks for. Empty where it differs from partner to
        partner, or nobody is asked.

        :param str environment: "production" or "test"
        """
        return []

    @api.model
    def _connection_proofs(self):
        """What a call of this partner must prove, for a new connection (docs/signatures.md).

        :return: list of dicts of ``logistics.verifier`` fields (``kind``, ``header``, …); several
            are all needed. Empty: the administrator must say it.
        """
        return []
