"""What the shop accepts, by its own OpenAPI document: so a line is checked whole before anything of it is made."""

from urllib.parse import urlsplit

from jsonschema import Draft202012Validator

from zoco.api import Unexpected
from zoco.catalogue import spelling

# Of `functions/catalog/src/product.rs` and `tree.rs`.
MOST_CATEGORIES, MOST_LEVELS = 5, 6


class Rules:
    """The shop's rules for what an import sends: each `faults` gives pointers with what is wrong there."""

    def __init__(self, api, currency=None):
        self.currency = currency
        answer = api.get("/openapi.json")
        if answer.status != 200:
            raise Unexpected(f"GET /openapi.json answered {answer}")
        document = answer.document
        self.of = {path: self.validator(document, path) for path in ("/products", "/brands", "/categories")}
        self.of["stock"] = self.validator(document, "/inventory/{productId}/adjustments")

    def validator(self, document, path):
        """A validator of the attributes that a POST to a path sends."""
        body = document["paths"][path]["post"]["requestBody"]["content"]["application/vnd.api+json"]["schema"]
        whole = document["components"]["schemas"][body["$ref"].rpartition("/")[2]]
        attributes = whole["properties"]["data"]["properties"]["attributes"]
        return Draft202012Validator({**attributes, "components": document["components"]})

    def faults(self, line):
        """What is wrong with a line, as a report has it."""
        found = list(self.wrong("/products", line.attributes, "/data/attributes"))
        price = line.attributes.get("price")
        if price and self.currency and price["currency"] != self.currency:
            found.append(("/data/attributes/price/currency", f"is {price['currency']}, and the shop sells in {self.currency}"))
        image = line.attributes.get("imageUrl")
        if image and not is_web_address(image):
            found.append(("/data/attributes/imageUrl", "is not an address that begins with http:// or https://"))
        if line.stock:
            receipt = {"kind": "receipt", "quantity": line.stock, "reason": "Opening stock"}
            found += self.wrong("stock", receipt, "/data/attributes")
        if line.brand:
            found += self.name_faults("/brands", line.brand, "/data/relationships/brand")
        if len(line.categories or []) > MOST_CATEGORIES:
            found.append(("/data/relationships/categories", f"{len(line.categories)} categories; at most {MOST_CATEGORIES}"))
        for path in line.categories or []:
            if len(path) > MOST_LEVELS:
                found.append(("/data/relationships/categories", f"{' > '.join(path)} has {len(path)} levels; at most {MOST_LEVELS}"))
            for name in path:
                found += self.name_faults("/categories", name, "/data/relationships/categories")
        return [{"code": "unreadable", "pointer": pointer, "detail": detail} for pointer, detail in dict.fromkeys(found)]

    def name_faults(self, path, name, pointer):
        """What is wrong with the name of a brand or a category."""
        for _, detail in self.wrong(path, {"name": name}, ""):
            yield pointer, f"the name {name[:40]!r} {detail}"
        if not spelling.folded(name):
            yield pointer, f"the name {name[:40]!r} has no letter and no digit"

    def wrong(self, path, attributes, pointer):
        """What is wrong with attributes: pointers with details."""
        for error in self.of[path].iter_errors(attributes):
            yield "/".join([pointer, *map(str, error.absolute_path)]), words(error)


def words(error):
    """A fault in words for whoever wrote the file."""
    limit, value = error.validator_value, error.instance
    if error.validator in ("maxLength", "minLength"):
        return f"has {len(value)} characters; at most {limit}" if error.validator == "maxLength" else "is empty"
    if error.validator in ("maxItems", "maximum", "minimum"):
        count = len(value) if isinstance(value, list) else value
        return f"{count}: at {'least' if error.validator == 'minimum' else 'most'} {limit}"
    if error.validator == "enum":
        return f"{value!r} is not one of {', '.join(limit)}"
    if error.validator == "pattern":
        strange = next((c for c in value if ord(c) < 32 or 127 <= ord(c) < 160), None)
        if strange in ("\n", "\r"):
            return "has a line break, and is one line"
        if strange:
            return f"has a character that cannot be shown (U+{ord(strange):04X})"
        return f"{value[:40]!r} is not in the right form ({limit})"
    return error.message[:200]


def is_web_address(text):
    """Whether a text is an absolute http or https URL without a user name.

    >>> is_web_address("https://a.example/b.png"), is_web_address("/b.png"), is_web_address("http://u:p@a.example/")
    (True, False, False)
    """
    try:
        parts = urlsplit(text)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.username is None
    except ValueError:
        return False
