"""What customers' people can ask for in the portal; everybody else finds nothing there."""

import strawberry

from api.reading.mapping import by_id, page, root
from api.schema.portal.types import (
    PORTAL_ORDERS,
    PORTAL_REQUEST_ORDERS,
    Portal,
    PortalInvoice,
    PortalQuotation,
    PortalRequest,
    PortalRequestFilter,
    PortalSurvey,
)


@strawberry.type(description="What customers' people can ask for.")
class PortalQuery:
    """The portal's part of the root of reading."""

    portal: Portal = root("You in the portal, if you are one of a customer's people.")
    portal_request = by_id(
        "One request, for customers' people: as it stands towards them.", PortalRequest, contacts=True
    )
    portal_requests = page(
        "What you have asked for, or all that your company has, for customers' people.",
        PortalRequest,
        orders=PORTAL_REQUEST_ORDERS,
        filter=PortalRequestFilter,
        contacts=True,
    )
    portal_surveys = page(
        "What you were asked, for customers' people.", PortalSurvey, orders=PORTAL_ORDERS, contacts=True
    )
    portal_quotations = page(
        "What your company was offered, for customers' people.", PortalQuotation, orders=PORTAL_ORDERS, contacts=True
    )
    portal_invoices = page(
        "Your company's statement: its invoices, for customers' people.",
        PortalInvoice,
        orders=PORTAL_ORDERS,
        contacts=True,
    )
