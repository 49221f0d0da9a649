"""Many replications: one list of tasks, done in parallel, kept as they finish, gathered into a run folder."""
