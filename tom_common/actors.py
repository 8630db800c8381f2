"""Who is at work: the user of the request or of the job, for what is written down about a change.

    with acting(user):
        target.save()          # the timeline says that it was this user

This is for the record only. What somebody may do is asked of the user that a view or service is given, never here.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from django.http import HttpRequest, HttpResponse

_who: ContextVar[Callable[[], Any] | None] = ContextVar("tom_actor", default=None)


def current_actor() -> Any | None:
    """The user at work; None for a visitor, a command or the TOM itself."""
    ask = _who.get()
    user = ask() if ask is not None else None
    return user if user is not None and user.is_authenticated and user.pk else None


@contextmanager
def acting(user: Any | None) -> Iterator[None]:
    """What happens inside is done by this user; None: by nobody in particular."""
    token = _who.set(lambda: user)
    try:
        yield
    finally:
        _who.reset(token)


class ActorMiddleware:
    """Lets what a request changes be known as its user's. The user is asked for only when something is changed, so
    that a token of the API, which is read late, counts as well.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        token = _who.set(lambda: getattr(request, "user", None))
        try:
            return self.get_response(request)
        finally:
            _who.reset(token)
