"""Property tests judge what is computed, not how long a busy machine takes over it."""

from hypothesis import HealthCheck, settings

# Both limits go by the clock on the wall, and report a process that was stopped for a moment as a flaky test.
settings.register_profile("truename", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("truename")
