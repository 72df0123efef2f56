"""mqtt-source: from MQTT to CloudEvents."""
