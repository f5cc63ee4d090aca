import base64
import hashlib
import hmac
import time

TOLERANCE_S = 300


def verify_webhook(secret, headers, body):
    """
    Raises ValueError unless the server has signed this request lately (https://www.standardwebhooks.com). A request may come
    twice: work off each webhook-id once.
    """
    webhook_id, timestamp = headers["webhook-id"] or "", headers["webhook-timestamp"] or ""
    if not timestamp.isdigit() or abs(time.time() - int(timestamp)) > TOLERANCE_S:
        raise ValueError("webhook: too old, or no time at all")
    if not secret:
        raise ValueError("webhook: there is no secret to verify it with")
    key = base64.b64decode(secret.removeprefix("whsec_"))
    signed = f"{webhook_id}.{timestamp}.".encode() + body
    expected = "v1," + base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()
    # Several while the secret is being changed.
    signatures = (headers["webhook-signature"] or "").split()
    if not any(hmac.compare_digest(given, expected) for given in signatures):
        raise ValueError("webhook: wrong signature")
