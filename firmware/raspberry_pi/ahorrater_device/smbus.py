"""The I2C bus of a Raspberry Pi, by smbus2."""

from smbus2 import SMBus


class SmbusI2c:
    """`/dev/i2c-N`. SMBus words have the least significant byte first; the INA219's registers the other."""

    def __init__(self, number: int) -> None:
        self._bus = SMBus(number)

    def read(self, address: int, register: int) -> int:
        """The register's value. Raises OSError when nobody answers."""
        high, low = self._bus.read_i2c_block_data(address, register, 2)
        return int(high) << 8 | int(low)

    def write(self, address: int, register: int, value: int) -> None:
        """Sets the register. Raises OSError when nobody answers."""
        self._bus.write_i2c_block_data(address, register, [value >> 8, value & 0xFF])
