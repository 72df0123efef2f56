"""The Backtest page's texts."""

from collections.abc import Mapping
from dataclasses import dataclass

from dashboard.replays import TraceKind


@dataclass(frozen=True, slots=True, kw_only=True)
class BacktestTexts:
    """One language. Names in braces are filled in when the text is shown."""

    page: str
    page_help: str
    intro: str

    trace: str
    trace_kind: Mapping[TraceKind, str]
    upload: str
    upload_help: str
    upload_unreadable: str
    days_back: str
    policies: str
    variants: str
    load: str
    load_help: str
    move_cost: str
    move_cost_help: str
    battery_hours: str
    battery_hours_help: str
    battery_reserve: str
    battery_reserve_help: str
    battery_efficiency: str
    sunny_nodes: str
    sunny_nodes_help: str
    doubt_sensors: str
    doubt_sensors_help: str
    run: str
    choose_policy: str
    upload_first: str

    computing: str
    replayed: str
    bound: str
    failed: str
    table: str
    table_description: str
    policy: str
    net: str
    of_optimum: str
    regret: str
    moves_a_day: str
    pareto: str
    pareto_description: str
    pareto_help: str
    download: str


ENGLISH = BacktestTexts(
    page="Backtest",
    page_help="What each policy would have brought on a measured trace, beside the best possible plan.",
    intro="Replays a trace under the very function that decides live, and compares it with staying put and with the "
    "best possible plan, which knows the future.",
    trace="Trace",
    trace_kind={
        TraceKind.SAMPLE: "Synthetic sample",
        TraceKind.READINGS: "This system's readings",
        TraceKind.UPLOAD: "A file",
    },
    upload="CSV or .csv.gz, at most 3 MB unpacked",
    upload_help="A column `timestamp` (ISO 8601, UTC unless it has an offset) and a column for each park, W.",
    upload_unreadable="This file cannot be read: {why}.",
    days_back="Days",
    policies="Policies",
    variants="Hysteresis at other margins, too: a curve instead of a point",
    load="What the work needs, % of a park's peak",
    load_help="Power beyond it serves nothing.",
    move_cost="What a move costs, minutes of the work's power",
    move_cost_help="Two copies run while the work moves.",
    battery_hours="Battery of each park, hours of the work's power",
    battery_hours_help="How long a full one feeds the work, reserve apart; 0: there are none.",
    battery_reserve="Reserve, %",
    battery_reserve_help="What the work never gets, so that the device lives until dawn.",
    battery_efficiency="Efficiency, %",
    sunny_nodes="Sunny nodes at most",
    sunny_nodes_help="So many share the work while one park does not feed it. Not together with batteries.",
    doubt_sensors="Leave parks whose sensor is not believed, as live",
    doubt_sensors_help="Frozen or leaping readings, or power at night. What such a park says still counts as served.",
    run="Replay",
    choose_policy="Choose a policy at least.",
    upload_first="Choose a file first.",
    computing="Step {step} of {steps}, for {duration}",
    replayed="{samples} samples of {parks} parks, {days} days.",
    bound="“optimum” is what no plan exceeds here, not a plan that is known: a true regret is at most the one shown.",
    failed="The replay ended early: {why}",
    table="Policies",
    table_description="Each policy with the energy that served the work, moves a day, and how far it is from the best.",
    policy="Policy",
    net="Net of moves, Wh",
    of_optimum="Of the best",
    regret="Regret",
    moves_a_day="Moves a day",
    pareto="Energy against moves",
    pareto_description="Each policy by its moves a day and its share of the best plan's energy; the line joins those "
    "that no other beats in both.",
    pareto_help="Up and to the left is better. The line joins those that no other beats in both; the small points are "
    "hysteresis at other margins.",
    download="Table (CSV)",
)

SPANISH = BacktestTexts(
    page="Simulación",
    page_help="Lo que habría aportado cada política en una traza medida, junto al mejor plan posible.",
    intro="Reproduce una traza con la misma función que decide en vivo y la compara con quedarse quieto y con el mejor "
    "plan posible, que conoce el futuro.",
    trace="Traza",
    trace_kind={
        TraceKind.SAMPLE: "Muestra sintética",
        TraceKind.READINGS: "Lecturas de este sistema",
        TraceKind.UPLOAD: "Un fichero",
    },
    upload="CSV o .csv.gz, como mucho 3 MB descomprimido",
    upload_help="Una columna `timestamp` (ISO 8601, en UTC si no lleva zona) y una columna por parque, W.",
    upload_unreadable="No se puede leer este fichero: {why}.",
    days_back="Días",
    policies="Políticas",
    variants="También la histéresis con otros márgenes: una curva en vez de un punto",
    load="Lo que necesita el trabajo, % del pico de un parque",
    load_help="La potencia que sobra no sirve de nada.",
    move_cost="Lo que cuesta un traslado, minutos de esa potencia",
    move_cost_help="Mientras el trabajo se traslada corren dos copias.",
    battery_hours="Batería de cada parque, horas de esa potencia",
    battery_hours_help="Cuánto alimenta el trabajo una llena, sin contar la reserva; 0: no hay.",
    battery_reserve="Reserva, %",
    battery_reserve_help="Lo que el trabajo nunca recibe, para que el dispositivo llegue al amanecer.",
    battery_efficiency="Rendimiento, %",
    sunny_nodes="Nodos soleados, como mucho",
    sunny_nodes_help="Tantos comparten el trabajo mientras un solo parque no lo alimenta. No junto con baterías.",
    doubt_sensors="Dejar los parques cuyo sensor no es creíble, como en vivo",
    doubt_sensors_help="Lecturas congeladas o a saltos, o potencia de noche. Lo que diga cuenta como servido.",
    run="Reproducir",
    choose_policy="Elige al menos una política.",
    upload_first="Elige antes un fichero.",
    computing="Paso {step} de {steps}, desde hace {duration}",
    replayed="{samples} muestras de {parks} parques, {days} días.",
    bound="«optimum» es aquí lo que ningún plan supera, no un plan conocido: la pérdida real no pasa de la indicada.",
    failed="La reproducción terminó antes de tiempo: {why}",
    table="Políticas",
    table_description="Cada política con la energía que sirvió al trabajo, sus traslados al día y lo que le falta.",
    policy="Política",
    net="Neta de traslados, Wh",
    of_optimum="Del mejor",
    regret="Pérdida",
    moves_a_day="Traslados al día",
    pareto="Energía frente a traslados",
    pareto_description="Cada política por sus traslados al día y su parte de la energía del mejor plan; la línea une "
    "las que ninguna otra supera en ambas cosas.",
    pareto_help="Mejor cuanto más arriba y a la izquierda. La línea une las que ninguna otra supera en ambas; los "
    "puntos pequeños son la histéresis con otros márgenes.",
    download="Tabla (CSV)",
)
