"""What holds for every test."""

from hypothesis import settings

# A busy machine is slow, not wrong: timings never decide a test.
settings.register_profile("ahorrater", deadline=None)
settings.load_profile("ahorrater")
