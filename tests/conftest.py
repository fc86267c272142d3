"""What every test starts from: validated reports, property tests without a clock, an importable torchvision."""

from importlib.util import find_spec

from hypothesis import HealthCheck, settings

from validated_reports import validate_every_report

validate_every_report()

# Both limits go by the clock on the wall, and report a process that was stopped for a moment as a flaky test.
settings.register_profile("truename", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("truename")

# With the extra zoo, torchvision may not fit the torch beside it, and transformers fails where it imports it.
if find_spec("torch") and find_spec("torchvision"):
    from truename.lab.zoo.vision_operators import define_missing_operators

    define_missing_operators()
