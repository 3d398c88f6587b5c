"""Cells of a table: several texts in one, and texts that a spreadsheet would take for something else.

A spreadsheet turns `=1+1` into 2, `00123` into 123 and `3/4` into a date. Such a text is written with a `'` before it, and read
back without. OWASP, "CSV Injection", names the first characters that are dangerous: = + - @, tab and carriage return."""

import re

NUMBER = r"[+-]?[\d.,\s'’\u00a0\u202f]*\d[\d.,]*(e[+-]?\d+)?"
SIGN = r"[$€£¥%₹]"
MONTH = "jan|feb|mar|apr|may|mai|jun|jul|aug|sep|oct|okt|nov|dec|dez|ene|abr|ago|dic"
# What a spreadsheet, in one language or another, does not take for a text.
TAKEN = [
    r"[=+\-@\t\r].*",
    rf"{SIGN}?\s*{NUMBER}\s*{SIGN}?",
    # Dates, times, fractions.
    r"\d{1,4}\s*[-/.]\s*\d{1,2}(\s*[-/.]\s*\d{1,4})?(\s.*)?",
    rf"\d{{1,2}}[-/. ]*({MONTH})[a-z]*([-/., ]*\d{{1,4}})?",
    rf"({MONTH})[a-z]*[-/., ]*\d{{1,4}}([-/., ]+\d{{1,4}})?",
    r"(\d+\s+)?\d+/\d+",
    r"\d{1,3}:\d{1,2}.*",
    r"\d{1,2}\s*[ap]\.?m\.?",
    rf"\(\s*{SIGN}?\s*{NUMBER}\s*\)",
    r"\d{4}-\d{2}-\d{2}T.*",
    "true|false|wahr|falsch|verdadero|falso|vrai|faux|n/a|#.*",
]
TAKEN = re.compile("|".join(f"(?:{one})" for one in TAKEN), re.IGNORECASE | re.DOTALL)
# Not changed by any: whole numbers that every spreadsheet shows in full.
SAFE = re.compile("0|[1-9][0-9]{0,9}")


def needs_guard(text):
    """Whether a spreadsheet would change a text.

    >>> [needs_guard(one) for one in ("=1+1", "00123", "3/4", "1E5", "12345678901234", "MAR1", "TRUE", "9 am")]
    [True, True, True, True, True, True, True, True]
    >>> [needs_guard(one) for one in ("Cup", "123", "A-1", "3 cups", "'t Hooft", "Marble", "")]
    [False, False, False, False, False, False, False]
    """
    return bool(TAKEN.fullmatch(text)) and not SAFE.fullmatch(text)


def guarded(text):
    r"""A text as a cell of a file that people open in spreadsheets. Some of these take a `'` at the beginning away, so one that
    is part of the text has a `\` before it."""
    if re.match(r"\\*'", text):
        return rf"\{text}"
    return f"'{text}" if needs_guard(text) else text


def unguarded(cell):
    r"""The text of a cell.

    >>> [unguarded(guarded(one)) for one in ("=1", "'=1", "''=1", "'t Hooft", r"\'x", "007")]
    ['=1', "'=1", "''=1", "'t Hooft", "\\'x", '007']
    >>> unguarded("'t Hooft")
    "'t Hooft"
    """
    if re.match(r"\\+'", cell):
        return cell[1:]
    return cell[1:] if cell.startswith("'") and needs_guard(cell[1:]) else cell


def split(text, separator):
    r"""The parts of a text, trimmed, without empty ones. A separator that is meant as such has a `\` before it, and
    so has a `\` before a separator or another.

    >>> split("Kitchen > Coffee > Cups", ">"), split("salt\\; pepper;;tea", ";")
    (['Kitchen', 'Coffee', 'Cups'], ['salt; pepper', 'tea'])
    """
    separator = re.escape(separator)
    parts = re.findall(rf"((?:\\.|(?!{separator}).)*)(?:{separator}|$)", text, re.DOTALL)
    trimmed = (re.sub(rf"\\(\\|{separator})", r"\1", part).strip() for part in parts)
    return [part for part in trimmed if part]


def joined(parts, separator, between):
    r"""The inverse of `split`.

    >>> joined(["salt; pepper", "tea"], ";", "; ")
    'salt\\; pepper; tea'
    >>> split(joined(["a\\", "b"], ";", "; "), ";")
    ['a\\', 'b']
    """
    return between.join(re.sub(rf"([\\{separator}])", r"\\\1", part) for part in parts)
