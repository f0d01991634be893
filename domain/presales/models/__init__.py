"""The tables of what comes before a contract."""

from domain.presales.models.demands import TechnologyDemand, TechnologyDemandPart
from domain.presales.models.inquiries import Inquiry, InquiryEvaluation, InquiryNeed, RequirementsDocument
from domain.presales.models.library import LibraryItem, LibraryUse
from domain.presales.models.quotations import Quotation, QuotationLine
from domain.presales.models.solutions import Solution

__all__ = [
    "Inquiry",
    "InquiryEvaluation",
    "InquiryNeed",
    "LibraryItem",
    "LibraryUse",
    "Quotation",
    "QuotationLine",
    "RequirementsDocument",
    "Solution",
    "TechnologyDemand",
    "TechnologyDemandPart",
]
