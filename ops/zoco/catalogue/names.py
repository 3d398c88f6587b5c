"""Brands and categories by the names that a catalogue's file has for them, and the other way round."""

import hashlib
import json
import re
import unicodedata

from zoco.api import BUSY
from zoco.catalogue.file import Refused, joined
from zoco.parallel import counted, side_by_side
from zoco.workspace import Failed


# As `shared/kernel/src/text.rs` has them: accents of Latin, Greek and Cyrillic letters and marks around symbols, what
# chooses between two pictures of a character, and Latin letters that Unicode does not take apart.
ACCENT = re.compile("[\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]")
CHOICE_OF_PICTURE = re.compile("[\u180b-\u180d\ufe00-\ufe0f\U000e0100-\U000e01ef]")
LETTERS = str.maketrans(
    {"ı": "i", "đ": "d", "ð": "d", "ł": "l", "ø": "o", "ħ": "h", "ŧ": "t", "æ": "ae", "œ": "oe", "þ": "th"}
)


def folded(name):
    """What the spellings of one name have in common: the shop's slug.

    >>> folded("Café-Crème & Co."), folded("STRASSE") == folded("Straße")
    ('cafe-creme-co', True)
    """
    spelled = re.sub(r"(?<=\S)[+#]", lambda sign: {"+": "-plus", "#": "-sharp"}[sign[0]], name)
    plain = "".join(c for c in unicodedata.normalize("NFKD", spelled) if not ACCENT.match(c) and not is_invisible(c))
    plain = unicodedata.normalize("NFKC", plain.casefold().translate(LETTERS))
    words = "".join(c if is_letter_or_digit(c) or unicodedata.category(c) in ("Mn", "Mc") else " " for c in plain).split()
    return "-".join(word for word in words if any(map(is_letter_or_digit, word)))


def is_letter_or_digit(character):
    return unicodedata.category(character)[0] in "LN"


def is_invisible(character):
    return unicodedata.category(character) == "Cf" or bool(CHOICE_OF_PICTURE.match(character))


def key_of(prefix, *content):
    """An idempotency key that is the same for the same content, and another for any other.

    >>> key_of("import-Tea cup", {"name": "Cup"})
    'import-Tea?cup-b046f02ab645e241913c248fc31231a8'
    >>> key_of("a", 1) == key_of("a", 1), key_of("a", 1) == key_of("a", 2)
    (True, False)
    """
    canonical = json.dumps(content, sort_keys=True)
    digest = hashlib.sha256(canonical.encode()).hexdigest()[:32]
    return f"{re.sub('[^!-~]', '?', prefix)[:200]}-{digest}"


def refusal(answer, request):
    """Why the shop refused what a line asks for. An answer that every line would get ends all."""
    if answer.status in (401, 403, *BUSY):
        raise Failed(f"{request} answered {answer}\nRun it again: it goes on where it stopped.")
    errors = answer.document.get("errors") or [{"detail": answer.text[:200]}]
    return Refused(*(
        {
            "request": request,
            "status": answer.status,
            "code": error.get("code"),
            "pointer": error.get("source", {}).get("pointer"),
            "detail": error.get("detail"),
        }
        for error in errors
    ))


class Names:
    """The brands and categories of a shop."""

    def __init__(self, api):
        self.api = api
        # Ids by folded name, and by folded path; for those that could not be made, why not.
        self.brands, self.categories = {}, {}
        self.name_of_brand, self.path_of_category = {}, {}

    def load(self):
        """Reads all that there are."""
        for brand in self.api.everything("/brands"):
            self.brands[folded(brand["attributes"]["name"])] = brand["id"]
            self.name_of_brand[brand["id"]] = brand["attributes"]["name"]
        found = {one["attributes"]["path"]: one for one in self.api.everything("/categories")}
        for path, category in found.items():
            slugs = path.split("/")
            above = ["/".join(slugs[: n + 1]) for n in range(len(slugs))]
            names = tuple(found[one]["attributes"]["name"] if one in found else one for one in above)
            self.categories[tuple(map(folded, names))] = category["id"]
            self.path_of_category[category["id"]] = joined(names, ">", " > ")
        return self

    def make_missing(self, lines, prefix, workers):
        """Makes the brands and categories that lines name and the shop lacks. How many there were of each."""
        brands = {folded(line.brand): line.brand for line in reversed(lines) if line.brand}
        brands = [(fold, name) for fold, name in brands.items() if fold not in self.brands]

        def make_brand(brand):
            return brand[0], self.make(f"{prefix}-brand", "brands", {"name": brand[1]})

        self.brands.update(side_by_side(make_brand, brands, "brands", workers))
        paths = {path[: n + 1] for line in lines for path in line.categories or [] for n in range(len(path))}
        paths = {tuple(map(folded, path)): path for path in sorted(paths, reverse=True)}
        paths = [(fold, path) for fold, path in sorted(paths.items()) if fold not in self.categories]
        # One after the other, parents first: the shop stores the tree as one item.
        with counted("categories", len(paths)) as one_more:
            for fold, path in paths:
                self.categories[fold] = self.make_category(prefix, fold, path)
                one_more()
        return made(self.brands, brands), made(self.categories, paths)

    def make_category(self, prefix, fold, path):
        parent = self.categories[fold[:-1]] if len(fold) > 1 else None
        if isinstance(parent, Refused):
            return parent
        links = {"parent": {"data": {"type": "categories", "id": parent}}} if parent else None
        return self.make(f"{prefix}-category", "categories", {"name": path[-1]}, links)

    def make(self, prefix, kind, attributes, links=None):
        """Makes a brand or a category: its id, or why not."""
        key = key_of(prefix, attributes, links)
        answer = self.api.post(f"/{kind}", kind, attributes, key, links)
        return answer.data["id"] if answer.status == 201 else refusal(answer, f"POST /{kind} {attributes['name']}")

    def links(self, line):
        """The relationships of a line's product, as far as it names them."""
        links = {}
        if line.brand is not None:
            brand = known(self.brands[folded(line.brand)]) if line.brand else None
            links["brand"] = {"data": {"type": "brands", "id": brand} if brand else None}
        if line.categories is not None:
            found = dict.fromkeys(known(self.categories[tuple(map(folded, path))]) for path in line.categories)
            links["categories"] = {"data": [{"type": "categories", "id": one} for one in found]}
        return links


def made(found, missing):
    """How many of those that were missing there are now."""
    return sum(not isinstance(found[fold], Refused) for fold, _ in missing)


def known(found):
    """An id; raises why there is none."""
    if isinstance(found, Refused):
        raise found
    return found
