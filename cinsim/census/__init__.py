"""The children in need census return: written from a simulated authority, read from a council's own."""
