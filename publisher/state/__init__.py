"""What was last published, intents and leases. A cache that the markers in IT Glue can rebuild."""

from publisher.state.store import Lease, Store, open_store

__all__ = ["Lease", "Store", "open_store"]
