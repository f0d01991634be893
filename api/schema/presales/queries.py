"""What can be asked of technology demands."""

import strawberry

from api.reading.mapping import by_id, page
from api.schema.presales.demands import TECHNOLOGY_DEMAND_ORDERS, TechnologyDemand, TechnologyDemandFilter
from api.schema.presales.library import LibraryQuery


@strawberry.type(description="What can be asked of technology demands.")
class DemandQuery(LibraryQuery):
    """The part of the root that is about technology demands."""

    technology_demand = by_id("One technology demand.", TechnologyDemand)
    technology_demands = page(
        "Technology that is asked for and not there yet: what you have raised or decide on, and all of it with"
        " `presales.read`.",
        TechnologyDemand,
        orders=TECHNOLOGY_DEMAND_ORDERS,
        filter=TechnologyDemandFilter,
    )
