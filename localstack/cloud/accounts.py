"""The demo accounts: an admin, a member of staff and a customer, each with a random password.

They register like anybody else. Roles are set as the shop's owner would do for the first admin (`zoco users set-role`):
no request can do that."""

import base64
import json
import secrets

from zoco.api import Api
from zoco.roles import set_role
from zoco.workspace import Failed

ROLES = ("admin", "staff", "customer")


def credentials(known):
    """The accounts' names and passwords as variables: those known already, new ones for the rest."""
    values = {}
    for role in ROLES:
        email, password = f"ZOCO_{role.upper()}_EMAIL", f"ZOCO_{role.upper()}_PASSWORD"
        values[email] = known.get(email, f"{role}@zoco.example")
        values[password] = known.get(password, secrets.token_urlsafe(15))
    return values


def of_role(values, role):
    return values[f"ZOCO_{role.upper()}_EMAIL"], values[f"ZOCO_{role.upper()}_PASSWORD"]


def ensure_accounts(stack, resources, values):
    """The demo accounts, made unless they are there. The shop asked as each of them, by role."""
    anyone = Api(stack.url)
    return {role: ensure_account(anyone, resources, role, *of_role(values, role)) for role in ROLES}


def ensure_account(api, resources, role, email, password):
    """Registers the account unless it is there, with its role. The shop, asked as this user."""
    user = api.signed_in(email, password)
    if user is None:
        name = f"Demo {role}"
        answer = api.post("/auth/register", "users", {"email": email, "password": password, "displayName": name})
        if answer.status == 409:
            raise Failed(f"{email} has another password than .local/shop.env says; `make clean` starts afresh")
        if answer.status != 201:
            raise Failed(f"POST /auth/register answered {answer}")
        user = api.signed_in(email, password)
    if claims(user.token)["role"] != role:
        set_role(resources, email, role)
        user = api.signed_in(email, password)
    return user


def claims(token):
    """What an access token says of its user."""
    part = token.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
