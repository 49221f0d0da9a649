"""One replication: what it starts from, the run itself, and what comes of it."""
