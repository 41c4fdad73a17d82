"""The pages: everyone's work queue and wishes; for operators the messages."""

from services.notifications.pages import messages, queue, wishes
from shared.web.pages import Pages

pages = Pages("notifications", routes=[*queue.pages.routes, *wishes.pages.routes, *messages.pages.routes])
