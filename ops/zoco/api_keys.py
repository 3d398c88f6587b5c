"""Another key for the calls between services, while the one before still opens the door.

    stage      a new key in the free one of the stack's two slots: both keys open the door
    activate   our own functions send the new key
    retire     the slot of the key before is emptied: that key opens nothing any more

The keys are parameters of the stack that nobody can read back; API Gateway gives them to who may ask."""

from dataclasses import dataclass
from datetime import datetime

from zoco import aws, target
from zoco.deploy import random_text
from zoco.stack import existing, parameters, physical_id, set_parameters
from zoco.workspace import SHOP, Failed, read_env, write_env


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
    return aws.client("apigateway")


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


def status(show=False):
    """Prints which slot has which key; the keys themselves only when `show` asks for them."""
    state = look()
    print(f"slot {state.active}: {where(state.sent, show)}; our functions send it")
    if state.second is None:
        print(f"slot {state.other}: free")
    else:
        print(f"slot {state.other}: {where(state.second, show)}; {'staged' if state.staged else 'was sent before'}")


def where(key, show=False):
    """Where a key is found, and the key itself if that was asked for."""
    return f"API Gateway's key {key.id} ({key.name})" + (f", {key.value()}" if show else "")


def stage():
    state = look()
    if state.staged:
        raise Failed(f"slot {state.other} has a staged key already: zoco api-keys activate")
    if state.second:
        raise Failed(f"slot {state.other} still has the key before: zoco api-keys retire")
    print("updating the stack, so that a new key is let in …", flush=True)
    set_parameters(state.stack, **{f"InternalApiKey{state.other}": random_text()})
    print(f"slot {state.other} has a new key, {where(key_of(state.other))}. Both open the door.")
    print("next: give it to whoever calls the internal API besides our functions, then zoco api-keys activate")


def activate():
    state = look()
    if not state.staged:
        raise Failed("no key is staged: zoco api-keys stage")
    print("updating the stack, so that our functions send the new key …", flush=True)
    set_parameters(state.stack, ActiveInternalApiKey=state.other)
    print(f"our functions send the key of slot {state.other}; that of slot {state.active} opens the door as before")
    update_shop_env()
    print("next: zoco api-keys retire, once nobody else sends the old one")


def update_shop_env():
    """Writes the key that is sent now to the file of `make up`, if this is its shop."""
    if target.is_local_shop():
        write_env(SHOP, {**read_env(SHOP), "ZOCO_INTERNAL_API_KEY": look().sent.value()})
        print(f"ZOCO_INTERNAL_API_KEY in .local/{SHOP.name} is the new one")


def retire():
    state = look()
    if state.second is None:
        raise Failed("there is no old key: zoco api-keys status shows which there are")
    if state.staged:
        raise Failed(f"the key of slot {state.other} is staged, not old: zoco api-keys activate")
    print("updating the stack, so that the old key is not let in any more …", flush=True)
    set_parameters(state.stack, **{f"InternalApiKey{state.other}": ""})
    print(f"slot {state.other} is free; its key opens nothing any more")
