"""Journeys a practitioner can read: given this child and these rules, then these events by these dates."""
