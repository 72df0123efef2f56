"""What the ministry's service sends (`ServiciosRESTCarburantes`). Everything is text; what is not used is ignored."""

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

MAX_ANSWER_BYTES = 64 * 1024 * 1024
"""A whole answer has 12 to 13 MB."""


PlaceId = Annotated[int, Field(ge=1, le=99)]
"""`IDCCAA`, `IDProvincia`: two digits with leading zeros."""

MunicipalityId = Annotated[int, Field(ge=1, le=2**31 - 1)]
StationId = Annotated[int, Field(ge=1, le=2**31 - 1)]
Text = Annotated[str, StringConstraints(strip_whitespace=True, max_length=500)]


class FeedModel(BaseModel):
    """Frozen, by the feed's own names, which have accents, dots and percent signs."""

    model_config = ConfigDict(frozen=True, extra="ignore", defer_build=True)


class FeedStation(FeedModel):
    """One element of `ListaEESSPrecio`, without its prices, which are read by their names' prefix."""

    id: StationId = Field(alias="IDEESS")
    ccaa_id: PlaceId = Field(alias="IDCCAA")
    province_id: PlaceId = Field(alias="IDProvincia")
    municipality_id: MunicipalityId = Field(alias="IDMunicipio")
    province: Text = Field(alias="Provincia")
    municipality: Text = Field(alias="Municipio")
    brand: Text = Field(default="", alias="Rótulo")
    address: Text = Field(default="", alias="Dirección")
    postcode: Text = Field(default="", alias="C.P.")
    locality: Text = Field(default="", alias="Localidad")
    hours: Text = Field(default="", alias="Horario")
    latitude: Text = Field(default="", alias="Latitud")
    longitude: Text = Field(default="", alias="Longitud (WGS84)")
    margin: Text = Field(default="", alias="Margen")
    sale_type: Text = Field(default="", alias="Tipo Venta")
    remission: Text = Field(default="", alias="Remisión")


class FeedAnswer(FeedModel):
    """An answer with stations. The verdict comes last, after 12 MB; an outage has none, and an empty list."""

    moment: str = Field(alias="Fecha")
    stations: list[dict[str, Any]] = Field(alias="ListaEESSPrecio", min_length=1)
    verdict: str = Field(alias="ResultadoConsulta", pattern="^OK$")


class FeedMunicipality(FeedModel):
    """One element of `Listados/Municipios`."""

    id: MunicipalityId = Field(alias="IDMunicipio")
    province_id: PlaceId = Field(alias="IDProvincia")
    ccaa_id: PlaceId = Field(alias="IDCCAA")
    municipality: Text = Field(alias="Municipio")
    province: Text = Field(alias="Provincia")
