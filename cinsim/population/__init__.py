"""Children, their need and the times at which they are referred (numpy, vectorised)."""
