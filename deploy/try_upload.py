"""Send one picture to a running Verify and wait until it is ready, as a client would.

    python deploy/try_upload.py https://verify.example.org KEY [FILE]

KEY may submit (manage.py create_token). After an upgrade it shows that web, database, broker,
worker, decoding and storage work together. Exits 0 when the item is ready.
"""

import json
import sys
import time
import urllib.request
import uuid
from pathlib import Path
from typing import Any

PICTURE = Path(__file__).resolve().parent.parent / "verify/demo/pictures/temple.jpg"
PATIENCE_S = 120


def send(address: str, key: str, path: Path = PICTURE) -> dict[str, Any]:
    """POST the file; returns what the API says of the item."""
    boundary = uuid.uuid4().hex
    head = (
        f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="{path.name}"\r\n'
        "Content-Type: application/octet-stream\r\n\r\n"
    )
    body = head.encode() + path.read_bytes() + f"\r\n--{boundary}--\r\n".encode()
    return _ask(f"{address}/api/v1/items/", key, body, f"multipart/form-data; boundary={boundary}")


def wait_until_done(address: str, key: str, item_id: str) -> dict[str, Any]:
    """Ask for the item until it is in a final state, PATIENCE_S seconds at most."""
    give_up_at = time.monotonic() + PATIENCE_S
    while True:
        item = _ask(f"{address}/api/v1/items/{item_id}/", key)
        is_done = item["state"] not in {"stored", "processing"}
        if is_done or time.monotonic() > give_up_at:
            return item
        time.sleep(0.5)


def _ask(url: str, key: str, body: bytes | None = None, content_type: str = "") -> dict[str, Any]:
    headers = {"Authorization": f"Token {key}"}
    if content_type:
        headers["Content-Type"] = content_type
    request = urllib.request.Request(url, data=body, headers=headers)
    with urllib.request.urlopen(request, timeout=60) as answer:
        found: dict[str, Any] = json.load(answer)
    return found


if __name__ == "__main__":
    if len(sys.argv) not in {3, 4}:
        sys.exit(__doc__)
    where, token = sys.argv[1].rstrip("/"), sys.argv[2]
    sent = send(where, token, Path(sys.argv[3]) if len(sys.argv) == 4 else PICTURE)
    done = wait_until_done(where, token, sent["id"])
    print(f"{done['id']}: {done['state']}")
    sys.exit(0 if done["state"] == "ready" else 1)
