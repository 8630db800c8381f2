"""Contexts of what the app contributes; each stays callable as a plain function."""

from typing import Any


def right(context: dict) -> dict:
    return {"where": "on the right"}


def of_target(context: Any) -> dict:
    return {"said": f"about {context['target'].name}"}


def of_user(user: Any) -> dict:
    return {"said": f"card of {user.username}"}


def of_page(context: Any) -> dict:
    return {"said": f"list for {context['request'].user.username}"}


def add_nothing() -> str:
    return "Nothing was added by the demo TOM."
