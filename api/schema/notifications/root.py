"""The parts of the roots that are about what people and programs are told."""

from uuid import UUID

import strawberry

from api.results import mutation
from api.schema.notifications import mutations as notifications
from api.schema.notifications.preferences import NotificationPreferences, set_notification_preferences
from api.schema.notifications.types import WebhookEndpoint


@strawberry.type(description="What people and programs are told.")
class NotificationsMutation:
    """The part of the root of changing that is about what people and programs are told."""

    mark_read = mutation(notifications.mark_read, values={"marked": (int, "How many were unread.")})
    set_notification_preferences = mutation(
        set_notification_preferences,
        values={"preferences": (NotificationPreferences, "What reaches you by mail now, and when.")},
    )
    register_endpoint = mutation(
        notifications.register_endpoint,
        endpoint=WebhookEndpoint,
        values={"secret": (str, "The signing secret, shown this once.")},
    )
    change_endpoint = mutation(notifications.change_endpoint, endpoint=WebhookEndpoint)
    rotate_endpoint_secret = mutation(
        notifications.rotate_endpoint_secret,
        endpoint=WebhookEndpoint,
        values={"secret": (str, "The new signing secret, shown this once.")},
    )
    switch_on_endpoint = mutation(notifications.switch_on_endpoint, endpoint=WebhookEndpoint)
    switch_off_endpoint = mutation(notifications.switch_off_endpoint, endpoint=WebhookEndpoint)
    remove_endpoint = mutation(notifications.remove_endpoint, values={"removed": (UUID, "The endpoint that was.")})
