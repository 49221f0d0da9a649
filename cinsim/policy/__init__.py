"""Decision rules and levers: small pure functions and frozen data. No SimPy, no clock of their own."""
