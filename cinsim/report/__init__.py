"""Figures and the self-contained page, made from a run's folder and nothing else."""
