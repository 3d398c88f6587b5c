"""What a change of the HTTP API breaks for clients of the last release, by the two OpenAPI documents.

No well-kept program for this comes from a package registry (oasdiff is a Go program without one), and `.ci/run` reaches nothing
else; `.github/workflows/ci.yml` runs oasdiff besides. The rules: requests that were right stay
right, and answers keep their members. New paths, parameters that may be left out, and further members of answers break
nothing."""

METHODS = ("get", "post", "put", "patch", "delete")


class Document:
    """An OpenAPI document, and what its references lead to."""

    def __init__(self, content):
        self.content = content

    def at(self, value):
        """A value, or what it refers to."""
        while isinstance(value, dict) and "$ref" in value:
            found = self.content
            for part in value["$ref"].removeprefix("#/").split("/"):
                found = found[part.replace("~1", "/").replace("~0", "~")]
            value = found
        return value

    def operations(self):
        for path, item in self.content["paths"].items():
            for method in METHODS:
                if method in item:
                    yield f"{method.upper()} {path}", item[method], [*item.get("parameters", []), *item[method].get("parameters", [])]

    def media(self, holder):
        """The schemas of a body by their media types."""
        holder = self.at(holder or {})
        return {kind: self.at(media.get("schema", {})) for kind, media in holder.get("content", {}).items()}


def broken(old, new):
    """What clients of the old document meet in the new one, in sentences."""
    old, new = Document(old), Document(new)
    present = {name: (operation, parameters) for name, operation, parameters in new.operations()}
    for name, operation, parameters in old.operations():
        if name not in present:
            yield f"{name} was removed"
            continue
        other, others = present[name]
        yield from of_parameters(name, old, parameters, new, others)
        yield from of_request(name, old, operation, new, other)
        for status, answer in operation["responses"].items():
            if status not in other["responses"]:
                if not status.startswith(("4", "5")) and status != "default":
                    yield f"{name} no longer answers {status}"
                continue
            answers = new.media(other["responses"][status])
            for kind, schema in old.media(answer).items():
                if kind not in answers:
                    yield f"{name} {status} no longer has {kind}"
                else:
                    yield from of_answer(f"{name} {status}", old, schema, new, answers[kind])


def of_parameters(name, old, parameters, new, others):
    known = {(one["name"], one["in"]): one for one in map(old.at, parameters)}
    present = {(one["name"], one["in"]): one for one in map(new.at, others)}
    for key in known.keys() - present.keys():
        yield f"{name} no longer takes {key[0]}"
    for key, one in present.items():
        if one.get("required") and not known.get(key, {}).get("required"):
            yield f"{name} needs {key[0]}"
        if key in known:
            yield from narrower(f"{name} {key[0]}", old.at(known[key].get("schema", {})), new.at(one.get("schema", {})))


def of_request(name, old, operation, new, other):
    before, after = old.media(operation.get("requestBody")), new.media(other.get("requestBody"))
    for kind, schema in before.items():
        if kind not in after:
            yield f"{name} no longer takes {kind}"
        else:
            yield from of_members(name, old, schema, new, after[kind])
    if new.at(other.get("requestBody") or {}).get("required") and not old.at(operation.get("requestBody") or {}).get("required"):
        yield f"{name} needs a body"


def of_members(where, old, schema, new, other, depth=0):
    """What a body of a request may no longer have, or has to have now."""
    schema, other = old.at(schema), new.at(other)
    yield from narrower(where, schema, other)
    for member in set(other.get("required", [])) - set(schema.get("required", [])):
        yield f"{where} needs {member}"
    closed = other.get("additionalProperties") is False
    for member, one in schema.get("properties", {}).items():
        if member in other.get("properties", {}):
            if depth < 12:
                yield from of_members(f"{where}.{member}", old, one, new, other["properties"][member], depth + 1)
        elif closed:
            yield f"{where} no longer takes {member}"
    if "items" in schema and "items" in other and depth < 12:
        yield from of_members(f"{where}[]", old, schema["items"], new, other["items"], depth + 1)


def of_answer(where, old, schema, new, other, depth=0):
    """What an answer no longer has."""
    schema, other = old.at(schema), new.at(other)
    if not isinstance(schema, dict) or not isinstance(other, dict):
        return
    for member, one in schema.get("properties", {}).items():
        if member not in other.get("properties", {}):
            yield f"{where} no longer has {member}"
        elif depth < 12:
            if member in schema.get("required", []) and member not in other.get("required", []):
                yield f"{where} may lack {member}"
            yield from of_answer(f"{where}.{member}", old, one, new, other["properties"][member], depth + 1)
    wider = types(other) - types(schema)
    if types(schema) and wider:
        yield f"{where} may be {', '.join(sorted(wider))}"
    if "items" in schema and "items" in other and depth < 12:
        yield from of_answer(f"{where}[]", old, schema["items"], new, other["items"], depth + 1)


def narrower(where, schema, other):
    """What a value may no longer be."""
    lost = types(schema) - types(other) if types(other) else set()
    if lost:
        yield f"{where} may no longer be {', '.join(sorted(lost))}"
    removed = [one for one in schema.get("enum", []) if one not in other.get("enum", [one])]
    if removed:
        yield f"{where} may no longer be {', '.join(map(str, removed))}"
    for limit, worse in (("maximum", lambda old, new: new < old), ("maxLength", lambda old, new: new < old),
                         ("maxItems", lambda old, new: new < old), ("minimum", lambda old, new: new > old),
                         ("minLength", lambda old, new: new > old), ("minItems", lambda old, new: new > old)):
        before, after = schema.get(limit), other.get(limit)
        if after is not None and (before is None and limit.startswith("max") or before is not None and worse(before, after)):
            yield f"{where}: {limit} is {after} now" + ("" if before is None else f", it was {before}")


def types(schema):
    found = schema.get("type", [])
    return {found} if isinstance(found, str) else set(found)
