"""The AsyncAPI document (`docs/asyncapi.yaml`), and whether a message is as it says."""

import json

import yaml
from jsonschema import Draft202012Validator

from zoco.workspace import ROOT

DOCUMENT = yaml.safe_load((ROOT / "docs/asyncapi.yaml").read_text(encoding="utf-8"))


def at(reference):
    """What a reference within the document leads to."""
    found = DOCUMENT
    for name in reference.removeprefix("#/").split("/"):
        found = found[name]
    return found


def types(channel):
    """The types of the messages that a channel carries."""
    return {at(message["$ref"])["name"] for message in DOCUMENT["channels"][channel]["messages"].values()}


def faults(body, channel):
    """What is wrong with a message of a channel: sentences."""
    try:
        event = json.loads(body)
    except ValueError as error:
        return [f"not JSON: {error}"]
    kind = event.get("type") if isinstance(event, dict) else None
    if kind not in types(channel):
        return [f"{channel} carries no {kind!r}"]
    schema = {**DOCUMENT, **DOCUMENT["components"]["messages"][kind.replace(".", "-")]["payload"]}
    validator = Draft202012Validator(schema, format_checker=Draft202012Validator.FORMAT_CHECKER)
    return [f"{kind}: {error.json_path}: {error.message[:200]}" for error in validator.iter_errors(event)]
