"""Medicine information in Korea, in process: name and symptom search, caching, nearby pharmacies.

It informs; it does not advise. See ``Engine`` to begin.
"""

from pilling._built_for import why_not_importable

try:
    from pilling._core import __version__
except ModuleNotFoundError as error:
    if error.name != "pilling._core":
        raise
    raise ImportError(why_not_importable(), name=error.name) from None

from pilling import limits, sources
from pilling._errors import BadData, Error, InvalidArgument, NetworkError, Refused, ServiceError, StorageError, Timeout
from pilling._types import (
    Answer,
    CacheStats,
    CacheTierStats,
    ConfusableMedicine,
    ConfusableName,
    Coordinate,
    EngineStats,
    ImportReport,
    LatencySummary,
    MatchKind,
    Medicine,
    MedicineMatch,
    MentionedSymptom,
    ModelStats,
    NameEntry,
    NameField,
    NameMatch,
    NearbyCursor,
    NearbyPharmacy,
    NearbyResult,
    NearbyTable,
    OpeningHours,
    OpenInterval,
    OpenState,
    OpenStatus,
    OperationStats,
    Origin,
    Pharmacy,
    RedFlag,
    RefreshOptions,
    RefreshProgress,
    RefreshReport,
    RefreshSchedule,
    SearchResult,
    SkippedRow,
    SlowCall,
    Summary,
    SymptomMatch,
    SymptomNote,
    SymptomResult,
    TextReading,
    TieredCacheStats,
    UnansweredSymptom,
)
from pilling.aio import AsyncEngine
from pilling.cache import MemoryCache
from pilling.engine import Engine
from pilling.names import NameIndex

__all__ = [
    "Answer",
    "AsyncEngine",
    "BadData",
    "CacheStats",
    "CacheTierStats",
    "ConfusableMedicine",
    "ConfusableName",
    "Coordinate",
    "Engine",
    "EngineStats",
    "Error",
    "ImportReport",
    "InvalidArgument",
    "LatencySummary",
    "MatchKind",
    "Medicine",
    "MedicineMatch",
    "MemoryCache",
    "MentionedSymptom",
    "ModelStats",
    "NameEntry",
    "NameField",
    "NameIndex",
    "NameMatch",
    "NearbyCursor",
    "NearbyPharmacy",
    "NearbyResult",
    "NearbyTable",
    "NetworkError",
    "OpenInterval",
    "OpenState",
    "OpenStatus",
    "OpeningHours",
    "OperationStats",
    "Origin",
    "Pharmacy",
    "RedFlag",
    "RefreshOptions",
    "RefreshProgress",
    "RefreshReport",
    "RefreshSchedule",
    "Refused",
    "SearchResult",
    "ServiceError",
    "SkippedRow",
    "SlowCall",
    "StorageError",
    "Summary",
    "SymptomMatch",
    "SymptomNote",
    "SymptomResult",
    "TextReading",
    "TieredCacheStats",
    "Timeout",
    "UnansweredSymptom",
    "__version__",
    "limits",
    "sources",
]
