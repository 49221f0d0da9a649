"""Clock, keyed randomness and event record. Knows nothing of children's services."""
