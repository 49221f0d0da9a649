"""The pathway as SimPy processes: one stage a file, each reading from top to bottom as the guidance does."""
