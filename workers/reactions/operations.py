"""What follows the facts of operations."""

from domain.kernel.permissions import Permission
from domain.notifications.queries import members_who_may
from domain.operations import commands
from domain.operations.events import AlarmsRecovered, AlarmStormBegan
from domain.operations.models import AlarmStorm
from domain.requests import queries as requests
from tenancy.refusals import message
from tenancy.work import Work
from workers.reactions.requests import tell


async def follow_the_recovery(work: Work, event: AlarmsRecovered) -> None:
    """What the clause on alarms says of a recovery is done."""
    await commands.follow_recovery(work, event)


async def tell_of_a_storm(work: Work, event: AlarmStormBegan) -> None:
    """Whoever is responsible, or else whoever assigns requests, learns once that alarms come in a storm."""
    storm = await work.get(AlarmStorm, event.storm_id)
    request = await requests.get(work, event.request_id)
    told = await requests.responsible(work, request) or await members_who_may(work, Permission.REQUESTS_ASSIGN)
    text = message("Alarms of {monitor} come in a storm; request {number} stands for all that follow.")
    await tell(work, request.id, told, text, key="storm", monitor=storm.monitor)
