"""Another key signs access tokens, while tokens of the key before are still valid.

    stage      a new key: every function gets its public half, nothing is signed with it yet
    activate   new tokens are signed with it; tokens signed before are valid until they expire
    retire     the public half of the key before is dropped, once no token of it can be left

The private keys are versions of one parameter. The stack's `SigningKeyVersion` says which of them signs; a
newer one is staged. The public halves are in a parameter that the stack hands to every function; there, an
`exp` says from when a key that no longer signs may be dropped."""

import json
import time
from dataclasses import dataclass

from zoco import aws
from zoco.keys import jwks, new_signing_key, public_half, signing_key, token_keys
from zoco.stack import existing, parameters, set_parameters
from zoco.workspace import Failed

# An access token is valid for 15 minutes; the rest is for clocks that differ.
TOKENS_HOLD = (15 + 2) * 60


def added(keys, key):
    """The public keys with one more, unless it is among them."""
    return keys if key["kid"] in [one["kid"] for one in keys] else [*keys, key]


def marked(keys, signing, exp):
    """The public keys, those that no longer sign with the second from which they may be dropped."""
    return [key if key["kid"] == signing or "exp" in key else {**key, "exp": exp} for key in keys]


def old(keys, signing):
    """The public keys that no longer sign."""
    return [key for key in keys if key["kid"] != signing and "exp" in key]


@dataclass
class State:
    """Which keys there are, and what the stack knows of them."""

    stack: dict
    active: int  # the version that signs
    signing: str  # its kid
    newest: int  # the newest version: staged, unless it is the one that signs
    staged: str | None  # its kid, if it is staged
    keys: list  # the public keys in the parameter store

    def published(self):
        """Whether the functions have the public keys of the parameter store. They make nothing of an `exp`."""
        return handed_out(self.stack) == [key["kid"] for key in self.keys]

    def known(self, kid):
        """Whether the functions have this public key."""
        return kid in handed_out(self.stack)


def handed_out(stack):
    """The kids of the public keys that the stack gave its functions."""
    found = next(one for one in stack["Parameters"] if one["ParameterKey"] == "TokenKeys")
    # AWS reports the parameter's name and its value; MiniStack reports the value alone.
    value = found.get("ResolvedValue") or found["ParameterValue"]
    return [key["kid"] for key in json.loads(value)["keys"]]


def store():
    return aws.client("ssm")


def private_key(version=None):
    """A version of the signing key, and its number; the newest when none is named."""
    name = f"{signing_key()}:{version}" if version else signing_key()
    found = store().get_parameter(Name=name, WithDecryption=True)["Parameter"]
    return found["Value"], found["Version"]


def look():
    """The state of things. Refuses when there is nothing whose key could be rotated."""
    stack = existing()
    if "SigningKeyVersion" not in parameters(stack):
        raise Failed("the stack is of an older template, whose functions take any new key at once: deploy it first")
    active = int(parameters(stack)["SigningKeyVersion"])
    signing = json.loads(private_key(active)[0])["kid"]
    value, newest = private_key()
    staged = json.loads(value)["kid"] if newest > active else None
    keys = json.loads(store().get_parameter(Name=token_keys())["Parameter"]["Value"])["keys"]
    return State(stack, active, signing, newest, staged, keys)


def put_public_keys(keys):
    """Writes the public keys to the parameter store."""
    store().put_parameter(Name=token_keys(), Type="String", Value=jwks(keys), Overwrite=True)


def hand_out(state):
    """Gives every function the public keys that are in the parameter store, unless they have them."""
    if not state.published():
        print("updating the stack, so that every function has the public keys …", flush=True)
        set_parameters(state.stack)


def status():
    state = look()
    print(f"{state.signing}  signs (version {state.active} of {signing_key()})")
    if state.staged:
        known = "every function knows it" if state.known(state.staged) else "not every function knows it: stage again"
        print(f"{state.staged}  is staged (version {state.newest}); {known}")
    for key in old(state.keys, state.signing):
        print(f"{key['kid']}  signs no longer; may be dropped {when(key['exp'])}")
    if not state.published():
        print(f"the functions have other public keys than {token_keys()}: the next step, or a deploy, updates them")


def when(second):
    """A time, and how far off it is."""
    wait = second - int(time.time())
    text = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(second))
    return f"from {text} on, in {wait // 60} min {wait % 60} s" if wait > 0 else f"since {text}"


def stage():
    state = look()
    if state.staged and state.known(state.staged):
        raise Failed(f"{state.staged} is staged already: zoco keys activate")
    if not state.staged:
        value = new_signing_key()
        arguments = {"Name": signing_key(), "Type": "SecureString", "Value": value, "Overwrite": True}
        version = store().put_parameter(**arguments)["Version"]
        print(f"{json.loads(value)['kid']} was made, version {version} of {signing_key()}")
    # From here on also what a stage that was cut off has left to do.
    state.keys = added(state.keys, public_half(private_key()[0]))
    put_public_keys(state.keys)
    hand_out(state)
    print("every function accepts its tokens. Next: zoco keys activate")
    print("(if others check this shop's tokens, in 5 minutes: they may cache the public keys for so long)")


def activate():
    state = look()
    if not state.staged and marked(state.keys, state.signing, 0) == state.keys:
        raise Failed("no key is staged: zoco keys stage")
    if state.staged:
        if not state.known(state.staged):
            raise Failed("not every function knows the staged key: zoco keys stage again")
        print("updating the stack, so that new tokens are signed with the new key …", flush=True)
        set_parameters(state.stack, SigningKeyVersion=state.newest)
        state.signing = state.staged
    # Only now, for until now the old key signed.
    exp = int(time.time()) + TOKENS_HOLD
    put_public_keys(marked(state.keys, state.signing, exp))
    print(f"{state.signing} signs; tokens signed before are valid until they expire")
    print(f"next: zoco keys retire, {when(exp)}")


def retire(force=False):
    state = look()
    candidates = old(state.keys, state.signing)
    due = [key for key in candidates if force or key["exp"] <= time.time()]
    if not candidates and state.published():
        raise Failed("there is no old key to drop: zoco keys status shows which there are")
    if candidates and not due:
        first = min(candidates, key=lambda key: key["exp"])
        raise Failed(
            f"tokens of {first['kid']} may still be in use. It may be dropped {when(first['exp'])}; "
            "if it has leaked, --force drops it now"
        )
    early = [key for key in due if key["exp"] > time.time()]
    if early:
        print("their tokens are refused from now on; their users refresh the session, or sign in again")
    state.keys = [key for key in state.keys if key not in due]
    put_public_keys(state.keys)
    hand_out(state)
    for key in due:
        print(f"{key['kid']} was dropped")
