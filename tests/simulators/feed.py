"""Partners that can be asked: they lose webhooks, commit late, page, throttle and go down."""

import base64
import json
import threading
from datetime import UTC, datetime
from urllib.parse import parse_qs, unquote, urlsplit

from .canonical import CanonicalPartner
from .receiver import Answer, Receiver
from .ups import UpsTrackAlert


class Asked:
    """What both have: a server, and what is to go wrong with the next calls (``troubles``: answers,
    or functions of the call; each is used once)."""

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        self.troubles = []
        self.is_down = False
        self.server = Receiver(self._behave)

    def __enter__(self):
        self.server.__enter__()
        return self

    def __exit__(self, *exc_info):
        self.server.__exit__(*exc_info)

    def _behave(self, call, number):
        if self.is_down:
            return Answer(503)
        trouble = self.troubles.pop(0) if self.troubles else None
        if callable(trouble):
            trouble = trouble(call)
        return trouble or self.serve(call)

    def serve(self, call):
        raise NotImplementedError


class FeedPartner(Asked, CanonicalPartner):
    """The feed of providers/canonical/README.md over a log that keeps the order of record times: an
    entry that is committed late stands before others that were read already."""

    page_size = 4

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        self._log, self._lock = [], threading.Lock()

    def commit(self, parcel, step, recorded_at=None):
        """From now on the feed shows that this happened; the message, as a webhook has it."""
        message = self.message(parcel, [step])
        recorded_at = recorded_at or datetime.now(UTC)
        with self._lock:
            self._log.append((recorded_at.isoformat(), message["id"], message))
            self._log.sort(key=lambda entry: entry[:2])
        return message

    def send(self, message):
        """As a webhook."""
        return self.deliver(self.encode(message))

    def serve(self, call):
        query = {name: found[0] for name, found in parse_qs(urlsplit(call.path).query).items()}
        since = datetime.fromisoformat(query["since"])
        after = json.loads(base64.b64decode(query["cursor"])) if "cursor" in query else ["", ""]
        with self._lock:
            seen = [
                entry
                for entry in self._log
                if datetime.fromisoformat(entry[0]) >= since and list(entry[:2]) > after
            ]
        page = seen[: self.page_size]
        content = {
            "entries": [{"recorded_at": entry[0], "message": entry[2]} for entry in page],
            "at": datetime.now(UTC).isoformat(),
        }
        if len(seen) > len(page):
            content["next"] = base64.b64encode(json.dumps(page[-1][:2]).encode()).decode()
        return Answer(body=json.dumps(content).encode())


class UpsTracking(Asked, UpsTrackAlert):
    """UPS, asked for one number: the scans that Track Alert sends, in the Track API's words."""

    name = "UPS (asked)"

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        self.stories = {}  # number → (parcel, steps)

    def serve(self, call):
        number = unquote(urlsplit(call.path).path.rpartition("/")[2])
        if number not in self.stories:
            return Answer(404, body=b'{"response": {"errors": [{"code": "TW0001"}]}}')
        parcel, steps = self.stories[number]
        activities = [self.activity(parcel, step) for step in reversed(steps)]
        package = {"trackingNumber": number, "activity": activities}
        shipment = {"inquiryNumber": number, "package": [package]}
        return Answer(body=json.dumps({"trackResponse": {"shipment": [shipment]}}).encode())

    def activity(self, parcel, step):
        alert = self.message(parcel, [step])
        status, place = alert["activityStatus"], alert["activityLocation"]
        return {
            "date": alert["localActivityDate"],
            "time": alert["localActivityTime"],
            "gmtDate": alert["gmtActivityDate"],
            "gmtTime": f"{step.at:%H:%M:%S}",
            "location": {"address": {**place, "countryCode": place["country"]}},
            "status": {
                "type": status["type"],
                "code": status["code"],
                "description": status["description"],
                "statusCode": status["descriptionCode"],
            },
        }
