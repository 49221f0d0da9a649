"""The shape of a children in need census return: its eleven tables, their columns, and which of them are dates.

Names are those of the XML (DfE, children in need census 2025 to 2026) and of the tables that the sector's validators
make of it. ``CINdetailsID``, ``AssessmentID`` and ``CPPID`` are not in the XML: they count from 1 within the child, the
episode and the episode. ``GenderCurrent`` is what ``Sex`` was called until the census of 2024.
"""

from __future__ import annotations

from typing import Final

TABLES: Final[dict[str, tuple[str, ...]]] = {
    "Header": (
        "Collection", "Year", "ReferenceDate", "SourceLevel", "LEA", "SoftwareCode", "Release", "SerialNo", "DateTime",
    ),
    "ChildIdentifiers": (
        "LAchildID", "UPN", "FormerUPN", "UPNunknown", "PersonBirthDate", "ExpectedPersonBirthDate", "GenderCurrent", "Sex",
        "PersonDeathDate",
    ),
    "ChildCharacteristics": ("LAchildID", "Ethnicity"),
    "Disabilities": ("LAchildID", "Disability"),
    "CINdetails": (
        "LAchildID", "CINdetailsID", "CINreferralDate", "ReferralSource", "PrimaryNeedCode", "CINclosureDate",
        "ReasonForClosure", "DateOfInitialCPC", "ReferralNFA",
    ),
    "Assessments": (
        "LAchildID", "CINdetailsID", "AssessmentID", "AssessmentActualStartDate", "AssessmentInternalReviewDate",
        "AssessmentAuthorisationDate", "AssessmentFactors",
    ),
    "AssessmentFactorsList": ("LAchildID", "CINdetailsID", "AssessmentID", "AssessmentFactor"),
    "CINplanDates": ("LAchildID", "CINdetailsID", "CINPlanStartDate", "CINPlanEndDate"),
    "Section47": (
        "LAchildID", "CINdetailsID", "S47ActualStartDate", "InitialCPCtarget", "DateOfInitialCPC", "ICPCnotRequired",
    ),
    "ChildProtectionPlans": (
        "LAchildID", "CINdetailsID", "CPPID", "CPPstartDate", "CPPendDate", "InitialCategoryOfAbuse", "LatestCategoryOfAbuse",
        "NumberOfPreviousCPP",
    ),
    "Reviews": ("LAchildID", "CINdetailsID", "CPPID", "CPPreviewDate"),
}  # fmt: skip

DATES: Final = frozenset(
    {
        "ReferenceDate", "PersonBirthDate", "ExpectedPersonBirthDate", "PersonDeathDate", "CINreferralDate", "CINclosureDate",
        "DateOfInitialCPC", "AssessmentActualStartDate", "AssessmentInternalReviewDate", "AssessmentAuthorisationDate",
        "CINPlanStartDate", "CINPlanEndDate", "S47ActualStartDate", "InitialCPCtarget", "CPPstartDate", "CPPendDate",
        "CPPreviewDate",
    }
)  # fmt: skip
KEYS: Final = ("LAchildID", "CINdetailsID", "AssessmentID", "CPPID")
NUMBERS: Final = frozenset({"CINdetailsID", "AssessmentID", "CPPID", "NumberOfPreviousCPP"})
"""Columns of whole numbers; all that are neither these nor dates are text."""

NEEDED: Final = ("Header", "ChildIdentifiers", "CINdetails")
"""Tables without which nothing can be said."""
DECIDING: Final[dict[str, tuple[str, ...]]] = {
    "ChildIdentifiers": ("PersonBirthDate",),
    "ChildCharacteristics": ("Ethnicity",),
    "Disabilities": ("Disability",),
    "CINdetails": ("CINreferralDate", "CINclosureDate", "ReasonForClosure", "ReferralNFA"),
    "Assessments": ("AssessmentActualStartDate", "AssessmentAuthorisationDate"),
    "AssessmentFactorsList": ("AssessmentFactor",),
    "CINplanDates": ("CINPlanStartDate", "CINPlanEndDate"),
    "Section47": ("S47ActualStartDate", "DateOfInitialCPC", "ICPCnotRequired"),
    "ChildProtectionPlans": ("CPPstartDate", "CPPendDate"),
    "Reviews": ("CPPreviewDate",),
}
"""Columns of each table that decide what its rows are: a table without one of them says nothing."""
ENDS: Final[dict[str, tuple[str, ...]]] = {
    "Disabilities": ("Disability",),
    "CINdetails": ("CINclosureDate", "ReasonForClosure", "ReferralNFA"),
    "Assessments": ("AssessmentAuthorisationDate",),
    "AssessmentFactorsList": ("AssessmentFactor",),
    "CINplanDates": ("CINPlanEndDate",),
    "Section47": ("DateOfInitialCPC", "ICPCnotRequired"),
    "ChildProtectionPlans": ("CPPendDate",),
}
"""Those that may be empty, which means something: that it goes on, or is not so. One that cannot be read does not mean that."""
NEVER_EMPTY: Final[dict[str, tuple[str, ...]]] = {
    "CINdetails": ("CINreferralDate", "ReferralNFA"),
    "Assessments": ("AssessmentActualStartDate",),
    "AssessmentFactorsList": ("AssessmentFactor",),
    "CINplanDates": ("CINPlanStartDate",),
    "Section47": ("S47ActualStartDate", "ICPCnotRequired"),
    "ChildProtectionPlans": ("CPPstartDate",),
    "Reviews": ("CPPreviewDate",),
}
"""Columns, besides the keys, that the census asks of every row."""
