"""What was last published, intents and leases. A cache that the markers in IT Glue can rebuild."""

from publisher.state.sqlite import SqliteStore
from publisher.state.store import Lease, Store, open_store

__all__ = ["Lease", "SqliteStore", "Store", "open_store"]
