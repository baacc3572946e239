"""Names of parties in one way of writing: what is left is what tells one party from another."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from typing import NamedTuple

_FORM_WORD = (
    r"\b(?:limited|ltd|ltda|incorporated|inc|corporation|corp|company|co|llc|llp|plc|pllc|gmbh|mbh"
    r"|ohg|kgaa|kg|ug|ag|sarl|sas|srl|sa|bv|nv|pty|pte|pvt|private|sdn|bhd|oy|oyj)\b"
    r"|(?:股份有限|有限责任|有限責任|股份|有限)公司|株式会社|주식회사"
)
# Behind the form of the company, a slash or a dash stands the branch or its place.
_BRANCH = re.compile(
    rf"(?<=\S)\s*(?:(?:{_FORM_WORD})(?:(?:\W|\band\b)*(?:{_FORM_WORD}))*|/|\s[-–—]\s)"
)
_COMPANY = re.compile(r"(?<=..)(?<![分子支总])公司$")
_ARTICLE = re.compile(r"^the\b(?=.*\w)")
_AND = re.compile(r"&|\bund\b")
_INITIALS = re.compile(r"(?<=\b\w)\.(?=\w\b)")  # the dots of L.L.C., but not that of "Ltd. A"
_POSSESSIVE = re.compile(r"['`´‘’]|(?<=[a-z]{2})\s+(?=s\b)")
_CHINESE_NUMBER = re.compile("[一二三四五六七八九十]+")
_DIGITS = {digit: str(value) for value, digit in enumerate("一二三四五六七八九", 1)}
_ROMAN = {"ii": "2", "iii": "3", "iv": "4", "vi": "6", "vii": "7", "viii": "8", "ix": "9"}
_ROMAN_NUMBER = re.compile(rf"\b(?:{'|'.join(_ROMAN)})\b")
_BETWEEN = re.compile(r"[\W_]+")
_MARK = re.compile(r"\d+|(?<![a-z])[a-z](?![a-z])")
_WORD = re.compile(r"[a-z]+")
# Of two names with one word each out of one of these sets, the words differing, each is its own.
_OPPOSITES = tuple(
    map(
        frozenset,
        (
            *("东西南北中", "上下", "左右", "前后", "新老旧", "大小", "内外", "甲乙丙丁戊"),
            ("north", "south", "east", "west", "central", "middle"),
            *(("upper", "lower"), ("left", "right"), ("new", "old"), ("big", "great", "little")),
            ("first", "second", "third", "fourth", "fifth"),
        ),
    )
)
_OPPOSED = frozenset().union(*_OPPOSITES)


class PartyName(NamedTuple):
    """A name for comparison, without case, width, accents, spaces, punctuation, company form.

    `head` is the name proper, `branch` what stands behind the company form or a slash, "" for
    nothing. `marks` are its numbers (第二 and II are 2, 007 is 7) and single letters, `sides` its
    words of direction, size and order; both sorted.
    """

    head: str
    branch: str
    marks: tuple[str, ...]
    sides: tuple[str, ...]


def party_name(name: str) -> PartyName:
    """Normalise one name, whatever it holds; a name of punctuation alone gives an empty one."""
    text = _folded(name)
    head, *branch = _BRANCH.split(text)
    shown = (_COMPANY.sub("", _letters(head)), "".join(map(_letters, branch)))
    words = [word for word in _WORD.findall(text) if word in _OPPOSED]
    signs = [sign for part in shown for sign in part if sign in _OPPOSED]
    return PartyName(*shown, tuple(sorted(_MARK.findall(text))), tuple(sorted(words + signs)))


def are_opposed(one: PartyName, other: PartyName) -> bool:
    """Whether the names set 东 against 西, North against South, 新 against 老, and so on."""
    if one.sides == other.sides:
        return False
    ours, theirs = Counter(one.sides), Counter(other.sides)
    pairs = ((ours - theirs).keys(), (theirs - ours).keys())
    return any(all(own & opposites for own in pairs) for opposites in _OPPOSITES)


def _folded(name: str) -> str:
    """Small letters of normal width without accents; numbers in Arabic digits."""
    text = unicodedata.normalize("NFKC", name)
    decomposed = unicodedata.normalize("NFD", text)
    if decomposed != text:
        plain = "".join(c for c in decomposed if not unicodedata.combining(c))
        text = unicodedata.normalize("NFC", plain)
    text = _AND.sub(" and ", text.casefold())
    text = _POSSESSIVE.sub("", _INITIALS.sub("", text))
    text = _ROMAN_NUMBER.sub(lambda found: _ROMAN[found[0]], text)
    text = _CHINESE_NUMBER.sub(lambda found: _arabic(found[0]), text)
    text = re.sub(r"\d+", lambda found: found[0].lstrip("0") or "0", text)
    return _ARTICLE.sub("", text.strip())


def _arabic(number: str) -> str:
    """十二 is 12, 二十 is 20, 二三 is 23; what is no number so written stays."""
    tens, ten, ones = number.partition("十")
    if not ten:
        return "".join(_DIGITS[digit] for digit in number)
    if len(tens) > 1 or len(ones) > 1 or ones == "十":
        return number
    return _DIGITS.get(tens, "1") + _DIGITS.get(ones, "0")


def _letters(text: str) -> str:
    return _BETWEEN.sub("", text)
