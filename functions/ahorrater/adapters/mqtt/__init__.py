"""The edges of mqtt-source: the MQTT broker, the sink, its settings, its metrics."""
