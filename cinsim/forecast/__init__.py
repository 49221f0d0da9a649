"""What next years' published figures may be: a statistical model of authorities' series, its forecasts, and how they fared."""
