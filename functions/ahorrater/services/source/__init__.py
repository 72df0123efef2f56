"""mqtt-source: from MQTT messages to events, acknowledged in order when the sink has them."""
