"""The words that several modules share, declared once."""

import strawberry

from domain.kernel.terms import Activity, Complexity, CustomerTier, Impact, Language, Priority, Urgency

strawberry.enum(Language, description="A language that people read and write.")
strawberry.enum(CustomerTier, description="How important a customer is, the most important first.")
strawberry.enum(Impact, description="How much of the customer's work stands still.")
strawberry.enum(Urgency, description="How soon it hurts.")
strawberry.enum(Priority, description="How soon a request is served: P1 first.")
strawberry.enum(
    Complexity, description="Whether a request takes the usual course, or needs more thought and more people."
)
strawberry.enum(Activity, name="TimeActivity", description="What working time is spent on.")

__all__ = ["Activity", "Complexity", "CustomerTier", "Impact", "Language", "Priority", "Urgency"]
