"""The reference: the shortest loop that takes readings by MQTT and stores them, acknowledging after the commit.

paho's callback puts messages into a list; the loop takes all there are, stores them with one multi-row statement,
commits, and acknowledges them. No validation, no events, no functions, no running state. Same session, same
ReceiveMaximum, same table as ours.
"""

import json
import os
import sqlite3
import threading

import paho.mqtt.client as mqtt
import psycopg
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

COLUMNS = "node, boot, seq, measured_at, measured_at_receipt, received_at, voltage_v, current_a, power_w, overflow"
URL = os.environ["DATABASE_URL"]
SQLITE = URL.startswith("sqlite")


def connect():
    if not SQLITE:
        return psycopg.connect(URL)
    connection = sqlite3.connect(URL.removeprefix("sqlite:///"), timeout=10)
    connection.executescript("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;")
    return connection


def store(connection, messages):
    rows = []
    for message in messages:
        reading = json.loads(message.payload)
        node = message.topic.split("/")[2]
        rows += [node, reading["boot"], reading["seq"], reading["measured_at"], False, reading["measured_at"]]
        rows += [reading["voltage_v"], reading["current_a"], reading["power_w"], False]
    place = "?" if SQLITE else "%s"
    values = ",".join(["(" + ",".join([place] * 10) + ")"] * len(messages))
    connection.execute(f"INSERT INTO reading ({COLUMNS}) VALUES {values} ON CONFLICT DO NOTHING", rows)
    connection.commit()


def main():
    connection, arrived, ready = connect(), [], threading.Event()

    def on_message(_client, _userdata, message):
        arrived.append(message)
        ready.set()

    client = mqtt.Client(
        mqtt.CallbackAPIVersion.VERSION2, client_id="ahorrater-mqtt-source", protocol=mqtt.MQTTv5, manual_ack=True
    )
    properties = Properties(PacketTypes.CONNECT)
    properties.SessionExpiryInterval = 3600
    properties.ReceiveMaximum = 2000
    client.on_message = on_message
    client.on_connect = lambda *_: client.subscribe("ahorrater/v1/+/telemetry", qos=1)
    client.connect(os.environ["MQTT_HOST"], int(os.environ["MQTT_PORT"]), clean_start=False, properties=properties)
    client.loop_start()
    while True:
        ready.wait()
        ready.clear()
        batch = arrived[:2000]  # SQLite and PostgreSQL bound the parameters of a statement
        if not batch:
            continue
        del arrived[: len(batch)]
        store(connection, batch)
        for message in batch:
            client.ack(message.mid, message.qos)
        if arrived:
            ready.set()


if __name__ == "__main__":
    main()
