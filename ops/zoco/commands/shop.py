"""A shop's deployment, keys and users."""

from enum import Enum
from typing import Annotated

from typer import Argument, Option

from zoco.commands import app, groups


class Role(str, Enum):
    """The roles that users have."""

    customer = "customer"
    staff = "staff"
    admin = "admin"


@app.command()
def deploy(yes: Annotated[bool, Option("--yes", help="Do not ask.")] = False):
    """Deploys the programs that `make build` made, with the settings in shops/<stack>.toml. Asks before it changes anything."""
    from zoco.deploy import deploy

    deploy(agreed=yes)


@app.command()
def destroy(yes: Annotated[bool, Option("--yes", help="Do not ask.")] = False):
    """Deletes the stack at AWS. Tables, keys and logs stay: it says which, what they cost, and how to delete them."""
    from zoco.destroy import destroy

    destroy(agreed=yes)


@groups["keys"].command("make")
def make_keys():
    """Makes the shop's keys, unless they are there."""
    from zoco import keys

    keys.make()


@groups["keys"].command("status")
def signing_key_status():
    """Shows which key signs, and which are accepted besides."""
    from zoco import signing_key

    signing_key.status()


@groups["keys"].command("stage")
def stage_signing_key():
    """Makes a new key that every function accepts; nothing is signed with it yet."""
    from zoco import signing_key

    signing_key.stage()


@groups["keys"].command("activate")
def activate_signing_key():
    """Signs new tokens with the staged key; older tokens are accepted until they expire."""
    from zoco import signing_key

    signing_key.activate()


@groups["keys"].command("retire")
def retire_signing_key(force: Annotated[bool, Option("--force", help="Now, though tokens of it may be in use.")] = False):
    """Drops the keys that no longer sign, once no token of them can be left."""
    from zoco import signing_key

    signing_key.retire(force)


@groups["api-keys"].command("status")
def api_key_status(show: Annotated[bool, Option("--show", help="Also prints the keys themselves.")] = False):
    """Shows which slot has which key, and which one our functions send."""
    from zoco import api_keys

    api_keys.status(show)


@groups["api-keys"].command("stage")
def stage_api_key():
    """Makes a new key in the free slot: both keys are accepted."""
    from zoco import api_keys

    api_keys.stage()


@groups["api-keys"].command("activate")
def activate_api_key():
    """Our own functions send the new key."""
    from zoco import api_keys

    api_keys.activate()


@groups["api-keys"].command("retire")
def retire_api_key():
    """Removes the key before: it is not accepted any more."""
    from zoco import api_keys

    api_keys.retire()


@groups["users"].command("set-role")
def set_role(
    email: Annotated[str, Argument(help="The address that the user registered with.")],
    role: Annotated[Role, Argument(help="The role to give.")],
):
    """Gives a registered user a role. Their sessions end; the next sign-in has it."""
    from zoco import roles
    from zoco.resources import Resources

    roles.set_role(Resources(), email, role.value)
    print(f"{email} is {role.value} from the next sign-in on; sessions of before have ended")
