"""notify: hears decisions, moves and parks, and tells people on Telegram; sends what they post."""

import functions_framework.aio
from starlette.requests import Request
from starlette.responses import Response

from ahorrater.adapters.charts import draw
from ahorrater.adapters.clients.energy import EnergyClient
from ahorrater.adapters.clients.http import HttpFunction
from ahorrater.adapters.clients.settings import ClientSettings
from ahorrater.adapters.clock import utc_now
from ahorrater.adapters.database.bot import SqlLanguages
from ahorrater.adapters.database.connection import Database
from ahorrater.adapters.database.news import SqlNewsStore
from ahorrater.adapters.database.news_queue import news_waiting
from ahorrater.adapters.database.settings import DatabaseSettings
from ahorrater.adapters.functions import Function
from ahorrater.adapters.notify import hearings, operations
from ahorrater.adapters.observers.news import CountedMessenger, NewsObserver
from ahorrater.adapters.telegram.messenger import messenger_of
from ahorrater.adapters.telegram.settings import NotifySettings, TelegramSettings
from ahorrater.adapters.telegram.worker import DeliveryWorker
from ahorrater.services.notify.delivery import Delivery
from ahorrater.services.notify.digest import DailyDigest
from ahorrater.services.notify.languages import language_or
from ahorrater.services.notify.manual import MAX_AT_A_TIME, ManualSender
from ahorrater.services.notify.news import Notifier

telegram, settings, clients = TelegramSettings(), NotifySettings(), ClientSettings()
database_url = DatabaseSettings().url
recipients = telegram.recipients
observed = Database(database_url)
observer = NewsObserver(lambda: news_waiting(observed), utc_now)
messenger = CountedMessenger(messenger_of(telegram, utc_now), observer.messages)

# The worker has a connection of its own: it never keeps an event waiting.
own = Database(database_url)
language_of = language_or(telegram.language, SqlLanguages(own).language)
delivery = Delivery(SqlNewsStore(own), messenger, recipients, language_of, settings.fold, utc_now)
worker = DeliveryWorker(delivery).start()
notifier = Notifier(SqlNewsStore(Database(database_url)), recipients, utc_now, worker.wake)
energy = EnergyClient(HttpFunction("energy-query", clients.energy_query_url, clients.function_timeout_s))
hour = None if settings.digest_hour == "off" else settings.digest_hour
digest = DailyDigest(energy, notifier, hour, settings.timezone, utc_now)
sender = ManualSender(messenger, recipients, frozenset(telegram.chats), draw, telegram.why_no_telegram)

function = Function(
    "notify", hearings(notifier, digest), operations(sender), threads=MAX_AT_A_TIME + 2, observers=[observer]
)


@functions_framework.aio.http
async def main(request: Request) -> Response:
    """The entry point that functions-framework calls."""
    return await function(request)
