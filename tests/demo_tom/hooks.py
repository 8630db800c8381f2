"""Remembers what it was called with."""

calls: list[tuple] = []


def target_post_save(target, created):
    calls.append((type(target).__name__, target.name, created))
