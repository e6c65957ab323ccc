"""What a sender knows of its own messages, kept outside of everything that may be broken."""

import json
import os
import threading
import time


class Ledger:
    """A list of what was tried and what was answered; one JSON object a line where it has a file.

    Written before the request leaves and after its answer came, each line flushed to the disk: what
    it says was acknowledged is so, whoever is killed.
    """

    def __init__(self, path=None):
        self.path = path
        self.tried = {}  # key → sha256 of the body
        self.answers = {}  # key → list of (status, seconds), in the order of the attempts
        self._lock = threading.Lock()
        self._file = open(path, "a", encoding="utf-8") if path else None  # noqa: SIM115

    def attempt(self, key, sha256, number):
        """A request is about to leave."""
        with self._lock:
            self.tried[key] = sha256
        self._write({"key": key, "sha256": sha256, "attempt": number, "status": None})

    def answer(self, key, sha256, number, status, seconds):
        """Its answer came; status 0 stands for none."""
        with self._lock:
            self.answers.setdefault(key, []).append((status, seconds))
        self._write({"key": key, "sha256": sha256, "attempt": number, "status": status})

    def note(self, **what):
        """Something else that belongs to the story, such as a process that was killed."""
        self._write(what)

    def acknowledged(self):
        """Keys that were answered with 2xx at least once."""
        with self._lock:
            return {
                key
                for key, answers in self.answers.items()
                if any(200 <= status < 300 for status, _seconds in answers)
            }

    def statuses(self):
        """How often each status came."""
        counts = {}
        with self._lock:
            for answers in self.answers.values():
                for status, _seconds in answers:
                    counts[status] = counts.get(status, 0) + 1
        return dict(sorted(counts.items()))

    def latencies(self):
        """Seconds of the answers with 2xx, ascending."""
        with self._lock:
            return sorted(
                seconds
                for answers in self.answers.values()
                for status, seconds in answers
                if 200 <= status < 300
            )

    def close(self):
        if self._file:
            self._file.close()
            self._file = None

    def _write(self, record):
        if not self._file:
            return
        line = json.dumps({**record, "time": round(time.time(), 6)}, separators=(",", ":"))
        with self._lock:
            self._file.write(line + "\n")
            self._file.flush()
            number = self._file.fileno()
        os.fsync(number)
