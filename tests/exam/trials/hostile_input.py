"""Trial 24: what strangers, broken partners and thieves of old messages send."""

import hashlib
import json
import random
import re
import subprocess
import sys
import threading
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil
import yaml

from devtools import paths
from devtools.postgres import Cluster

from ...simulators import Ledger
from ...support import http
from ...support.connections import add_secret, new_address
from ...support.polling import wait_for
from ...support.signing import SIGNERS, Caller
from .. import hostile_calls
from ..arena import LEDGERS
from ..tree import Mutant, Patch
from ..trial import Trial
from ..verdict import judge, latency_figures

SIGNATURES = "logistics_connector_base/core/signatures.py"
ACCEPT = "logistics_connector_base/intake/accept.py"
PROVE = "logistics_connector_base/core/verifiers/__init__.py"
HTTP_SIGNATURE = "logistics_connector_base/core/verifiers/http_signature.py"

ANY_AGE = Mutant(
    "a signature never grows old",
    (
        Patch(
            SIGNATURES,
            "    if abs(now - int(timestamp)) > tolerance:\n",
            "    if tolerance < 0:\n",
        ),
    ),
    finds=("wrongly accepted",),
)
ONE_SECRET = Mutant(
    "only the newest secret counts",
    (
        Patch(
            ACCEPT,
            "    return [proof.valid_secrets(moment) for proof in",
            "    return [proof.valid_secrets(moment)[:1] for proof in",
        ),
    ),
    finds=("wrongly refused",),
)
RAISES = Mutant(
    "what is no base64 raises",
    (
        Patch(
            SIGNATURES,
            '        data = base64.b64decode(text.encode("ascii"), validate=True)\n'
            "    except (binascii.Error, ValueError):\n"
            "        return None\n",
            '        data = base64.b64decode(text.encode("ascii"), validate=True)\n'
            "    except KeyError:\n"
            "        return None\n",
        ),
        Patch(ACCEPT, "    except Exception:\n", "    except KeyError:\n"),
    ),
    finds=("answers of 5xx",),
)
REPLAYS = Mutant(
    "a nonce may be used again",
    (
        Patch(
            HTTP_SIGNATURE,
            "        if index is None or not self._is_new(member.parameters, call):\n",
            "        if index is None:\n",
        ),
    ),
    finds=("wrongly accepted",),
)
BODY_UNSIGNED = Mutant(
    "a hash that ends right is right",
    (
        Patch(
            SIGNATURES,
            "            fits |= hmac.compare_digest(expected, signature)\n",
            "            fits |= bool(signature)\n",
        ),
    ),
    finds=("wrongly accepted",),
)
TALKATIVE = Mutant(
    "paths are logged as they are",
    (
        Patch(
            "logistics_connector_base/core/masking.py",
            "    return _INTAKE_PATH.sub(_without_token, text)\n",
            "    return text\n",
        ),
    ),
    finds=("secrets in the log",),
)


class HostileInput(Trial):
    number = 24
    title = "Hostile input"
    passes_when = (
        "0 wrongly accepted, 0 wrongly refused, 0 × 5xx; workers grow less than 50 MB; no secret "
        "in the log or in a dump"
    )
    load = {
        "schemes": 99,
        "flips": 64,
        "garbage": 99,
        "rotations": 12,
        "rotate_for": 60.0,
        "fuzz_for": 600,
    }
    short_load = {
        "schemes": 4,
        "flips": 3,
        "garbage": 9,
        "rotations": 2,
        "rotate_for": 1.0,
        "fuzz_for": 0,
    }
    mutants = (ANY_AGE, ONE_SECRET, RAISES, REPLAYS, BODY_UNSIGNED, TALKATIVE)

    def run(self, arena, seed, schemes, flips, garbage, rotations, rotate_for, fuzz_for):
        stage = _Stage(arena, seed, _chosen(schemes))
        stage.become_known()
        stage.vectors()
        before = stage.memory()
        for caller in stage.callers:
            stage.edges(caller)
            stage.flips(caller, flips)
            stage.malformed(caller, garbage)
        stage.replays()
        stage.bodies()
        stage.transport()
        stage.rotate(rotations, rotate_for)
        fuzzed = stage.fuzz(fuzz_for, seed)
        stage.drain()
        grown = stage.growth(before)
        return stage.verdict(grown, fuzzed)


def _chosen(count):
    """The first ``count`` schemes; those that the battery needs are always among them."""
    named = ("Standard Webhooks", "Sendcloud", "RFC 9421", "UPS")
    first = [signer for signer in SIGNERS if signer.name in named]
    rest = [signer for signer in SIGNERS if signer not in first and signer.proof["kind"] != "query"]
    return [*first, *rest][:count]


