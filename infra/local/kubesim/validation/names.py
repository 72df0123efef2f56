"""Names, label keys and label values."""

import re
from collections.abc import Iterable, Mapping

from infra.local.kubesim.errors import FieldError, invalid_value

_SUBDOMAIN_WORDS = (
    "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and "
    "end with an alphanumeric character (e.g. 'example.com', regex used for validation is "
    "'[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')"
)
_LABEL_WORDS = (
    "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with "
    "an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is "
    "'[a-z0-9]([-a-z0-9]*[a-z0-9])?')"
)
_SERVICE_NAME_WORDS = (
    "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, "
    "and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is "
    "'[a-z]([-a-z0-9]*[a-z0-9])?')"
)
_KEY_WORDS = (
    "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric "
    "character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is "
    "'([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')"
)
_MANY_SLASHES_WORDS = (
    f"{_KEY_WORDS.replace('name part', 'a qualified name')} with an optional DNS subdomain prefix and '/' "
    "(e.g. 'example.com/MyName')"
)
_VALUE_WORDS = (
    "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and "
    "end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is "
    "'(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')"
)
_LABEL = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?")
_SERVICE_NAME = re.compile(r"[a-z]([-a-z0-9]*[a-z0-9])?")
_SUBDOMAIN = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*")
_KEY_NAME = re.compile(r"([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]")
_VALUE = re.compile(r"(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?")
_LABEL_LENGTH = 63
_SUBDOMAIN_LENGTH = 253


def _broken_text(field: str, text: str, pattern: re.Pattern[str], length: int, words: str) -> list[FieldError]:
    errors = []
    if len(text) > length:
        errors.append(invalid_value(field, f'"{text}"', f"must be no more than {length} characters"))
    if not pattern.fullmatch(text):
        errors.append(invalid_value(field, f'"{text}"', words))
    return errors


def label_errors(field: str, labels: Mapping[str, str]) -> list[FieldError]:
    """What is wrong with the keys and values of labels."""
    values = (_broken_text(field, value, _VALUE, _LABEL_LENGTH, _VALUE_WORDS) for value in labels.values())
    return [*key_errors(field, labels), *(error for errors in values for error in errors)]


def key_errors(field: str, keys: Iterable[str]) -> list[FieldError]:
    """What is wrong with the keys of labels or annotations."""
    return [error for key in keys for error in _key_errors(field, key)]


def _key_errors(field: str, key: str) -> list[FieldError]:
    prefix, slash, name = key.rpartition("/")
    if "/" in prefix:
        return [invalid_value(field, f'"{key}"', _MANY_SLASHES_WORDS)]
    if slash and not _SUBDOMAIN.fullmatch(prefix):
        why = "prefix part must be non-empty" if not prefix else f"prefix part {_SUBDOMAIN_WORDS}"
        return [invalid_value(field, f'"{key}"', why)]
    if not name:
        return [invalid_value(field, f'"{key}"', why) for why in ("name part must be non-empty", _KEY_WORDS)]
    if len(name) > _LABEL_LENGTH:
        return [invalid_value(field, f'"{key}"', "name part must be no more than 63 characters")]
    return [] if _KEY_NAME.fullmatch(name) else [invalid_value(field, f'"{key}"', _KEY_WORDS)]


def label_name_errors(field: str, name: str) -> list[FieldError]:
    """What is wrong with a name that has to be an RFC 1123 label: a namespace's, a container's."""
    return _broken_text(field, name, _LABEL, _LABEL_LENGTH, _LABEL_WORDS)


def service_name_errors(field: str, name: str) -> list[FieldError]:
    """What is wrong with a name that has to be an RFC 1035 label."""
    return _broken_text(field, name, _SERVICE_NAME, _LABEL_LENGTH, _SERVICE_NAME_WORDS)


def subdomain_errors(field: str, name: str) -> list[FieldError]:
    """What is wrong with a name that has to be an RFC 1123 subdomain: most objects'."""
    return _broken_text(field, name, _SUBDOMAIN, _SUBDOMAIN_LENGTH, _SUBDOMAIN_WORDS)
