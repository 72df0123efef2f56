"""The three packets of MQTT 3.1.1 that a publisher needs (OASIS standard, sections 3.1, 3.3, 3.4).

paho takes longer for a message than the whole system under load; here a millisecond's messages are one write.
"""

CONNACK_ACCEPTED = bytes([0x20, 2, 0, 0])
PUBACK_BYTES = 4
LARGEST_PACKET_ID = 65_535
_PUBLISH_QOS_1 = 0x32


def connect(client_id: str) -> bytes:
    """A clean session without keep-alive."""
    body = _text("MQTT") + bytes([4, 2, 0, 0]) + _text(client_id)
    return bytes([0x10]) + _length(len(body)) + body


def publish(topic: str, packet_id: int, payload: bytes) -> bytes:
    """QoS 1, not retained."""
    body = _text(topic) + packet_id.to_bytes(2, "big") + payload
    return bytes([_PUBLISH_QOS_1]) + _length(len(body)) + body


def _text(text: str) -> bytes:
    encoded = text.encode()
    return len(encoded).to_bytes(2, "big") + encoded


def _length(length: int) -> bytes:
    """Seven bits a byte, the least first (section 2.2.3)."""
    encoded = bytearray()
    while True:
        length, digit = divmod(length, 128)
        encoded.append(digit | 128 if length else digit)
        if not length:
            return bytes(encoded)
