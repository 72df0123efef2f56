"""telegram-bot: answers people on Telegram, by webhook or by asking, and whoever asks by HTTP. Wiring only."""

import functions_framework.aio
from starlette.requests import Request
from starlette.responses import Response

from ahorrater.adapters.bot import operations
from ahorrater.adapters.charts import draw
from ahorrater.adapters.clients.cluster import ClusterClient
from ahorrater.adapters.clients.energy import EnergyClient
from ahorrater.adapters.clients.fuel import FuelClient
from ahorrater.adapters.clients.http import HttpFunction
from ahorrater.adapters.clients.relabel import RelabelClient
from ahorrater.adapters.clients.settings import ClientSettings
from ahorrater.adapters.clock import utc_now
from ahorrater.adapters.database.bot import SqlLanguages, SqlUpdates
from ahorrater.adapters.database.connection import Database
from ahorrater.adapters.database.settings import DatabaseSettings
from ahorrater.adapters.functions import Function
from ahorrater.adapters.observers.bot import BotObserver
from ahorrater.adapters.telegram.api import BotApi
from ahorrater.adapters.telegram.bot_settings import BotSettings
from ahorrater.adapters.telegram.chats import TelegramChats
from ahorrater.adapters.telegram.listening import listen
from ahorrater.adapters.telegram.outbox import Outbox
from ahorrater.adapters.telegram.redaction import keep_out_of_the_log
from ahorrater.adapters.telegram.settings import TelegramSettings
from ahorrater.adapters.telegram.webhook import WebhookSecret
from ahorrater.services.bot.cluster import ClusterTalk
from ahorrater.services.bot.conversation import Conversation, Topics
from ahorrater.services.bot.energy import EnergyTalk
from ahorrater.services.bot.fuel import FuelTalk
from ahorrater.services.bot.status import StatusTalk
from ahorrater.services.bot.steering import SteeringTalk
from ahorrater.services.bot.updates import Guests, UpdateDesk

THREADS = 4
"""As many updates as Telegram is asked to tell at a time."""

telegram, clients = TelegramSettings(), ClientSettings()
token = telegram.secret()
keep_out_of_the_log(token)
database = Database(DatabaseSettings().url)


def function_at(name: str, url: str, manual_token: str = "") -> HttpFunction:
    """Another function."""
    return HttpFunction(name, url, clients.function_timeout_s, manual_token)


energy = EnergyClient(function_at("energy-query", clients.energy_query_url))
cluster = ClusterClient(function_at("cluster-query", clients.cluster_query_url))
fuel = FuelClient(function_at("fuel-query", clients.fuel_query_url))
relabel = RelabelClient(function_at("relabel", clients.relabel_url, clients.manual_token.get_secret_value()))
cluster_talk, steering_talk = ClusterTalk(cluster, energy, utc_now), SteeringTalk(relabel)
topics = Topics(
    StatusTalk(energy, cluster_talk, steering_talk, utc_now),
    EnergyTalk(energy, draw, utc_now),
    cluster_talk,
    steering_talk,
    FuelTalk(fuel, utc_now),
)
conversation = Conversation(topics, SqlLanguages(database), telegram.language)

api = BotApi(token, telegram.api_url, telegram.timeout_s)
chats = frozenset(telegram.chats)
guests = Guests(chats, frozenset(telegram.operators) or chats)
observer = BotObserver()
desk = UpdateDesk(guests, conversation, SqlUpdates(database), TelegramChats(api), utc_now, observer.count)
secret = WebhookSecret(token)
paths = operations(desk, secret, conversation, Outbox(telegram.outbox))
function = Function("telegram-bot", {}, paths, threads=THREADS, observers=[observer])
if token:
    listen(api, desk, conversation, secret, BotSettings())


@functions_framework.aio.http
async def main(request: Request) -> Response:
    """The entry point that functions-framework calls."""
    return await function(request)
