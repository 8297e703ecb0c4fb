"""Pharmacies, and when they are open."""

from __future__ import annotations

import enum
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from pilling._errors import InvalidArgument
from pilling._types.results import Answer, Results

if TYPE_CHECKING:
    from pilling._core import PharmacyList

Language = Literal["english", "korean"]


def _is_korean(language: str) -> bool:
    if language in ("english", "korean"):
        return language == "korean"
    raise InvalidArgument(f'{language!r} is no language that is spoken here; "english" and "korean" are')


class OpenState(enum.Enum):
    """Whether a pharmacy is open. ``unknown`` when no source gave hours for the day."""

    unknown = "unknown"
    closed = "closed"
    """It is known to be closed."""
    open = "open"
    """It is known to be open."""


@dataclass(frozen=True, slots=True)
class Coordinate:
    """WGS 84 position in degrees."""

    latitude: float
    """-90 to 90."""
    longitude: float
    """-180 to 180."""


@dataclass(frozen=True, slots=True)
class OpenInterval:
    """Opening time of one day in minutes after its midnight. ``close`` may pass midnight: 1500 is 01:00 of the next
    day. Open round the clock is 0 to 1440. ``str`` gives "09:00-19:00"."""

    open: int
    """540 is 09:00."""
    close: int

    def __str__(self) -> str:
        from pilling import _core

        return _core.hours_text(self.open, self.close)

    def in_words(self, language: Language = "english") -> str:
        """"09:00 to 01:00 the next day"; "09:00부터 다음 날 01:00까지"."""
        from pilling import _core

        return _core.hours_in_words(self.open, self.close, _is_korean(language))


@dataclass(frozen=True, slots=True)
class OpeningHours:
    """A week of opening times. A day without an interval is *unknown*: the sources leave out closed days and days
    that nobody entered alike."""

    days: tuple[OpenInterval | None, ...]
    """Monday to Sunday, as ``datetime.weekday`` counts, then public holidays."""

    holiday: ClassVar[int] = 7

    def is_known(self) -> bool:
        """Whether any day has an interval."""
        return any(day is not None for day in self.days)


@dataclass(frozen=True, slots=True)
class Pharmacy:
    """A pharmacy. ``id`` is the one that its source gave."""

    id: str
    name: str
    """As its source gave it."""
    address: str
    """As its source gave it, or empty."""
    telephone: str
    """As its source gave it, or empty."""
    position: Coordinate
    """Where it is."""
    hours: OpeningHours
    """When it is open, as far as its source says."""


@dataclass(frozen=True, slots=True)
class OpenStatus:
    """What opening hours say about an instant, in Korean time."""

    state: OpenState
    """Open, closed, or not known."""
    today: OpenInterval | None
    """The hours of the day; on a public holiday, its own."""
    closes_in: timedelta | None
    """While open: until it closes, over midnight when the next day goes on without a gap."""
    opens_in: timedelta | None
    """While closed or unknown: until the next opening that is known, within eight days."""
    may_open_before: bool
    """While closed: nothing is known of some day before ``opens_in``."""
    is_holiday: bool
    """Whether today is a public holiday."""
    is_holiday_known: bool
    """False outside of the years that the calendar of public holidays covers: then ordinary hours were taken."""
    instant: datetime
    """When it holds."""

    def is_closing_soon(self, within: timedelta = timedelta(minutes=30)) -> bool:
        """Whether it is open and closes within that time."""
        return self.closes_in is not None and self.closes_in <= within

    def in_words(self, language: Language = "english") -> str:
        """"open until 19:00, closing in 20 min"; "영업 중, 19:00까지 (20분 뒤 마감)"."""
        from pilling import _core

        return _core.status_in_words(self, _is_korean(language))


@dataclass(frozen=True, slots=True)
class NearbyPharmacy:
    """A pharmacy and how far it is."""

    pharmacy: Pharmacy
    """Of the catalogue."""
    distance_meters: float
    """Along the great circle."""
    bearing_degrees: float
    """From the center, clockwise from north."""
    status: OpenStatus
    """At ``open_at``, else at the time of the call."""

    @property
    def state(self) -> OpenState:
        """Of ``status``."""
        return self.status.state

    @property
    def today(self) -> OpenInterval | None:
        """Of ``status``."""
        return self.status.today

    def direction(self, language: Language = "english") -> str:
        """"north-east"; "북동". Empty at the very place."""
        from pilling import _core

        return _core.compass_word(self.bearing_degrees, _is_korean(language)) if self.distance_meters else ""


@dataclass(frozen=True, slots=True)
class NearbyCursor:
    """Where a page of results ended: what ``after`` takes for the next one. It holds over a refresh of the data."""

    distance_meters: float
    """Of the last result of the page."""
    id: str
    """Of that result."""
    version: int
    """Of the data."""


@dataclass(frozen=True, slots=True)
class NearbyResult(Results[NearbyPharmacy]):
    """A sequence of pharmacies, nearest first. Equal to another one with the same pharmacies."""

    pharmacies: tuple[NearbyPharmacy, ...]
    """By distance, then id."""
    next: NearbyCursor | None = field(compare=False)
    """Where the next page begins; none when there is none, or no limit was given."""
    instant: datetime = field(compare=False)
    """When the states hold."""
    answer: Answer = field(compare=False)
    """How they were found."""

    def _items(self) -> tuple[NearbyPharmacy, ...]:
        return self.pharmacies


@dataclass(frozen=True, slots=True, eq=False)
class NearbyTable:
    """The pharmacies nearest to each of many points: row i belongs to point i."""

    pharmacies: PharmacyList
    """Each once; to be counted, indexed from 0 on and looped over. Like the arrays, it is made for this process."""
    indexes: Any
    """NumPy array of int32, a row a point: positions in ``pharmacies``, -1 where there are no more."""
    distances_meters: Any
    """NumPy array of float64 of the same shape, NaN where there are no more."""
