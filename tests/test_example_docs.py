"""The example is a docs repo that an MSP could have: whole, consistent, and free of anything real.

Reads the files with YAML and regular expressions alone, so that it can disagree with publisher.
"""

from __future__ import annotations

import datetime as dt
import ipaddress
import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from publisher import data

ROOT = data.example_docs()
CONFIG = tomllib.loads((ROOT / "publisher.toml").read_text(encoding="utf-8"))
ORGANIZATIONS = [
    organization["name"]
    for organization in yaml.safe_load((ROOT / "simulator.yaml").read_text("utf-8"))[
        "organizations"
    ]
]
# The kinds of flexible-asset-fields in the IT Glue API documentation.
KINDS = {
    *("Header", "Text", "Textbox", "Number", "Percent", "Date"),
    *("Checkbox", "Select", "Tag", "Upload", "Password"),
}
