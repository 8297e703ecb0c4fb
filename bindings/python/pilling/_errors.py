"""What Pilling raises. Absence is not an error, nor is an answer that is degraded: see ``Answer.degraded``."""


class Error(Exception):
    """Base of everything Pilling raises."""


class InvalidArgument(Error, ValueError):
    """The call itself is wrong: fix the argument."""


class StorageError(Error, OSError):
    """The database, or a file to import, cannot be used. ``location`` is its path or address, without credentials."""

    def __init__(self, message: str, *, location: str = "") -> None:
        super().__init__(message)
        self.location = location


class NetworkError(Error, ConnectionError):
    """No reply came from ``host``; a retry may help."""

    def __init__(self, message: str, *, host: str = "") -> None:
        super().__init__(message)
        self.host = host


class Timeout(NetworkError, TimeoutError):
    """The deadline passed before a reply came."""


class ServiceError(Error):
    """A remote service answered "no".

    ``service`` is its name. ``status`` is the service's own code: the HTTP status, or a result code such as 22 of data.go.kr.
    ``retry_after`` is how many seconds it asked to wait, when it did.
    """

    def __init__(
        self, message: str, *, service: str = "", status: int = 0, retry_after: float | None = None
    ) -> None:
        super().__init__(message)
        self.service = service
        self.status = status
        self.retry_after = retry_after


class Refused(Error):
    """Nothing was tried: too much waits already, or what would be asked has failed too often just before.

    ``retry_after`` is after how many seconds a call may be let through, where that is known.
    """

    def __init__(self, message: str, *, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class BadData(Error):
    """A reply or a file made no sense.

    ``source`` is the file's path or the service's name, ``byte_offset`` where in it, counted from 0, where that is known.
    """

    def __init__(self, message: str, *, source: str = "", byte_offset: int | None = None) -> None:
        super().__init__(message)
        self.source = source
        self.byte_offset = byte_offset