class _Stage:
    """Partners of the chosen schemes, and what was sent to whom with what outcome."""

    def __init__(self, arena, seed, signers):
        self.arena, self.rng = arena, random.Random(f"24 {seed}")
        self.mark = arena.log_mark()
        LEDGERS.mkdir(parents=True, exist_ok=True)
        stamp = time.strftime("%Y%m%d-%H%M%S")
        self.ledger = Ledger(LEDGERS / f"trial24-seed{seed}-{stamp}-{uuid.uuid4().hex[:6]}.jsonl")
        self.wrongly_accepted, self.wrongly_refused, self.broken = [], [], []
        self.refused = self.held_up = self.cases = 0
        self.lock = threading.Lock()
        self.callers = [self.caller(signer) for signer in signers]

    def caller(self, signer):
        label = f"exam 24 {signer.name} {uuid.uuid4().hex[:8]}"
        return Caller(self.arena.rpc, signer, label).go_live()

    # -- outcomes -----------------------------------------------------------------------------

    def must_take(self, name, url, body, headers):
        """Send what must be taken; a copy of something taken before counts as taken, too."""
        key = hashlib.sha256(body).hexdigest()
        self.ledger.attempt(key, key, 1)
        answer = http.request("POST", url, body, headers)
        for _again in range(10):
            if answer.status not in (429, 503):
                break
            time.sleep(min(5, int(answer.headers.get("retry-after") or 1)))
            answer = http.request("POST", url, body, headers)
        self.ledger.answer(key, key, 1, answer.status, answer.seconds)
        with self.lock:
            self.cases += 1
            if not answer.ok:
                self.wrongly_refused.append((name, answer.status, answer.error))
        self._note_broken(name, answer.status)
        return answer

    def must_refuse(self, name, url, body, headers):
        answer = http.request("POST", url, body, headers)
        with self.lock:
            self.cases += 1
            self.refused += answer.status == 401
            # Who fails too often has to wait, whatever he brings.
            self.held_up += answer.status == 429
            if answer.ok:
                self.wrongly_accepted.append((name, answer.status))
            elif answer.status not in (401, 429):
                self.broken.append((name, answer.status, answer.error))
        return answer

    def _note_broken(self, name, status):
        if status >= 500:
            with self.lock:
                self.broken.append((name, status, ""))

    def each(self, function, cases):
        """Run ``function(*case)`` for all cases over four connections."""
        with ThreadPoolExecutor(4) as pool:
            list(pool.map(lambda case: function(*case), cases))

    # -- the battery --------------------------------------------------------------------------

    def become_known(self):
        """Each partner proves itself to both workers before it fails some hundred times."""
        for caller in self.callers:
            for _call in range(12):
                body = hostile_calls.unique_body()
                headers, url = caller.signed(body)
                self.must_take(f"{caller.signer.name}: at first", url, body, headers)

    def vectors(self):
        """Standard Webhooks: the published vectors and the edges of its window."""
        caller = self.callers[0]
        rpc = self.arena.rpc
        add_secret(rpc, caller.connection_id, hostile_calls.VECTOR_SECRET)
        self.each(self._vector, [(caller, *case) for case in hostile_calls.vectors(time.time())])

    def _vector(self, caller, name, headers, body, taken):
        headers = {"Content-Type": "application/json", **headers}
        headers = {name: value.encode("latin-1") for name, value in headers.items()}
        send = self.must_take if taken else self.must_refuse
        send(f"vector: {name}", caller.url, body, headers)

    def edges(self, caller):
        """The window of the signed time, by signing other times; nobody sleeps."""
        for drift, taken in ((-290, True), (290, True), (-320, False), (320, False)):
            if not caller.signer.signs_time:
                return
            body = hostile_calls.unique_body()
            headers, url = caller.signed(body, at=time.time() + drift)
            send = self.must_take if taken else self.must_refuse
            send(f"{caller.signer.name}: {drift} s", url, body, headers)

    def flips(self, caller, count):
        """One changed bit of the body; the whole call with a stranger's key."""
        body = hostile_calls.unique_body()
        headers, url = caller.signed(body)
        self.must_take(f"{caller.signer.name}: right", url, body, headers)
        if caller.signer.signs_body:
            cases = hostile_calls.flips(body, self.rng, count)
            name = f"{caller.signer.name}: a bit of the body"
            self.each(self.must_refuse, [(name, url, changed, headers) for changed in cases])
        stranger, address = caller.signed(body, caller.signer.new_key())
        self.must_refuse(f"{caller.signer.name}: stranger", address, body, stranger)

    def malformed(self, caller, count):
        """Headers that hold what they must not, ``count`` different ones in each place."""
        body = hostile_calls.unique_body()
        self.each(
            self.must_refuse,
            [
                (f"{caller.signer.name}: {name}", url, body, headers)
                for name, headers, url in hostile_calls.malformed_headers(
                    caller, body, self.rng, count
                )
            ],
        )

    def replays(self):
        """A signed call with a nonce counts once; others are copies, which do nothing twice."""
        for caller in self.callers:
            body = hostile_calls.unique_body()
            headers, url = caller.signed(body)
            self.must_take(f"{caller.signer.name}: once", url, body, headers)
            again = self.must_refuse if caller.signer.name == "RFC 9421" else self.must_take
            again(f"{caller.signer.name}: again", url, body, headers)

    def bodies(self):
        """Nonsense that is signed rightly is taken, kept and settled; never an error."""
        caller = next(c for c in self.callers if c.signer.name == "Sendcloud")

        def send(name, body):
            headers, url = caller.signed(body)
            self.must_take(f"body: {name}", url, body, headers)

        self.each(send, list(hostile_calls.hostile_bodies()))

    def transport(self):
        port = self.arena.server.port
        path = self.callers[0].url.removeprefix(self.arena.server.url)
        for name, data, right in hostile_calls.transport(port, path):
            status = hostile_calls.raw_status(port, data)
            self.cases += 1
            if 200 <= status < 300:
                self.wrongly_accepted.append((name, status))
            elif status not in {*right, 429} and status:
                self.broken.append((name, status, f"expected {sorted(right)}"))

    # -- rotation under load ------------------------------------------------------------------

    def rotate(self, rotations, seconds):
        """Secrets change while messages flow: each is signed with one that is valid, none is
        refused; what was taken away opens nothing any more."""
        caller = next(c for c in self.callers if c.signer.name == "Sendcloud")
        valid, busy, stop = [caller.key], {caller.key: 0}, threading.Event()
        guard = threading.Lock()
        self.rotated = 0

        def work(number):
            rng = random.Random(number)
            while not stop.is_set():
                with guard:
                    key = rng.choice(valid)
                    busy[key] += 1
                body = hostile_calls.unique_body()
                headers, url = caller.signed(body, key)
                self.must_take("rotation: a valid secret", url, body, headers)
                with guard:
                    busy[key] -= 1

        threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
        for thread in threads:
            thread.start()
        domain = [("connection_id", "=", caller.connection_id)]
        for _rotation in range(rotations):
            newer = caller.signer.new_key()
            caller.add_key(newer)
            with guard:
                former = valid[0]
                busy[newer] = 0
                valid.append(newer)
            stop.wait(seconds / rotations / 2)
            with guard:
                valid.remove(former)
            wait_for(lambda former=former: not busy[former], 30, "senders do not finish")
            oldest = self.arena.rpc("logistics.credential", "search", domain, limit=1, order="id")
            self.arena.rpc("logistics.credential", "unlink", oldest)
            for _worker in range(4):
                body = hostile_calls.unique_body()
                headers, url = caller.signed(body, former)
                self.must_refuse("rotation: a secret taken away", url, body, headers)
            caller.key = newer
            self.rotated += 1
            stop.wait(seconds / rotations / 2)
        stop.set()
        for thread in threads:
            thread.join()

    # -- our own description ------------------------------------------------------------------

    def fuzz(self, seconds, seed):
        """schemathesis against docs/openapi.yaml, as a stranger and as a partner; what it found."""
        partner = Caller(
            self.arena.rpc, SIGNERS[8], f"exam 24 schemathesis {uuid.uuid4().hex[:6]}"
        ).go_live()
        token = partner.url.rpartition("/")[2]
        described = yaml.safe_load((paths.PROJECT / "docs/openapi.yaml").read_text())
        folder = Path(self.ledger.path).parent
        known = json.loads(json.dumps(described))
        known["paths"]["/logistics/v1/in/{token}"]["parameters"][0]["schema"] = {
            "type": "string",
            "enum": [token],
        }
        ran = []
        for name, schema, more in (
            ("stranger", described, []),
            ("partner", known, ["-H", f"credential: {partner.key}"]),
        ):
            file = folder / f"openapi-{uuid.uuid4().hex[:8]}.json"
            file.write_text(json.dumps(schema, default=str))
            try:
                ran.append((name, self._schemathesis(file, seconds / 2, seed, more)))
            finally:
                file.unlink()
        new_address(self.arena.rpc, partner.connection_id)
        self.hidden_extra = {token, partner.key}
        return ran

    def _schemathesis(self, file, seconds, seed, more):
        # Without a budget of time: a few examples, so that a busy machine has some, too.
        limit = ["--max-time", str(int(seconds))] if seconds else ["--max-examples", "5"]
        command = [
            str(Path(sys.executable).parent / "schemathesis"), "run", str(file),
            "--url", self.arena.server.url, "--phases", "coverage,fuzzing",
            "--checks", "not_a_server_error,status_code_conformance,content_type_conformance,"
            "response_schema_conformance",
            "--exclude-checks", "unsupported_method", "--seed", str(seed),
            *limit, "--request-timeout", "20",
            "--output-sanitize", "true", "--warnings", "off", "--no-color", *more,
        ]  # fmt: skip
        done = subprocess.run(
            command, capture_output=True, text=True, check=False, cwd=Path(file).parent,
            timeout=seconds + 120,
        )  # fmt: skip
        found = re.search(r"(\d+) generated", done.stdout)
        said = done.stdout[-2500:] if done.returncode else ""
        return done.returncode, int(found.group(1)) if found else 0, said

    # -- afterwards ---------------------------------------------------------------------------

    @property
    def connection_ids(self):
        return [caller.connection_id for caller in self.callers]

    def drain(self):
        query = (
            "SELECT count(*) FROM logistics_message WHERE connection_id = ANY(%s)"
            " AND state IN ('received', 'processing')"
        )
        try:
            wait_for(
                lambda: not self.arena.database.value(query, self.connection_ids), 120, interval=0.3
            )
        except AssertionError:
            pass  # the verdict tells what is unfinished

    def memory(self):
        """Resident bytes of the server's children."""
        found = {}
        for pid in self.arena.server.child_pids():
            try:
                found[pid] = psutil.Process(pid).memory_info().rss
            except psutil.NoSuchProcess:
                continue
        return found

    def growth(self, before):
        """By how many MB the process that grew most has grown."""
        after = self.memory()
        return max((after[pid] - before[pid] for pid in before if pid in after), default=0) / 2**20

    def secrets(self):
        """Everything that nobody may read: keys, and the addresses' tokens."""
        texts = {hostile_calls.VECTOR_SECRET.removeprefix("whsec_"), *self.hidden_extra}
        for caller in self.callers:
            texts.add(caller.url.rpartition("/")[2])
            if isinstance(caller.key, str):
                texts.add(caller.key.removeprefix("whsec_").partition(":")[2] or caller.key[6:])
        return {text for text in texts if len(text) > 8}

    def dump(self):
        cluster = Cluster.main()
        done = subprocess.run(
            [cluster.binary("pg_dump"), "--data-only", self.arena.name],
            env={**cluster.env(), "PATH": "/usr/bin:/bin"}, capture_output=True, check=True,
        )  # fmt: skip
        return done.stdout.decode(errors="replace")

    def verdict(self, grown, fuzzed):
        facts = dict.fromkeys(self.ledger.tried, ())
        verdict = judge(self.ledger, self.arena.database, self.connection_ids, facts)
        log, dump, secrets = self.arena.log_since(self.mark), self.dump(), self.secrets()
        for name, found in (
            ("wrongly accepted", self.wrongly_accepted),
            ("wrongly refused", self.wrongly_refused),
            ("answers of 5xx or none", self.broken),
            ("secrets in the log", [text[:4] for text in secrets if text in log]),
            ("secrets in the dump", [text[:4] for text in secrets if text in dump]),
        ):
            verdict.counts[name] = len(found)
            verdict.expect(not found, f"{name}: {len(found)}, e.g. {found[:3]}")
        many = self.held_up > self.cases / 20
        verdict.expect(not many, f"{self.held_up} cases were held up before they were looked at")
        traces = re.findall(r"Traceback", log)
        verdict.expect(not traces, f"{len(traces)} tracebacks in the log")
        verdict.expect(grown < 50, f"a worker grew by {grown:.0f} MB")
        for name, (code, tried, said) in fuzzed:
            verdict.expect(not code, f"schemathesis as {name}: {said}")
            verdict.expect(tried, f"schemathesis as {name} tried nothing")
        verdict.figures |= latency_figures(self.ledger.latencies()) | {
            "cases": self.cases,
            "refused": self.refused,
            "held_up": self.held_up,
            "rotations": self.rotated,
            "grown_mb": round(grown, 1),
            "fuzzed": ", ".join(f"{tried} as {name}" for name, (_code, tried, _said) in fuzzed),
        }
        self.ledger.note(verdict=verdict.counts)
        self.ledger.close()
        return verdict
