"""Medicines, found by what they are for."""

from __future__ import annotations

from dataclasses import dataclass, field

from pilling._types.medicines import Medicine
from pilling._types.names import TextReading
from pilling._types.results import Answer, Deferred, Results, Span


@dataclass(frozen=True, slots=True)
class MentionedSymptom:
    """A concept that a phrase mentions, as a complaint or as one that is absent."""

    id: str
    """For programs: "headache"."""
    name: str
    """For people: "두통"."""
    spans: tuple[Span, ...]
    """The words of the phrase that it came from."""
    approximate: bool
    """Whether letters had to be changed for that."""


@dataclass(frozen=True, slots=True)
class RedFlag:
    """A sign of an emergency. No medicine is an answer to it."""

    id: str
    """For programs: "chest_pain"."""
    name: str
    """For people: "가슴 통증"."""
    sentence: str
    """What to do, in Korean, for people."""
    number: str
    """To call: "119", or "109" for thoughts of suicide."""
    spans: tuple[Span, ...]
    """The words of the phrase that it came from."""


@dataclass(frozen=True, slots=True)
class SymptomNote:
    """What people should hear besides, or instead: whom a phrase speaks of, and what a pharmacist should be told."""

    id: str
    """For programs: "pregnancy"."""
    name: str
    """For people: "임신"."""
    sentence: str
    """In Korean, for people."""
    withholds_medicines: bool
    """Nothing should be taken from a list, as by a baby: then there are no matches."""


@dataclass(frozen=True, slots=True)
class UnansweredSymptom:
    """A phrase that had no sure answer. It is what a person said of their health: keep it as such, or not at all."""

    phrase: str
    """As it was typed."""
    is_understood: bool
    """Whether a concept was understood, which no medicine here is for."""
    approximate: int
    """How many approximate matches were given."""


@dataclass(frozen=True, slots=True)
class SymptomMatch:
    """One medicine whose efficacy text speaks of what was complained of."""

    medicine: Medicine
    """Of the catalogue."""
    score: float
    """Above 0, up to 1: how well the text fits, on average over what was asked. Matches are not in its order.

    It sinks with what is missing, with how late the text speaks of a concept, with all else that it is for, by half
    where it only names something wider, and by a tenth for each complaint said before. 1: a text for the one thing
    that was asked.
    """
    concepts: tuple[str, ...]
    """The ids of those that were found; none when nothing was understood."""
    missing: tuple[str, ...]
    """The ids of those that were not: unless it is empty, this is not for all that was asked."""
    wider: tuple[str, ...]
    """Of ``concepts``, those of which the text only names something wider or related."""
    spans: tuple[Span, ...]
    """What matched in ``medicine.efficacy``."""
    summary: str
    """Of the efficacy, for what was asked."""
    approximate: bool
    """Whether it may be for something else: a concept that was guessed, or mere words."""


@dataclass(frozen=True, slots=True)
class SymptomResult(Results[SymptomMatch], Deferred):
    """A sequence of matches, best first, and what was understood. Equal to another one that says the same."""

    understood: tuple[MentionedSymptom, ...]
    """The concepts that matches were looked for, in the order of the phrase."""
    absent: tuple[MentionedSymptom, ...]
    """What was denied, is over, or was set aside: "콧물은 안 나요", "감기는 나았는데", "기침 말고", "설사 나게 하는 약"."""
    red_flag: RedFlag | None
    """Then there are no matches."""
    notes: tuple[SymptomNote, ...]
    """One of them may withhold the matches."""
    reading: TextReading
    """How the phrase was read: "zhtanf" is 콧물 in the Korean layout."""
    matches: tuple[SymptomMatch, ...]
    """Best first."""
    answer: Answer = field(compare=False)
    """How they were found."""

    def _items(self) -> tuple[SymptomMatch, ...]:
        return self.matches
