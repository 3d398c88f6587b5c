"""Makes the secrets that a shop has in the Systems Manager's parameter store, unless they are there.

On AWS and on a local cloud alike, with names of their own for each stack, so that one shop's tokens do not
open another: the key that signs access tokens (it goes there and nowhere else) and its public half, and the
key under which national ids are hashed. The first is rotated (`signing_key.py`), the last never: all
that was hashed under it would be lost."""

import base64
import hashlib
import json
import secrets

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from zoco import aws
from zoco.workspace import Failed


def signing_key():
    """The name of the parameter with the key that signs access tokens."""
    return f"/{aws.stack()}/signing-key"


def token_keys():
    """The name of the parameter with the public keys that tokens are checked with."""
    return f"/{aws.stack()}/token-keys"


def national_id_key():
    """The name of the parameter with the key under which national ids are hashed."""
    return f"/{aws.stack()}/national-id-key"


def base64url(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def new_signing_key():
    """A signing key as the sign-in functions read it."""
    private = Ed25519PrivateKey.generate()
    # RFC 7638: the hash of the required members, in this order and without spaces.
    thumbprint = json.dumps({"crv": "Ed25519", "kty": "OKP", "x": public_bytes(private)}, separators=(",", ":"))
    kid = base64url(hashlib.sha256(thumbprint.encode()).digest())
    pem = private.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()
    return json.dumps({"kid": kid, "pem": pem})


def public_half(signing_key):
    """The JWK (RFC 7517) that tokens of a signing key are checked with."""
    key = json.loads(signing_key)
    private = serialization.load_pem_private_key(key["pem"].encode(), password=None)
    return {
        "kty": "OKP", "crv": "Ed25519", "use": "sig", "alg": "EdDSA", "kid": key["kid"], "x": public_bytes(private),
    }


def public_bytes(private):
    return base64url(private.public_key().public_bytes_raw())


def jwks(keys):
    """The document of a set of public keys."""
    return json.dumps({"keys": keys}, separators=(",", ":"))


def ensure_keys():
    """Makes the parameters that are missing, and returns their names."""
    ssm = aws.client("ssm")
    private, public, national = signing_key(), token_keys(), national_id_key()
    missing = ssm.get_parameters(Names=[private, public, national])["InvalidParameters"]
    halves = [name for name in missing if name != national]
    if len(halves) == 1:
        raise Failed(f"{halves[0]} is missing while its other half is there: remove that one, and try again")
    if halves:
        key = new_signing_key()
        ssm.put_parameter(Name=private, Type="SecureString", Value=key)
        ssm.put_parameter(Name=public, Type="String", Value=jwks([public_half(key)]))
    if national in missing:
        ssm.put_parameter(Name=national, Type="SecureString", Value=base64url(secrets.token_bytes(32)))
    return [name for name in (private, public, national) if name in missing]


def make():
    """Makes the parameters that are missing, and says which."""
    made = ensure_keys()
    for name in (signing_key(), token_keys(), national_id_key()):
        print(f"{name} {'was made' if name in made else 'is there already'}")
