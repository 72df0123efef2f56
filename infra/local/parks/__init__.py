"""Simulated solar parks: devices that publish over real MQTT 5 what a synthetic day or a measured trace gives them."""
