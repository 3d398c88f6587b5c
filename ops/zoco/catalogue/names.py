"""Brands and categories by the names that a catalogue's file has for them, and the other way round."""

import hashlib
import json
import re

from zoco.api import BUSY
from zoco.catalogue.cells import joined
from zoco.catalogue.line import Refused
from zoco.catalogue.spelling import folded
from zoco.parallel import counted, side_by_side
from zoco.workspace import Failed


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
    if answer.status in (401, 403):
        raise Failed(f"{request} was refused: {answer.reason}. Only staff may; what was done stays, and is found when it is run again.")
    if answer.status in BUSY:
        raise Failed(f"{request} was answered {answer.status}: {answer.reason}. Run it again: it goes on where it stopped.")
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


def fold_of(path):
    """What the spellings of a category's path have in common."""
    return tuple(map(folded, path))


class Names:
    """The brands and categories of a shop."""

    def __init__(self, api):
        self.api = api
        # Ids by folded name, and by folded path; for those that could not be made, why not.
        self.brands, self.categories = {}, {}
        self.name_of_brand, self.path_of_category = {}, {}
        # Made by this run: the folded name or path of each by its URL, parents first.
        self.made = {}

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
            self.categories[fold_of(names)] = category["id"]
            self.path_of_category[category["id"]] = joined(names, ">", " > ")
        return self

    def missing(self, lines):
        """The brands and the paths of categories, each by its fold, that lines name and the shop lacks; parents first."""
        brands = {folded(line.brand): line.brand for line in reversed(lines) if line.brand}
        paths = {path[: n + 1] for line in lines for path in line.categories or [] for n in range(len(path))}
        paths = {fold_of(path): path for path in sorted(paths, reverse=True)}
        return (
            {fold: name for fold, name in brands.items() if fold not in self.brands},
            {fold: path for fold, path in sorted(paths.items()) if fold not in self.categories},
        )

    def make_missing(self, lines, prefix, workers):
        """Makes the brands and categories that lines name and the shop lacks."""
        brands, paths = self.missing(lines)

        def make_brand(brand):
            return brand[0], self.make(brand[0], f"{prefix}-brand", "brands", {"name": brand[1]})

        self.brands.update(side_by_side(make_brand, list(brands.items()), "brands", workers))
        # One after the other, parents first: the shop stores the tree as one item.
        with counted("categories", len(paths)) as one_more:
            for fold, path in paths.items():
                self.categories[fold] = self.make_category(prefix, fold, path)
                one_more()

    def make_category(self, prefix, fold, path):
        parent = self.categories[fold[:-1]] if len(fold) > 1 else None
        if isinstance(parent, Refused):
            return parent
        links = {"parent": {"data": {"type": "categories", "id": parent}}} if parent else None
        return self.make(fold, f"{prefix}-category", "categories", {"name": path[-1]}, links)

    def make(self, fold, prefix, kind, attributes, links=None):
        """Makes a brand or a category: its id, or why not."""
        key = key_of(prefix, attributes, links)
        answer = self.api.post(f"/{kind}", kind, attributes, key, links)
        if answer.status != 201:
            return refusal(answer, f"POST /{kind} {attributes['name']}")
        self.made[f"/{kind}/{answer.data['id']}"] = fold
        return answer.data["id"]

    def remove_unused(self, lines):
        """Removes what this run has made and no line that was taken names: the shop refused its products."""
        used = {folded(line.brand) for line in lines if line.brand}
        used |= {fold_of(path[: n + 1]) for line in lines for path in line.categories or [] for n in range(len(path))}
        for url, fold in reversed(list(self.made.items())):
            if fold not in used and self.api.call("DELETE", url).status == 204:
                del self.made[url]

    def count_made(self):
        """How many brands and how many categories this run has made."""
        brands = sum(url.startswith("/brands/") for url in self.made)
        return brands, len(self.made) - brands

    def links(self, line):
        """The relationships of a line's product, as far as it names them."""
        links = {}
        if line.brand is not None:
            brand = known(self.brands, folded(line.brand), line.brand) if line.brand else None
            links["brand"] = {"data": {"type": "brands", "id": brand} if brand else None}
        if line.categories is not None:
            found = dict.fromkeys(known(self.categories, fold_of(path), " > ".join(path)) for path in line.categories)
            links["categories"] = {"data": [{"type": "categories", "id": one} for one in found]}
        return links


def known(ids, fold, name):
    """An id by a folded name; raises why there is none."""
    found = ids.get(fold, Refused.here("", f"the shop has no {name!r}"))
    if isinstance(found, Refused):
        raise found
    return found
