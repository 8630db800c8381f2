"""The one tree of errors. Each stands beside the builtin that a caller may already catch."""


class TomError(Exception):
    """Whatever the framework raises on purpose."""


class PluginNotFound(TomError, ImportError):
    """No plugin of that name is declared, or it cannot be loaded."""


class ImproperCredentialsException(TomError):
    """A remote service does not know these credentials, or none are configured."""


class RemoteError(TomError):
    """A remote service did not give what was asked. `str(error)` is fit for the page."""

    def __init__(self, message: str, *, service: str = ""):
        super().__init__(message)
        self.service = service


class RemoteTimeout(RemoteError, TimeoutError):
    """The service did not answer in time. What it did with the request is unknown."""


class RemoteUnavailable(RemoteError, ConnectionError):
    """The service cannot be reached, is overloaded, or throttles us."""

    def __init__(self, message: str, *, service: str = "", retry_after_s: float | None = None):
        super().__init__(message, service=service)
        self.retry_after_s = retry_after_s


class RemoteRejected(RemoteError):
    """The service understood and said no: `status` is the HTTP status, `detail` its own words."""

    def __init__(self, message: str, *, service: str = "", status: int | None = None, detail: str = ""):
        super().__init__(message, service=service)
        self.status = status
        self.detail = detail


class RemoteAnswerInvalid(RemoteError, ValueError):
    """The service answered with something that makes no sense: not JSON, a field missing, a value out of range."""


class RemoteCredentialsRejected(RemoteError, ImproperCredentialsException):
    """The service refused the credentials (HTTP 401 or 403)."""
