"""Medicine information in Korea, in process: name and symptom search, caching, nearby pharmacies.

It informs; it does not advise. See ``Engine`` to begin.
"""

from pilling._core import __version__
from pilling._errors import BadData, Error, InvalidArgument, NetworkError, ServiceError, StorageError, Timeout
from pilling._types import (
    Answer,
    CacheStats,
    Coordinate,
    EngineStats,
    ImportReport,
    LatencySummary,
    MatchKind,
    Medicine,
    MedicineMatch,
    NearbyPharmacy,
    NearbyResult,
    OpeningHours,
    OpenInterval,
    OpenState,
    OperationStats,
    Origin,
    Pharmacy,
    RefreshReport,
    SearchResult,
    SkippedRow,
    SlowCall,
    Summary,
    SymptomMatch,
    SymptomResult,
)
from pilling.aio import AsyncEngine
from pilling.engine import Engine

__all__ = [
    "Answer",
    "AsyncEngine",
    "BadData",
    "CacheStats",
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
    "NearbyPharmacy",
    "NearbyResult",
    "NetworkError",
    "OpenInterval",
    "OpenState",
    "OpeningHours",
    "OperationStats",
    "Origin",
    "Pharmacy",
    "RefreshReport",
    "SearchResult",
    "ServiceError",
    "SkippedRow",
    "SlowCall",
    "StorageError",
    "Summary",
    "SymptomMatch",
    "SymptomResult",
    "Timeout",
    "__version__",
]
