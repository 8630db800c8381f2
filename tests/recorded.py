"""Answers of the real services and real data lie beside the checkout, never in it. TOM_RECORDED names another place."""

import os
import unittest
from pathlib import Path

RECORDED = Path(os.environ.get("TOM_RECORDED") or Path(__file__).resolve().parents[2] / "shared" / "recorded")

needs_recorded = unittest.skipUnless(
    RECORDED.is_dir(), f"the answers of the real services are not here ({RECORDED}); TOM_RECORDED names another folder"
)
