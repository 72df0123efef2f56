"""The edges: the functions' HTTP, databases, Kubernetes, MQTT, Telegram."""
