"""Names, and how they are found."""

from __future__ import annotations

import enum
from dataclasses import dataclass

from pilling._types.results import Span


class MatchKind(enum.Enum):
    """How a name matched, so that a similar name is never taken for the same name."""

    exact = "exact"
    """The whole name, but for spaces, punctuation, case and the spelling of units."""
    brand = "brand"
    """The whole brand: what the name begins with before its form, strength and brackets."""
    prefix = "prefix"
    """The beginning of the name; its last syllable may be unfinished."""
    other_name = "other_name"
    """The whole or the beginning of something else it is known by."""
    same_brand = "same_brand"
    """Its brand is that of a name found by its English name or an alias."""
    inside = "inside"
    """Some other part of the name."""
    words = "words"
    """All words of the text, in any order; numbers whole."""
    initials = "initials"
    """The initial consonants of the name, alone or among whole syllables."""
    fuzzy = "fuzzy"
    """Letters had to be changed."""
    sound = "sound"
    """Sounds alike in the other script."""
    partial = "partial"
    """The text without its numbers, which were not found so: it may be of another strength."""


class TextReading(enum.Enum):
    """How the text that was typed was read."""

    literal = "literal"
    """As it stands."""
    korean_layout = "korean_layout"
    """Typed with the Latin layout, read as Korean: xkdlfpshf is 타이레놀."""
    latin_layout = "latin_layout"
    """Typed with the Korean layout, read as Latin: 쇼ㅣ두ㅐㅣ is tylenol."""


class NameField(enum.Enum):
    """What of a medicine the text was found in."""

    name = "name"
    """Before its brackets."""
    brackets = "brackets"
    """Of the name; they mostly hold an ingredient."""
    export_name = "export_name"
    """In the brackets of the name."""
    ingredient = "ingredient"
    """As it was given."""
    english_name = "english_name"
    """As it was given."""
    alias = "alias"
    """As it was given."""


@dataclass(frozen=True, slots=True)
class NameEntry:
    """A name to index, and what else is known."""

    name: str
    """As it is shown; every match gives it as it stands here."""
    ingredients: str = ""
    """Separated by commas or slashes."""
    english_name: str = ""
    """As registered."""
    aliases: tuple[str, ...] = ()
    """Other names that people use."""
    company: str = ""
    """For filters."""
    form: str = ""
    """Empty: read out of the name."""
    dispensing: str = ""
    """"otc", "prescription", or whatever is filtered by."""
    popularity: int = 0
    """Higher comes first among equally good matches."""


@dataclass(frozen=True, slots=True)
class NameMatch:
    """One name of a NameIndex. Most members are those of MedicineMatch."""

    name: str
    """As it was given."""
    index: int
    """Position in the names that the index was built from, then in the order of ``add``."""
    kind: MatchKind
    """How it matched."""
    reading: TextReading
    """How the text was read."""
    field: NameField
    """What ``text`` is."""
    edits: int
    """Strokes that were changed, dropped, added or swapped."""
    score: float
    """Above 0, up to 1; 1 only for the exact name. Comparable within one result."""
    text: str
    """What was matched: the name, or another field that was given."""
    spans: tuple[Span, ...]
    """What matched in ``text``."""
    brand: Span
    """The brand in ``name``."""
    approximate: bool
    """It may be another medicine: letters had to be changed, or looser."""
    why: str
    """Why it matched, in one English line."""


@dataclass(frozen=True, slots=True)
class ConfusableName:
    """Another brand that a name may be mistaken for."""

    index: int
    """Of a name of that brand."""
    brand: str
    """What the name begins with before its form, strength and brackets."""
    edits: int
    """Strokes between the two brands."""
    similarity: float
    """Between 0 and 1: looks and sounds taken together."""
