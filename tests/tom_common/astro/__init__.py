from hypothesis import settings

# The same examples at every run, and none failed for a busy machine.
settings.register_profile("astro", deadline=None, derandomize=True, database=None)
settings.load_profile("astro")
