"""Prices and counts as people and spreadsheets write them, and prices in minor units.

Whether `1,250` has a decimal comma or a comma between thousands is decided for a file as a whole, by the numbers that leave
no doubt."""

import re
from decimal import Decimal

from zoco.workspace import Failed

# ISO 4217: currencies whose minor unit is not a hundredth.
DIGITS = dict.fromkeys("BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF".split(), 0)
DIGITS |= dict.fromkeys("BHD IQD JOD KWD LYD OMR TND".split(), 3)
# Signs that stand for one currency; `$` and `¥` stand for several and say nothing.
SIGNS = {"€": "EUR", "£": "GBP", "₹": "INR", "₩": "KRW", "₽": "RUB", "₺": "TRY", "₪": "ILS", "₫": "VND", "zł": "PLN", "Kč": "CZK"}
AROUND = re.compile(rf"([A-Z]{{3}}|{'|'.join(SIGNS)}|[$¥])?\s*(.*?)\s*([A-Z]{{3}}|{'|'.join(SIGNS)}|[$¥])?", re.DOTALL)
# Between thousands, besides `.` and `,`: spaces of all kinds, and the Swiss apostrophe.
BLANKS = re.compile("[\\s\u00a0\u2009\u202f'’]")


def amount(text):
    """A number without what is around it, and the currency that is named there.

    >>> amount("1 234,50 €"), amount("USD 12.50"), amount("$5")
    (('1234,50', 'EUR'), ('12.50', 'USD'), ('5', None))
    """
    before, number, after = AROUND.fullmatch(text.strip()).groups()
    named = next((sign for sign in (before, after) if sign and sign not in "$¥"), None)
    return re.sub(rf"(?<=\d){BLANKS.pattern}(?=\d{{3}}(\D|$))", "", number), SIGNS.get(named, named)


def decimal_sign(numbers):
    """The decimal sign of a file's numbers (texts with their places): `.` or `,`; `None` when all leave it open.

    >>> decimal_sign([("1.250", 2), ("12,50", 3)]), decimal_sign([("1,234.5", 2)]), decimal_sign([("1,250", 2), ("7", 3)])
    (',', '.', None)
    >>> decimal_sign([("12.50", 2), ("12,50", 7)])
    Traceback (most recent call last):
    zoco.workspace.Failed: decimal points ('12.50', line 2) and decimal commas ('12,50', line 7): DECIMAL=. or DECIMAL=, says which is right
    """
    found = {}
    for text, place in numbers:
        sign = sign_of(amount(text)[0])
        if sign:
            found.setdefault(sign, (text, place))
    if len(found) == 2:
        (point, at), (comma, there) = found["."], found[","]
        raise Failed(
            f"decimal points ({point!r}, line {at}) and decimal commas ({comma!r}, line {there}): DECIMAL=. or DECIMAL=, says which "
            "is right"
        )
    return next(iter(found), None)


def sign_of(number):
    """The decimal sign that one number must have, if it leaves no doubt.

    >>> [sign_of(one) for one in ("12.5", "12,50", "1.234,5", "1.234.567", "1,234", "0.125", "12")]
    ['.', ',', ',', ',', None, '.', None]
    """
    signs = re.findall(r"[.,]", number)
    if len(set(signs)) == 2:
        return signs[-1]
    if len(signs) > 1:
        return "," if signs[0] == "." else "."
    if signs and not re.fullmatch(r"-?[1-9][0-9]{0,2}[.,][0-9]{3}", number):
        return signs[0]
    return None


def plain(number, sign):
    """A number with a decimal point and nothing between thousands. `sign` is the file's decimal sign, if that is known.

    >>> plain("1.234,50", ","), plain("1,234", "."), plain("12.5", None), plain("1234", None)
    ('1234.50', '1234', '12.5', '1234')
    >>> plain("1,250", None)
    Traceback (most recent call last):
    ValueError: '1,250' may be 1250 or 1.250: DECIMAL=. or DECIMAL=, says which
    >>> plain("12.50", ",")
    Traceback (most recent call last):
    ValueError: '12.50' is not a number with a decimal comma
    """
    sign = sign or sign_of(number)
    if not sign and re.search("[.,]", number):
        whole, fraction = re.split("[.,]", number)
        raise ValueError(f"{number!r} may be {whole}{fraction} or {whole}.{fraction}: DECIMAL=. or DECIMAL=, says which")
    sign, other = (",", r"\.") if sign == "," else (r"\.", ",")
    if not re.fullmatch(rf"-?([0-9]{{1,20}}|[0-9]{{1,3}}({other}[0-9]{{3}})+)?({sign}[0-9]{{1,30}})?", number) or not number:
        kind = "a decimal comma" if sign == "," else "a decimal point"
        raise ValueError(f"{number!r} is not a number with {kind}")
    return re.sub(other, "", number).replace(",", ".")


def minor_units(text, currency="USD", sign="."):
    """A price in minor units, exactly.

    >>> minor_units("12.50"), minor_units("12.5"), minor_units("12"), minor_units("0.05"), minor_units("12.5000")
    (1250, 1250, 1200, 5, 1250)
    >>> minor_units("1250", "JPY"), minor_units("1.234", "KWD"), minor_units("99999999999999999.99")
    (1250, 1234, 9999999999999999999)
    >>> minor_units("1.234,50 €", "EUR", ","), minor_units("0.050000000000000002776")
    (123450, 5)
    >>> minor_units("12.505")
    Traceback (most recent call last):
    ValueError: USD has 2 decimals, and '12.505' has more
    >>> minor_units("12.50 €")
    Traceback (most recent call last):
    ValueError: '12.50 €' is not in USD
    >>> minor_units("free")
    Traceback (most recent call last):
    ValueError: 'free' is not a number with a decimal point
    """
    number, named = amount(text)
    if named and named != currency:
        raise ValueError(f"{text!r} is not in {currency}" if re.search(r"\d", text) else f"{text!r} is not a price")
    digits = DIGITS.get(currency, 2)
    value = Decimal(plain(number, sign))
    if value < 0:
        raise ValueError(f"a price is not negative, as {text!r}")
    units = value.scaleb(digits)
    # Spreadsheets write 0.05 as 0.050000000000000002776 at times.
    if abs(units - units.to_integral_value()) < Decimal("1e-9"):
        units = units.to_integral_value()
    if units != units.to_integral_value():
        raise ValueError(f"{currency} has {digits} decimals, and {text!r} has more")
    return int(units)


def price_text(money, sign="."):
    """A price as a file has it.

    >>> price_text({"amount": 1250, "currency": "USD"}), price_text({"amount": 5, "currency": "JPY"})
    ('12.50', '5')
    >>> price_text({"amount": 1250, "currency": "EUR"}, ",")
    '12,50'
    """
    text = format(Decimal(money["amount"]).scaleb(-DIGITS.get(money["currency"], 2)), "f")
    return text.replace(".", sign)


def pieces(text, sign="."):
    """A count of pieces; below zero, too, as tills write what they have sold and not yet received.

    >>> pieces("5"), pieces("5.0"), pieces("1,000"), pieces("-3"), pieces("")
    (5, 5, 1000, -3, 0)
    >>> pieces("2.5")
    Traceback (most recent call last):
    ValueError: a whole number of pieces, not '2.5'
    """
    try:
        value = Decimal(plain(amount(text)[0], sign)) if text else Decimal(0)
    except ValueError:
        value = Decimal("0.5")
    if value != value.to_integral_value():
        raise ValueError(f"a whole number of pieces, not {text!r}")
    return int(value)
