"""The role of a user, set by an operator: for the first admin of a shop, whom no request can make."""

from zoco.operate import operate

ROLES = ("customer", "staff", "admin")


def set_role(resources, email, role):
    """Gives a registered user a role. Their sessions end; the next sign-in has it."""
    operate(resources, "identity", "set-role", email=email, role=role)
