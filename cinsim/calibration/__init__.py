"""Fitting the model to published figures and proving the fit: targets, moments, history matching, authorities, hindcast."""
