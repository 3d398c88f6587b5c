"""`make api-keys STEP=…`: another key for the calls between services, while the one before still opens the door.

    stage      a new key in the free one of the stack's two slots: both keys open the door
    activate   our own functions send the new key
    retire     the slot of the key before is emptied: that key opens nothing any more

The keys are parameters of the stack that nobody can read back; API Gateway tells them to who may ask it."""

import os
import secrets
from dataclasses import dataclass
from datetime import datetime

import boto3
from cloud import External
from common import REGION, Failed, main, read_env, write_env
from deploy import details, existing, parameters, physical_id, set_parameters
from shop import SHOP


@dataclass
class Key:
    """A key of a slot, as API Gateway knows it."""

    id: str
    name: str
    made: datetime

    def value(self):
        return gateway().get_api_key(apiKey=self.id, includeValue=True)["value"]


@dataclass
class State:
    """The slot whose key is sent, the other one, and their keys."""

    stack: dict
    active: str
    other: str
    sent: Key
    second: Key | None

    @property
    def staged(self):
        """Whether the second key is to be sent next. Otherwise it was sent before: it is the older one."""
        return self.second is not None and self.second.made > self.sent.made


def gateway():
    return boto3.client("apigateway", region_name=REGION)


def key_of(slot):
    """The key of a slot; `None` when the slot is free."""
    found = physical_id(f"InternalApiKey{slot}Resource")
    if found is None:
        return None
    key = gateway().get_api_key(apiKey=found)
    return Key(key["id"], key["name"], key["createdDate"])


def look():
    """The state of things. Refuses when there is nothing whose key could be rotated."""
    stack = existing()
    if "ActiveInternalApiKey" not in parameters(stack):
        raise Failed("the stack is of an older template, with one key alone: deploy it first")
    active = parameters(stack)["ActiveInternalApiKey"]
    other = "B" if active == "A" else "A"
    return State(stack, active, other, key_of(active), key_of(other))


def status():
    state = look()
    print(f"slot {state.active}: {where(state.sent)}; our functions send it")
    if state.second is None:
        print(f"slot {state.other}: free")
    else:
        print(f"slot {state.other}: {where(state.second)}; {'staged' if state.staged else 'was sent before'}")


def where(key):
    """Where a key is found, and the key itself if that was asked for."""
    shown = f", {key.value()}" if os.environ.get("SHOW") == "1" else ""
    return f"API Gateway's key {key.id} ({key.name}){shown}"


def stage():
    state = look()
    if state.staged:
        raise Failed(f"slot {state.other} has a staged key already: make api-keys STEP=activate")
    if state.second:
        raise Failed(f"slot {state.other} still has the key before: make api-keys STEP=retire")
    print("updating the stack, so that a new key is let in …", flush=True)
    set_parameters(state.stack, **{f"InternalApiKey{state.other}": secrets.token_urlsafe(32)})
    print(f"slot {state.other} has a new key, {where(key_of(state.other))}. Both open the door.")
    print("next: give it to whoever calls the internal API besides our functions, then make api-keys STEP=activate")


def activate():
    state = look()
    if not state.staged:
        raise Failed("no key is staged: make api-keys STEP=stage")
    print("updating the stack, so that our functions send the new key …", flush=True)
    set_parameters(state.stack, ActiveInternalApiKey=state.other)
    print(f"our functions send the key of slot {state.other}; that of slot {state.active} opens the door as before")
    tell_shop_env()
    print("next: make api-keys STEP=retire, once nobody else sends the old one")


def tell_shop_env():
    """Writes the key that is sent now to the file of `make up`, if this is its shop."""
    endpoint, values = os.environ.get("AWS_ENDPOINT_URL"), read_env(SHOP)
    if not endpoint or not values:
        return
    stack = details(existing(), External(endpoint))
    if values.get("ZOCO_INTERNAL_URL") == stack.internal_url:
        write_env(SHOP, {**values, "ZOCO_INTERNAL_API_KEY": stack.internal_api_key})
        print(f"ZOCO_INTERNAL_API_KEY in .local/{SHOP.name} is the new one")


def retire():
    state = look()
    if state.second is None:
        raise Failed("there is no old key: make api-keys STEP=status tells which there are")
    if state.staged:
        raise Failed(f"the key of slot {state.other} is staged, not old: make api-keys STEP=activate")
    print("updating the stack, so that the old key is not let in any more …", flush=True)
    set_parameters(state.stack, **{f"InternalApiKey{state.other}": ""})
    print(f"slot {state.other} is free; its key opens nothing any more")


def command():
    steps = {"status": status, "stage": stage, "activate": activate, "retire": retire}
    step = os.environ.get("STEP", "")
    if step not in steps:
        raise Failed("usage: make api-keys STEP=status|stage|activate|retire; SHOW=1 prints the keys")
    steps[step]()


if __name__ == "__main__":
    main(command)
