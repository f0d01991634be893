"""The tables of requests, and of what belongs to them."""

from domain.requests.models.canned import CannedAnswer
from domain.requests.models.faults import FaultReport, PostmortemAction, Problem
from domain.requests.models.relations import AssignmentTurn, RequestHelper, RequestLink, RequestPart, TierRaise
from domain.requests.models.requests import Clock, Escalation, Mention, Message, ServiceRequest, StateChange
from domain.requests.models.visits import SiteVisit, SiteVisitPart

__all__ = [
    "AssignmentTurn",
    "CannedAnswer",
    "Clock",
    "Escalation",
    "FaultReport",
    "Mention",
    "Message",
    "PostmortemAction",
    "Problem",
    "RequestHelper",
    "RequestLink",
    "RequestPart",
    "ServiceRequest",
    "SiteVisit",
    "SiteVisitPart",
    "StateChange",
    "TierRaise",
]
