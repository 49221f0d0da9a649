"""What the model sees of the runtime that is written by hand: methods, fields, and the columns of a row."""

from __future__ import annotations

from cinsim.native.generator.types import FLOAT, INT, NONE, STR, Type, cls, fn, list_of

EVENT = cls("SimEvent")
METHODS = {
    ("Environment", "timeout"): ((FLOAT,), EVENT),
    ("Environment", "event"): ((), EVENT),
    ("Environment", "run"): ((FLOAT,), NONE),
    ("Environment", "process"): ((Type("gen", (NONE,)),), cls("Process")),
    ("Process", "interrupt"): ((INT,), NONE),
    ("SimEvent", "succeed"): ((INT,), NONE),
    ("Recurring", "after"): ((FLOAT,), NONE),
    ("Draws", "stream"): ((STR,), cls("Stream")),
}  # fmt: skip
"""Methods of the runtime: parameters and result."""
RECORD = [FLOAT, INT, INT, INT, INT, INT, FLOAT, FLOAT, FLOAT]
RECORD_NAMES = ["time", "entity", "event", "episode", "resource", "detail", "hours", "due", "value"]
RECORD_DEFAULTS = ["", "", "", "0", "-1", "-1", "0.0", "nan_", "nan_"]
MEMBERS = {
    ("Environment", "now"): FLOAT, ("Environment", "active_process"): cls("Process"), ("Process", "is_alive"): Type("bool"),
    ("SimEvent", "triggered"): Type("bool"), ("SimEvent", "callbacks"): list_of(fn((cls("SimEvent"),), NONE)),
    ("Interrupted", "cause"): INT,
}  # fmt: skip
"""What of the runtime's objects can be read."""
