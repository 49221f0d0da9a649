"""The code sets of the children in need census (DfE, schema of the census 2025 to 2026)."""

from __future__ import annotations

from typing import Final

SEXES: Final = ("M", "F", "U")
GENDERS: Final = {"1": "M", "2": "F", "0": "U", "9": "U", "M": "M", "F": "F", "U": "U"}
"""Codes of ``GenderCurrent``, used until the census of 2024, as codes of ``Sex``."""
ETHNICITIES: Final = (
    "WBRI", "WIRI", "WIRT", "WOTH", "WROM", "MWBC", "MWBA", "MWAS", "MOTH", "AIND", "APKN", "ABAN", "AOTH", "BCRB", "BAFR",
    "BOTH", "CHNE", "OOTH", "REFU", "NOBT",
)  # fmt: skip
DISABILITIES: Final = (
    "NONE", "MOB", "HAND", "PC", "INC", "COMM", "LD", "HEAR", "VIS", "BEH", "CON", "AUT", "DDA",
)  # fmt: skip
REFERRAL_SOURCES: Final = (
    "1A", "1B", "1C", "1D", "2A", "2B", "3A", "3B", "3C", "3D", "3E", "3F", "4", "5A", "5B", "5C", "5D", "6", "7", "8", "9", "10",
)  # fmt: skip
PRIMARY_NEEDS: Final = ("N1", "N2", "N3", "N4", "N5", "N6", "N7", "N8", "N9", "N0")
CLOSURE_REASONS: Final = ("RC1", "RC2", "RC3", "RC4", "RC5", "RC6", "RC7", "RC8", "RC9")
NOT_IN_NEED: Final = ("RC8", "RC9")
ABUSE_CATEGORIES: Final = ("NEG", "PHY", "SAB", "EMO", "MUL")
UPN_UNKNOWN: Final = ("UN1", "UN2", "UN3", "UN4", "UN5", "UN6", "UN7")
NO_FACTORS: Final = "21"
FACTORS: Final = (
    "1A", "1B", "1C", "2A", "2B", "2C", "3A", "3B", "3C", "4A", "4B", "4C", "5A", "5B", "5C", "6A", "6B", "6C", "7A",
    "8B", "8C", "8D", "8E", "8F", "9A", "10A", "11A", "12A", "13A", "14A", "15A", "16A", "17A", "18A", "18B", "18C",
    "19A", "19B", "19C", "20", NO_FACTORS, "22A", "23A", "24A",
)  # fmt: skip
TRUE: Final = ("1", "true", "1.0", "y", "yes")
FALSE: Final = ("0", "false", "0.0", "n", "no")
"""What the census, databases and spreadsheets write for yes and no, in any case."""

CODES: Final[dict[tuple[str, str], tuple[str, ...]]] = {
    ("ChildIdentifiers", "UPNunknown"): UPN_UNKNOWN,
    ("ChildIdentifiers", "GenderCurrent"): tuple(GENDERS),
    ("ChildIdentifiers", "Sex"): SEXES,
    ("ChildCharacteristics", "Ethnicity"): ETHNICITIES,
    ("Disabilities", "Disability"): DISABILITIES,
    ("CINdetails", "ReferralSource"): REFERRAL_SOURCES,
    ("CINdetails", "PrimaryNeedCode"): PRIMARY_NEEDS,
    ("CINdetails", "ReasonForClosure"): CLOSURE_REASONS,
    ("CINdetails", "ReferralNFA"): TRUE + FALSE,
    ("AssessmentFactorsList", "AssessmentFactor"): FACTORS,
    ("Section47", "ICPCnotRequired"): TRUE + FALSE,
    ("ChildProtectionPlans", "InitialCategoryOfAbuse"): ABUSE_CATEGORIES,
    ("ChildProtectionPlans", "LatestCategoryOfAbuse"): ABUSE_CATEGORIES,
}
"""The codes allowed in each coded column, by table and column."""
