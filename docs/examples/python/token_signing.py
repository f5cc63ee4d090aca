import base64
import hashlib
import hmac
import json
import time

VALID_S = 3600


def sign_token(credential, key_id, key_secret, user):
    """A token with which the user's devices sign in: a JWT that is signed here, with the app's key (its secret in base64)."""
    now = int(time.time())
    app = ".".join(credential.split(".")[1:-2])
    claims = {"app": app, "sub": user, "aud": "queqiao", "iat": now, "exp": now + VALID_S}
    parts = [json.dumps(part).encode() for part in ({"alg": "HS256", "kid": key_id}, claims)]
    signed = b".".join(_encoded(part) for part in parts)
    signature = hmac.digest(base64.b64decode(key_secret), signed, hashlib.sha256)
    return (signed + b"." + _encoded(signature)).decode()


def _encoded(part):
    return base64.urlsafe_b64encode(part).rstrip(b"=")
