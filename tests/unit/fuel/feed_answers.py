"""Small answers in the feed's shape."""

import json
from typing import Any


def station(number: int, **changes: str) -> dict[str, str]:
    """One station in Madrid that sells diesel and petrol; `changes` by the feed's names."""
    return {
        "IDEESS": str(number),
        "IDMunicipio": "4354",
        "IDProvincia": "28",
        "IDCCAA": "13",
        "Municipio": "Madrid",
        "Provincia": "MADRID",
        "Rótulo": f"STATION {number}",
        "Dirección": "CALLE 1",
        "C.P.": "28001",
        "Horario": "L-D: 24H",
        "Latitud": "40,4168",
        "Longitud (WGS84)": "-3,7038",
        "Margen": "D",
        "Tipo Venta": "P",
        "Remisión": "dm",
        "Precio Gasoleo A": "1,859",
        "Precio Gasolina 95 E5": "1,829",
        "Precio Gasoleo B": "",
        **changes,
    }


def answer(*stations: Any, fecha: str = "30/03/2022 0:00:00", **changes: Any) -> bytes:
    """An answer with these stations."""
    return json.dumps({"Fecha": fecha, "ListaEESSPrecio": stations, "ResultadoConsulta": "OK", **changes}).encode()
