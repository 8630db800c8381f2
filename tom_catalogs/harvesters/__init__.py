"""One catalogue each. A project adds its own by TOM_HARVESTER_CLASSES, an app by `harvester_classes()`."""
