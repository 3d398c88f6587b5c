"""The settings of a shop that is deployed: `shops/<stack>.toml`, which is committed and has no secrets. Names are those of
the template's parameters; whatever is not there has the template's default, or what the stack has already.

    region = "eu-west-1"      # else as the profile or the environment says
    rollback_minutes = 5      # for so long after a change an alarm takes it back; 0, and without it: none does

    [parameters]
    Currency = "EUR"
    AlarmEmail = "shop@example.com"
"""

import re
import sys
from dataclasses import dataclass, field

from samcli.yamlhelper import yaml_parse

from zoco.workspace import ROOT, Failed

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

SHOPS = ROOT / "shops"
SETTINGS = ("region", "rollback_minutes", "parameters")
# These are made or known by the tools: keys, what the machine builds, where a local cloud is.
OWN = (
    "Architecture", "SigningKeyName", "SigningKeyVersion", "TokenKeys", "NationalIdKeyName", "TokenIssuer", "TokenAudience",
    "LocalEndpoint", "ActiveInternalApiKey",
)
# What a person is asked for who deploys a shop for the first time.
ASKED = {
    "Currency": "The shop's currency (ISO 4217; it cannot be changed later)",
    "AlarmEmail": "An e-mail address for alarms (AWS asks it to confirm; empty: nobody is told)",
    "PublicUrl": "The base URL of links, if the shop has a domain of its own (empty: the gateway's)",
}


def declared():
    """The template's parameters, by their names."""
    return yaml_parse((ROOT / "template.yaml").read_text(encoding="utf-8"))["Parameters"]


@dataclass
class Settings:
    """What the file of a shop says."""

    region: str | None = None
    rollback_minutes: int = 0
    parameters: dict = field(default_factory=dict)


def path_of(stack):
    return SHOPS / f"{stack}.toml"


def read(stack):
    """The settings of a stack. Refuses what the template or CloudFormation does not take."""
    path = path_of(stack)
    if not path.exists():
        return Settings()
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise Failed(f"shops/{stack}.toml: {error}") from None
    known, values, minutes = declared(), content.get("parameters", {}), content.get("rollback_minutes", 0)
    faults = [f"{name} is not a setting: there are {', '.join(SETTINGS)}" for name in content if name not in SETTINGS]
    if not isinstance(minutes, int) or not 0 <= minutes <= 180:
        faults.append("rollback_minutes is from 0 to 180")
    for name, value in values.items():
        faults += filter(None, [fault(name, value, known)])
    if faults:
        raise Failed(f"shops/{stack}.toml: " + "; ".join(faults))
    return Settings(content.get("region"), minutes, {name: text(value) for name, value in values.items()})


def text(value):
    """A value as CloudFormation takes it."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def fault(name, value, known):
    """What is wrong with a parameter; `None` when nothing is."""
    if name not in known:
        return f"the template has no parameter {name}"
    if name in OWN or known[name].get("NoEcho"):
        return f"{name} is not for this file: the tools set it"
    rule, given = known[name], text(value)
    if "AllowedValues" in rule and given not in map(str, rule["AllowedValues"]):
        return f"{name} is one of {', '.join(map(str, rule['AllowedValues']))}, not {given!r}"
    if "AllowedPattern" in rule and not re.fullmatch(rule["AllowedPattern"], given):
        return f"{name} has the form {rule['AllowedPattern']}, not {given!r}"
    if rule["Type"] == "Number":
        try:
            number = float(given)
        except ValueError:
            return f"{name} is a number, not {given!r}"
        if not rule.get("MinValue", number) <= number <= rule.get("MaxValue", number):
            return f"{name} is from {rule.get('MinValue', 'any')} to {rule.get('MaxValue', 'any')}, not {given}"
    return None


def ask(stack, answer=input):
    """Asks a person for what a first deployment should know, and writes the file. The parameters."""
    known, values = declared(), {}
    print(f"shops/{stack}.toml is not there yet. Press Enter for what stands in brackets.")
    for name, question in ASKED.items():
        default = str(known[name].get("Default", ""))
        while True:
            given = answer(f"{question} [{default}]: ").strip() or default
            wrong = fault(name, given, known)
            if wrong is None:
                break
            print(wrong)
        if given != default:
            values[name] = given
    lines = ["# The settings of this shop: parameters of template.yaml by their names. No secrets.", "[parameters]"]
    SHOPS.mkdir(exist_ok=True)
    path_of(stack).write_text("\n".join([*lines, *(f'{name} = "{value}"' for name, value in values.items())]) + "\n", encoding="utf-8")
    print(f"Written to shops/{stack}.toml: commit it.")
    return values
