"""All questions, by name."""

from __future__ import annotations

import probes_assets
import probes_documents
import probes_lists
from probes import Probe

PROBES: dict[str, Probe] = {
    name: each
    for module in (probes_assets, probes_documents, probes_lists)
    for name, each in vars(module).items()
    if isinstance(each, Probe)
}
