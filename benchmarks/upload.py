"""How much memory does the web process need while a large file comes in?

Starts the real web server on a data folder of its own, makes a person with a key, posts a file
through `POST /api/v1/items/`, and reads the server's peak resident memory from the kernel. The
stored original is compared with the digest of what was sent. Embedded that is waitress, in
production gunicorn; both are measured. Needs about three times the size on the disk.
"""

import argparse
import contextlib
import hashlib
import http.client
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CHUNK = 1024 * 1024
BOUNDARY = "upload-benchmark"
BEFORE = (
    f"--{BOUNDARY}\r\n"
    'Content-Disposition: form-data; name="file"; filename="long.mp4"\r\n'
    "Content-Type: video/mp4\r\n\r\n"
).encode()
AFTER = f"\r\n--{BOUNDARY}--\r\n".encode()
# Enough of an MP4 for the door, which tells the kind by how a file begins.
HEAD = b"\x00\x00\x00\x18ftypisom\x00\x00\x02\x00isomiso2" + b"\x00\x00\x00\x08free"
COLUMNS = ("server", "size_mb", "idle_mb", "peak_mb", "grew_mb", "seconds", "mb_per_s", "status")


def servers(port: int) -> dict[str, list[str]]:
    waitress = [
        *(sys.executable, "-m", "waitress", f"--listen=127.0.0.1:{port}"),
        f"--max-request-body-size={16 * 1024**3}",
        "verify.wsgi:application",
    ]
    gunicorn = [
        *(sys.executable, "-m", "gunicorn", "--config", "deploy/gunicorn.conf.py"),
        *("--workers", "1", "verify.wsgi:application"),
    ]
    return {"waitress": waitress, "gunicorn": gunicorn}


def chunks(size_bytes: int) -> Iterator[bytes]:
    """The file, piece by piece; the same bytes each time, and no two pieces alike."""
    yield HEAD
    left, number = size_bytes - len(HEAD), 0
    block = hashlib.shake_128(b"upload").digest(CHUNK - 8)
    while left > 0:
        piece = (number.to_bytes(8, "big") + block)[: min(CHUNK, left)]
        yield piece
        left -= len(piece)
        number += 1


def post(port: int, key: str, size_bytes: int) -> tuple[int, str, str]:
    """Send the form. Returns status, digest as the server says, digest of what was sent."""
    sent = hashlib.sha256()
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=600)
    connection.putrequest("POST", "/api/v1/items/")
    connection.putheader("Authorization", f"Token {key}")
    connection.putheader("Content-Type", f"multipart/form-data; boundary={BOUNDARY}")
    connection.putheader("Content-Length", str(len(BEFORE) + size_bytes + len(AFTER)))
    connection.endheaders()
    connection.send(BEFORE)
    for chunk in chunks(size_bytes):
        sent.update(chunk)
        connection.send(chunk)
    connection.send(AFTER)
    answer = connection.getresponse()
    body = json.loads(answer.read())
    return answer.status, body.get("sha256", str(body)), sent.hexdigest()


def family(pid: int) -> list[int]:
    """A process and its children: gunicorn's worker is a child."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [pid, *(member for child in children for member in family(int(child)))]


def memory_mb(pid: int, line: str) -> float:
    """The largest of a family: VmRSS is memory now, VmHWM its peak."""
    found = []
    for member in family(pid):
        for row in Path(f"/proc/{member}/status").read_text().splitlines():
            if row.startswith(line):
                found.append(int(row.split()[1]) / 1024)
    return max(found)


@contextlib.contextmanager
def running(command: list[str], port: int, environment: dict[str, str]) -> Iterator[int]:
    """A server that answers; yields its process number."""
    with open(f"{environment['DATA_DIR']}/web.log", "w") as log:
        server = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log)
    try:
        for _ in range(300):
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port)):
                break
            time.sleep(0.1)
        warm = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        warm.request("GET", "/api/v1/items/", headers={"Authorization": "Token none"})
        warm.getresponse().read()
        yield server.pid
    finally:
        server.terminate()
        server.wait()


def measure(name: str, size_bytes: int) -> dict[str, object]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with tempfile.TemporaryDirectory() as data:
        environment = {
            **{k: v for k, v in os.environ.items() if k not in {"DATABASE_URL", "BROKER_URL"}},
            "DATA_DIR": data,
            "PORT": str(port),
            "HOST": "127.0.0.1",
            "TMPDIR": data,
        }
        manage = [sys.executable, "manage.py"]
        subprocess.run([*manage, "migrate", "-v0"], cwd=ROOT, env=environment, check=True)
        made = subprocess.run(
            [*manage, "create_token", "bench", "--role", "submitter", "--scope", "submit"],
            cwd=ROOT, env=environment, check=True, capture_output=True, text=True,
        )  # fmt: skip
        key = made.stdout.split()[-1]
        with running(servers(port)[name], port, environment) as pid:
            idle_mb = memory_mb(pid, "VmRSS")
            begun = time.monotonic()
            status, said, sent = post(port, key, size_bytes)
            seconds = time.monotonic() - begun
            peak_mb = memory_mb(pid, "VmHWM")
        assert said == sent, f"the server kept other bytes: {said}"
    size_mb = size_bytes / 1024**2
    return {
        "server": name,
        "size_mb": round(size_mb),
        "idle_mb": round(idle_mb),
        "peak_mb": round(peak_mb),
        "grew_mb": round(peak_mb - idle_mb),
        "seconds": round(seconds, 1),
        "mb_per_s": round(size_mb / seconds),
        "status": status,
    }


def line(row: dict[str, object]) -> str:
    return "".join(f"{row[name]!s:>10}" for name in COLUMNS)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--mb", type=int, nargs="+", default=[100, 2048], help="sizes to send")
    given = parser.parse_args()
    head = "".join(f"{name:>10}" for name in COLUMNS)
    print(head)
    rows = []
    for name in ("waitress", "gunicorn"):
        for size_mb in given.mb:
            rows.append(measure(name, size_mb * 1024**2))
            print(line(rows[-1]), flush=True)
    here = Path(__file__)
    here.with_suffix(".txt").write_text("\n".join([head, *map(line, rows)]) + "\n")
    here.with_suffix(".json").write_text(json.dumps(rows, indent=1) + "\n")


if __name__ == "__main__":
    main()
