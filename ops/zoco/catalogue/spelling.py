"""Texts as the shop stores and compares them: `shared/kernel/src/text.rs` in Python. Both are tested with the same examples
(`shared/kernel/tests/folding.json`)."""

import re
import unicodedata

# Accents of Latin, Greek and Cyrillic letters and marks around symbols, what chooses between two pictures of a character,
# and Latin letters that Unicode does not take apart.
ACCENT = re.compile("[\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]")
CHOICE_OF_PICTURE = re.compile("[\u180b-\u180d\ufe00-\ufe0f\U000e0100-\U000e01ef]")
LETTERS = str.maketrans(
    {"ı": "i", "đ": "d", "ð": "d", "ł": "l", "ø": "o", "ħ": "h", "ŧ": "t", "æ": "ae", "œ": "oe", "þ": "th"}
)
# What the shop takes out of a line: it cannot be seen.
HIDDEN = re.compile("[\xad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff\ufff9-\ufffb]")


def folded(name):
    """What the spellings of one name have in common: the shop's slug. Empty for a name without a letter or digit.

    >>> folded("Café-Crème & Co."), folded("STRASSE") == folded("Straße"), folded("!")
    ('cafe-creme-co', True, '')
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


def prose(text):
    """A text of several lines as the shop stores it: trimmed, in the one form, its lines ended by one character.

    >>> prose(" one\\r\\ntwo ")
    'one\\ntwo'
    """
    return unicodedata.normalize("NFC", text.strip()).replace("\r\n", "\n").replace("\r", "\n")


def line(text):
    """A text of one line as the shop stores it: as `prose`, without characters that cannot be seen.

    >>> line(" Cup\u200b ")
    'Cup'
    """
    return prose(HIDDEN.sub("", text))
