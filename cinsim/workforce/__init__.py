"""Workers as SimPy processes with diaries, the teams that allocate cases to them, and who joins and leaves."""
