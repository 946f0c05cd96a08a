# SPDX-License-Identifier: Apache-2.0
"""Plays the sandbox payment provider: signs callbacks with the key of a test's own server."""
import hashlib
import hmac
import json
import pathlib
import time
import uuid


def signed_callback(data, payment, money, status="succeeded", at_ms=None, key=None, **changes):
    """Body and headers of a callback about `payment`; `changes` replace fields of the body."""
    if key is None:
        key = bytes.fromhex((pathlib.Path(data) / "sandbox_pay.key").read_text().strip())
    at_ms = int(time.time() * 1000) if at_ms is None else at_ms
    body = json.dumps({"payment_id": payment, "status": status, "amount": money["amount"],
                       "currency": money["currency"], "sent_at_ms": at_ms, "nonce": uuid.uuid4().hex} | changes)
    return body.encode(), {"X-Signature": sign(key, at_ms, body), "Content-Type": "application/json"}


def sign(key, at_ms, body):
    mac = hmac.new(key, f"{at_ms}.{body}".encode(), hashlib.sha256).hexdigest()
    return f"t={at_ms},v1={mac}"
