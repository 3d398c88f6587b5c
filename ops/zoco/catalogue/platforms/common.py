"""What the files of several platforms have in common."""

import html
import re
from dataclasses import dataclass, field
from html.parser import HTMLParser

# Their text begins on a line of its own.
BLOCKS = {"address", "article", "blockquote", "br", "dd", "div", "dl", "dt", "figure", "h1", "h2", "h3", "h4", "h5", "h6", "hr",
          "li", "ol", "p", "pre", "section", "table", "tr", "ul"}
UNSEEN = {"head", "script", "style", "template", "title"}


@dataclass
class Record:
    """A product as a platform's file has it: the line where it stands, what it says in members of this shop, or why it cannot be
    read; and what was read otherwise than it stands there."""

    number: int
    members: dict
    fault: str | None = None
    notes: list = field(default_factory=list)


class Cells:
    """The cells of a row by what they are for: COLUMNS of a platform has the names that each may have."""

    def __init__(self, row, names):
        self.row, self.names = row, names
        self.cells = {column.strip().casefold(): cell.strip() for column, cell in row.cells.items()}

    def __getitem__(self, what):
        """The cell for something; empty when there is none."""
        return next((self.cells[name] for name in self.names.get(what, (what,)) if self.cells.get(name)), "")

    def numbered(self, pattern):
        """The cells of numbered columns, such as `option{} value`, in order, without empty ones."""
        found = (self.cells.get(pattern.format(number), "") for number in range(1, 11))
        return [cell for cell in found if cell]


class Text(HTMLParser):
    """Collects the text of HTML."""

    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.parts, self.unseen = [], 0

    def handle_starttag(self, tag, attrs):
        self.unseen += tag in UNSEEN
        if tag in BLOCKS:
            self.parts.append("\n• " if tag == "li" else "\n\n" if tag in ("p", "table", "ul", "ol") else "\n")
        elif tag in ("td", "th"):
            self.parts.append(" ")

    def handle_endtag(self, tag):
        self.unseen -= tag in UNSEEN and self.unseen > 0
        if tag in BLOCKS - {"br", "hr", "li"}:
            self.parts.append("\n")

    def handle_data(self, data):
        if not self.unseen:
            self.parts.append(re.sub(r"\s+", " ", data))


def text_of(source):
    """The text of HTML; a text without tags stays as it is, lines and all.

    >>> text_of("<p>Salt &amp; pepper</p><ul><li>two</li><li>of <b>wood</b></li></ul><script>x()</script>")
    'Salt & pepper\\n\\n• two\\n• of wood'
    >>> text_of("5 < 6 &amp; 7\\nnext line")
    '5 < 6 & 7\\nnext line'
    """
    if not re.search(r"<[a-zA-Z/!][^<]*>", source):
        return html.unescape(source)
    parser = Text()
    parser.feed(source)
    parser.close()
    text = re.sub(r" *\n *", "\n", "".join(parser.parts))
    return re.sub(r"\n{3,}", "\n\n", re.sub(" {2,}", " ", text)).replace("\n\n•", "\n•").replace("\n•", "\n\n•", 1).strip()


def listed(text, separator=","):
    r"""The parts of a list; a separator that is part of one has a `\` before it, or the part is in quotes.

    >>> listed("tea, salt\\, pepper, "), listed('"a, b",c')
    (['tea', 'salt, pepper'], ['a, b', 'c'])
    """
    parts = re.findall(rf'\s*"((?:[^"]|"")*)"\s*(?:{separator}|$)|((?:\\.|[^{separator}])+)', text)
    found = [quoted.replace('""', '"') if quoted else plain.replace(f"\\{separator}", separator) for quoted, plain in parts]
    return [html.unescape(part.strip()) for part in found if part.strip()]


def paths(texts, between):
    """Paths of categories, without those that are above another of them, which these platforms list as well.

    >>> paths(["Kitchen", "Kitchen > Cups", "Gifts"], ">")
    [('Kitchen', 'Cups'), ('Gifts',)]
    """
    found = [tuple(level.strip() for level in text.split(between) if level.strip()) for text in texts]
    return [path for path in found if path and not any(other[: len(path)] == path and other != path for other in found)]


def first_image(images, notes):
    """The first of several images: a product has one."""
    urls = [image for image in images if re.match("https?://", image)]
    if len(urls) > 1:
        notes.append("several images: the first one is taken")
    if len(urls) < len(images):
        notes.append("an image without a web address: left out")
    return urls[0] if urls else ""


def with_options(name, options):
    """The name of a variant: that of its product with its options.

    >>> with_options("Hoodie", ["Blue", "L"]), with_options("Hoodie", [])
    ('Hoodie - Blue, L', 'Hoodie')
    """
    return f"{name} - {', '.join(options)}" if options else name


def made_sku(*parts):
    """A SKU for a product without one."""
    return "-".join(part for part in parts if part)


NO_SKU = "no SKU: made of what else names the product"
