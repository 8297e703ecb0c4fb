"""Names in memory: useful to those who want nothing else of Pilling."""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import NoReturn

from pilling import _core
from pilling._types import ConfusableName, NameEntry, NameMatch


class NameIndex:
    """Names that are found however they are typed: in part, unfinished, by initials, with slips of the finger, in the
    wrong keyboard layout, or by sound.

    ``names`` are texts or ``NameEntry``. It may be shared between threads. A search sees every ``add`` and ``remove`` that
    returned before it began, and never waits for one.
    """

    def __init__(self, names: Iterable[str | NameEntry]) -> None:
        self._core = _core.NameIndex(names)

    @classmethod
    def open(cls, path: str | os.PathLike[str]) -> NameIndex:
        """Maps a file of ``save``. Raises BadData when it is damaged or of another version, StorageError when it cannot
        be read. The file must not be changed meanwhile."""
        index = cls.__new__(cls)
        index._core = _core.NameIndex.open(path)
        return index

    def search(
        self, text: str, limit: int = 10, *, company: str = "", form: str = "", dispensing: str = ""
    ) -> tuple[NameMatch, ...]:
        """Best matches, best first. ``approximate`` ones may be another medicine. Raises InvalidArgument for a text above
        4,096 bytes of UTF-8 and a limit below 1.

        A number matches whole numbers only, and its unit is never taken for another. The filters let through only names
        that were given the same values.
        """
        return self._core.search(text, limit, [company, form, dispensing], False)

    def suggest(
        self, text: str, limit: int = 10, *, company: str = "", form: str = "", dispensing: str = ""
    ) -> tuple[NameMatch, ...]:
        """As ``search``, for text that is still being typed: its last number may be unfinished."""
        return self._core.search(text, limit, [company, form, dispensing], True)

    def confusable_names(self, name: str, limit: int = 5) -> tuple[ConfusableName, ...]:
        """Other brands that are written or sound nearly like the brand of ``name``, nearest first."""
        return self._core.confusable_names(name, limit)

    def add(self, names: Iterable[str | NameEntry]) -> int:
        """Adds names and returns the index of the first."""
        return self._core.add(names)

    def remove(self, index: int) -> bool:
        """Takes a name out; its index is not given again. False when it is not there."""
        return self._core.remove(index)

    def name(self, index: int) -> str | None:
        """The name, or nothing when it is not there."""
        return self._core.name(index)

    def save(self, path: str | os.PathLike[str]) -> None:
        """Writes a file that ``open`` maps in place; the same names give the same bytes. Raises StorageError."""
        self._core.save(path)

    @property
    def bytes(self) -> int:
        """Of memory or mapped file, names included."""
        return self._core.bytes

    def __len__(self) -> int:
        return len(self._core)

    def __repr__(self) -> str:
        return f"NameIndex({len(self):,} names)"

    def __reduce__(self) -> NoReturn:
        raise TypeError("a NameIndex cannot be pickled or copied; save it and open the file where it is needed")
