"""Hooks that remember how they were called."""

calls: list[dict] = []


def target_post_save(target, created):
    calls.append({"created": created, "names": target.names, "tags": dict(target.tags), "pk": target.pk})
