"""An app of somebody else, whose tables point at targets in every way there is."""
