"""A solar park's device on a Raspberry Pi: reads an INA219 over I2C and publishes over MQTT what must not be lost."""

__version__ = "1.0.0"
