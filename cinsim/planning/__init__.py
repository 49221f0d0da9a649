"""Questions asked of many runs at once: the staff that a standard needs, and what each part of a bundle does."""
