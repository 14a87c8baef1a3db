"""How large each function is, and what its cold start takes: from its start until it asks the runtime API for work.

    python3 tests/bench/cold_start.py [target/lambda]

Milliseconds on the clock, and of CPU: its own work, whatever else the machine does. Both are medians. It exits with 1 if a
function is beyond a limit.
"""

import os
import socket
import statistics
import subprocess
import sys
import time
from pathlib import Path

SIZE_LIMIT_MB = 12
CPU_LIMIT_MS = 60
STARTS = 9

ENVIRONMENT = {
    "ONEFOLD_BUCKET": "bucket",
    "ONEFOLD_KEY": "000102030405060708090a0b0c0d0e0f",
    "ONEFOLD_QUEUE_URL": "https://sqs.us-east-1.amazonaws.com/000000000000/queue",
    "ONEFOLD_EVENT_BUS": "default",
    "AWS_REGION": "us-east-1",
    "AWS_ACCESS_KEY_ID": "test",
    "AWS_SECRET_ACCESS_KEY": "test",
    "AWS_LAMBDA_FUNCTION_NAME": "function",
    "AWS_LAMBDA_FUNCTION_VERSION": "1",
    "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "1024",
    "AWS_LAMBDA_LOG_GROUP_NAME": "group",
    "AWS_LAMBDA_LOG_STREAM_NAME": "stream",
}


def cpu_ms(process_id):
    """CPU of all threads, in milliseconds."""
    threads = Path(f"/proc/{process_id}/task").glob("*/schedstat")
    return sum(int(thread.read_text().split()[0]) for thread in threads) / 1e6


def start(bootstrap, environment):
    """Starts a function until its first request. Returns milliseconds on the clock and of CPU."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(30)
        api = f"127.0.0.1:{server.getsockname()[1]}"
        begin = time.perf_counter()
        process = subprocess.Popen([bootstrap], env={**environment, "AWS_LAMBDA_RUNTIME_API": api}, stderr=subprocess.DEVNULL)
        try:
            connection, _ = server.accept()
            with connection:
                request = connection.recv(4096)
                elapsed = (time.perf_counter() - begin) * 1000
                assert b"/invocation/next" in request, request
                return elapsed, cpu_ms(process.pid)
        finally:
            process.kill()
            process.wait()


def measure(bootstrap, environment):
    starts = [start(bootstrap, environment) for _ in range(STARTS)]
    return [statistics.median(values) for values in zip(*starts)]


def main():
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else "target/lambda")
    bootstraps = sorted(folder.glob("*/bootstrap"))
    if not bootstraps:
        sys.exit(f"{folder} has no functions; build them with `make build`")
    local = {**ENVIRONMENT, "AWS_ENDPOINT_URL": "http://127.0.0.1:1"}
    print(f"{'function':<12}{'MB':>6}{'ms':>8}{'CPU ms':>8}{'local: ms':>11}{'CPU ms':>8}")
    beyond = []
    for bootstrap in bootstraps:
        name, size = bootstrap.parent.name, bootstrap.stat().st_size / 1e6
        aws, here = measure(bootstrap, ENVIRONMENT), measure(bootstrap, local)
        print(f"{name:<12}{size:>6.1f}{aws[0]:>8.1f}{aws[1]:>8.1f}{here[0]:>11.1f}{here[1]:>8.1f}", flush=True)
        if size > SIZE_LIMIT_MB or max(aws[1], here[1]) > CPU_LIMIT_MS:
            beyond.append(name)
    if beyond:
        sys.exit(f"more than {SIZE_LIMIT_MB} MB or {CPU_LIMIT_MS} ms of CPU: {', '.join(beyond)}")


if __name__ == "__main__":
    main()
