"""What stations sell: the ministry's numbers and names, and the feed's price field of each."""

import re
import unicodedata
import zlib
from dataclasses import dataclass

PRICE_PREFIX = "Precio "
FIRST_UNKNOWN_ID = 1_000
"""Products that the feed begins to name before this table does get a number of ours, from here on."""


@dataclass(frozen=True, slots=True)
class Product:
    """`id` and `name` are the ministry's, `field` is the feed's, `slug` is the product's word in our paths."""

    id: int
    name: str
    field: str
    unit: str = "EUR/l"

    @property
    def slug(self) -> str:
        """The field without its prefix, accents, spaces and capitals: `Precio Gasoleo A` is `gasoleoa`."""
        return slug_of(self.field.removeprefix(PRICE_PREFIX)) or f"product{self.id}"

    @property
    def known(self) -> bool:
        """Whether the ministry's number of it is known."""
        return self.id < FIRST_UNKNOWN_ID


def slug_of(text: str) -> str:
    """Letters and digits only, plain and small."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]", "", plain)


def _product(number: int, name: str, field: str, unit: str = "EUR/l") -> Product:
    return Product(number, name, PRICE_PREFIX + field, unit)


PRODUCTS = (
    _product(1, "Gasolina 95 E5", "Gasolina 95 E5"),
    _product(3, "Gasolina 98 E5", "Gasolina 98 E5"),
    _product(4, "Gasóleo A habitual", "Gasoleo A"),
    _product(5, "Gasóleo Premium", "Gasoleo Premium"),
    _product(6, "Gasóleo B", "Gasoleo B"),
    _product(8, "Biodiésel", "Biodiesel"),
    _product(16, "Bioetanol", "Bioetanol"),
    _product(17, "Gases licuados del petróleo", "Gases licuados del petróleo"),
    _product(18, "Gas natural comprimido", "Gas Natural Comprimido", "EUR/kg"),
    _product(19, "Gas natural licuado", "Gas Natural Licuado", "EUR/kg"),
    _product(20, "Gasolina 95 E5 Premium", "Gasolina 95 E5 Premium"),
    _product(21, "Gasolina 98 E10", "Gasolina 98 E10"),
    _product(22, "Hidrógeno", "Hidrogeno", "EUR/kg"),
    _product(23, "Gasolina 95 E10", "Gasolina 95 E10"),
    _product(24, "Gasolina 95 E25", "Gasolina 95 E25"),
    _product(25, "Gasolina 95 E85", "Gasolina 95 E85"),
    _product(26, "Adblue", "Adblue"),
    _product(27, "Diésel renovable", "Diésel Renovable"),
    _product(28, "Gasolina renovable", "Gasolina Renovable"),
    _product(29, "Metanol", "Metanol"),
    _product(30, "Amoniaco", "Amoniaco"),
    _product(31, "Biogás natural comprimido", "Biogas Natural Comprimido", "EUR/kg"),
    _product(32, "Biogás natural licuado", "Biogas Natural Licuado", "EUR/kg"),
)
_BY_SLUG = {product.slug: product for product in PRODUCTS}


def product_of_field(field: str) -> Product:
    """The product of a price field; one that this table lacks is given a number of its own, always the same."""
    name = field.removeprefix(PRICE_PREFIX).strip()
    slug = slug_of(name)
    known = _BY_SLUG.get(slug)
    return known or Product(FIRST_UNKNOWN_ID + zlib.crc32(slug.encode()) % 1_000_000, name, PRICE_PREFIX + name)
