"""Makes the key that signs access tokens, and publishes its public half, where there is none yet.

On AWS and on a local cloud alike: two parameters of the Systems Manager, of their own for each stack, so
that one shop's tokens do not open another. The private key goes there and nowhere else."""

import base64
import hashlib
import json

import boto3
from common import REGION, STACK, Failed, main
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

SIGNING_KEY = f"/{STACK}/signing-key"
TOKEN_KEYS = f"/{STACK}/token-keys"


def base64url(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def new_key():
    """A signing key as the sign-in functions read it, and the JWKS that its tokens are checked with."""
    private = Ed25519PrivateKey.generate()
    x = base64url(private.public_key().public_bytes_raw())
    # RFC 7638: the hash of the required members, in this order and without spaces.
    thumbprint = json.dumps({"crv": "Ed25519", "kty": "OKP", "x": x}, separators=(",", ":"))
    kid = base64url(hashlib.sha256(thumbprint.encode()).digest())
    pem = private.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()
    public = {"kty": "OKP", "crv": "Ed25519", "use": "sig", "alg": "EdDSA", "kid": kid, "x": x}
    return json.dumps({"kid": kid, "pem": pem}), json.dumps({"keys": [public]}, separators=(",", ":"))


def ensure_keys():
    """Makes the two parameters unless they are there. Says whether it made them."""
    ssm = boto3.client("ssm", region_name=REGION)
    missing = ssm.get_parameters(Names=[SIGNING_KEY, TOKEN_KEYS])["InvalidParameters"]
    if len(missing) == 1:
        raise Failed(f"{missing[0]} is missing while its other half is there: remove that one, and try again")
    if missing:
        signing_key, token_keys = new_key()
        ssm.put_parameter(Name=SIGNING_KEY, Type="SecureString", Value=signing_key)
        ssm.put_parameter(Name=TOKEN_KEYS, Type="String", Value=token_keys)
    return bool(missing)


def command():
    print(f"{SIGNING_KEY} and {TOKEN_KEYS} {'were made' if ensure_keys() else 'are there already'}")


if __name__ == "__main__":
    main(command)
