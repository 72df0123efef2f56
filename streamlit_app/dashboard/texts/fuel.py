"""The Fuel page's texts."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class FuelTexts:
    """One language. Names in braces are filled in when the text is shown."""

    page: str
    page_help: str

    region: str
    province: str
    municipality: str
    station: str
    all_spain: str
    all_provinces: str
    all_municipalities: str
    all_stations: str
    product: str
    compare_with: str
    period: str
    days: str
    sample_note: str

    map: str
    map_description: str
    no_stations: str
    price: str
    unplaced: str

    cheapest: str
    cheapest_description: str
    nearest_to: str
    brand: str
    address: str
    since: str
    nobody_sells: str
    cheapest_of: str
    mean_of: str
    stations_of: str

    prices: str
    prices_of_station: str
    prices_of_place: str
    prices_description: str
    no_prices: str
    day: str
    download_stations: str
    download_prices: str


ENGLISH = FuelTexts(
    page="Fuel",
    page_help="Prices of every Spanish petrol station: the workload that travels after the sun.",
    region="Region",
    province="Province",
    municipality="Municipality",
    station="Station",
    all_spain="All of Spain",
    all_provinces="All provinces",
    all_municipalities="All municipalities",
    all_stations="All stations (mean)",
    product="Fuel",
    compare_with="Compared with",
    period="Period",
    days="{count} days",
    sample_note="These stations and prices are invented: the sample that comes with AhorraTER.",
    map="Map",
    map_description="The stations of {place}, coloured by the price of {product}.",
    no_stations="No station here sells {product}.",
    price="Price",
    unplaced="{count} stations without a credible position are not on the map.",
    cheapest="Cheapest",
    cheapest_description="The stations of {place} where {product} costs least.",
    nearest_to="Around {place}",
    brand="Station",
    address="Where",
    since="since {day}",
    nobody_sells="Nobody sells {product} here.",
    cheapest_of="Cheapest",
    mean_of="Mean",
    stations_of="Stations",
    prices="Prices over time",
    prices_of_station="{product} and {other} at {station}.",
    prices_of_place="{product} and {other}: the mean of {place}.",
    prices_description="The price of {product} and of {other}, day by day.",
    no_prices="No prices are known in this period.",
    day="Day",
    download_stations="Stations (CSV)",
    download_prices="Prices (CSV)",
)

SPANISH = FuelTexts(
    page="Carburantes",
    page_help="Precios de todas las estaciones de servicio de España: la carga que viaja tras el sol.",
    region="Comunidad",
    province="Provincia",
    municipality="Municipio",
    station="Estación",
    all_spain="Toda España",
    all_provinces="Todas las provincias",
    all_municipalities="Todos los municipios",
    all_stations="Todas las estaciones (media)",
    product="Carburante",
    compare_with="Comparado con",
    period="Periodo",
    days="{count} días",
    sample_note="Estas estaciones y estos precios son inventados: la muestra que trae AhorraTER.",
    map="Mapa",
    map_description="Las estaciones de {place}, con el color del precio de {product}.",
    no_stations="Aquí ninguna estación vende {product}.",
    price="Precio",
    unplaced="{count} estaciones sin una posición creíble no están en el mapa.",
    cheapest="Más baratas",
    cheapest_description="Las estaciones de {place} donde {product} cuesta menos.",
    nearest_to="Alrededor de {place}",
    brand="Estación",
    address="Dónde",
    since="desde el {day}",
    nobody_sells="Aquí nadie vende {product}.",
    cheapest_of="Más barato",
    mean_of="Media",
    stations_of="Estaciones",
    prices="Precios en el tiempo",
    prices_of_station="{product} y {other} en {station}.",
    prices_of_place="{product} y {other}: la media de {place}.",
    prices_description="El precio de {product} y de {other}, día a día.",
    no_prices="No se conocen precios en este periodo.",
    day="Día",
    download_stations="Estaciones (CSV)",
    download_prices="Precios (CSV)",
)
