"""Workers with diaries, who come in each working day, the teams that allocate cases to them, and who joins and leaves."""
