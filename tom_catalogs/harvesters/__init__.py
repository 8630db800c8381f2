"""One catalogue each. A project adds its own with the setting TOM_HARVESTER_CLASSES, an app with `harvester_classes()`."""
