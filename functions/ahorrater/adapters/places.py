"""Where the parks are, from the environment."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field
from pydantic_settings import BaseSettings

from ahorrater.contracts.base import NodeName
from ahorrater.domain.places import Place


class PlaceSettings(BaseModel):
    """One park's place in PARK_PLACES. Degrees, north and east positive; `peak_w` under 1,000 W/m2, W.

    tilt: of the panel, from level. azimuth: where it faces, from north, eastward: 180 is south. performance: the share
    of the peak that heat, cables and the working point leave.
    """

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)

    latitude: Annotated[float, Field(ge=-90, le=90)]
    longitude: Annotated[float, Field(ge=-180, le=180)]
    tilt: Annotated[float, Field(ge=0, le=90)] = 30.0
    azimuth: Annotated[float, Field(ge=0, le=360)] = 180.0
    peak_w: Annotated[float, Field(gt=0)]
    performance: Annotated[float, Field(gt=0, le=1)] = 0.85


class PlacesSettings(BaseSettings):
    """PARK_PLACES: JSON, node -> place (see PlaceSettings); a park that is not there has none. Empty: nobody's place is
    known, and what follows from it is learned from the readings or left out.
    """

    park_places: dict[NodeName, PlaceSettings] = Field(default_factory=dict)

    def places(self) -> dict[str, Place]:
        """The same, as the domain wants it."""
        return {node: Place(**spot.model_dump()) for node, spot in self.park_places.items()}
