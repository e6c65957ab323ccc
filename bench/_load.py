"""The load generator, in a process of its own: ``python -m bench._load SPEC``.

SPEC is a JSON file: host, port, connections, seconds, and ``requests``, a file of complete HTTP
requests, each behind its length (4 bytes). One connection for each request, as Odoo's prefork
workers close it after their answer. Prints one line of JSON.
"""

import json
import socket
import struct
import sys
import threading
import time


def read_requests(path):
    with open(path, "rb") as stream:
        data = stream.read()
    requests, position = [], 0
    while position < len(data):
        (length,) = struct.unpack_from("!I", data, position)
        requests.append(data[position + 4 : position + 4 + length])
        position += 4 + length
    return requests


def write_requests(path, requests):
    with open(path, "wb") as stream:
        for request in requests:
            stream.write(struct.pack("!I", len(request)) + request)


def one(address, request):
    """Send one request; its status, 0 when nothing came."""
    try:
        with socket.create_connection(address, timeout=30) as connection:
            connection.sendall(request)
            answer = connection.recv(65536)
            while not complete(answer):
                more = connection.recv(65536)
                if not more:
                    break
                answer += more
    except OSError:
        return 0
    return int(answer[9:12]) if answer.startswith(b"HTTP/1.") else 0


def complete(answer):
    """Whether all of an answer is there. Who waits for the other side to close, as a shell script
    would, is kept waiting for 10 ms by werkzeug's server, which hopes that we close first."""
    head, found, body = answer.partition(b"\r\n\r\n")
    if not found:
        return False
    for line in head.split(b"\r\n"):
        if line.lower().startswith(b"content-length:"):
            return len(body) >= int(line.split(b":")[1])
    return True


def run(address, requests, connections, seconds):
    """Send until the time is over or the requests are used up."""
    source, lock = iter(requests), threading.Lock()
    results, deadline = [[] for _ in range(connections)], time.monotonic() + seconds

    def work(own):
        while time.monotonic() < deadline:
            with lock:
                request = next(source, None)
            if request is None:
                return
            start = time.perf_counter()
            status = one(address, request)
            own.append((status, time.perf_counter() - start))

    start = time.monotonic()
    threads = [threading.Thread(target=work, args=(own,)) for own in results]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    elapsed = time.monotonic() - start
    flat = [pair for own in results for pair in own]
    latencies = sorted(latency for _status, latency in flat)
    statuses = {}
    for status, _latency in flat:
        statuses[str(status)] = statuses.get(str(status), 0) + 1
    return {
        "count": len(flat),
        "per_second": len(flat) / elapsed,
        "p50_ms": latencies[len(latencies) // 2] * 1000,
        "p99_ms": latencies[int(len(latencies) * 0.99)] * 1000,
        "statuses": statuses,
        "used_up": len(flat) == len(requests),
    }


def main():
    with open(sys.argv[1]) as stream:
        spec = json.load(stream)
    requests = read_requests(spec["requests"])
    address = (spec["host"], spec["port"])
    print(json.dumps(run(address, requests, spec["connections"], spec["seconds"])))


if __name__ == "__main__":
    main()
