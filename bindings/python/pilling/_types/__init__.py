"""What an engine answers: frozen values that can be compared, hashed, pickled, matched and turned into dicts.

Durations are seconds. A span is a pair ``(start, end)`` that cuts a ``str``: ``name[start:end]``; in C++ the same span
counts bytes.
"""

from pilling._types.limits import *
from pilling._types.medicines import *
from pilling._types.names import *
from pilling._types.pharmacies import *
from pilling._types.results import *
from pilling._types.sources import *
from pilling._types.statistics import *
from pilling._types.summaries import *
from pilling._types.symptoms import *
from pilling._types.updates import *
