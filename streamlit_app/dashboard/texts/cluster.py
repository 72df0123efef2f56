"""The Cluster page's texts."""

from collections.abc import Mapping
from dataclasses import dataclass

from ahorrater.contracts.answers import MoveOutcome


@dataclass(frozen=True, slots=True, kw_only=True)
class ClusterTexts:
    """One language. Names in braces are filled in when the text is shown."""

    page: str
    page_help: str

    usage: str
    usage_choice: str
    cpu: str
    memory: str
    cores: str
    usage_description: str
    no_usage: str
    measured: str

    moves: str
    moves_description: str
    moved: str
    outcome: str
    outcomes: Mapping[MoveOutcome, str]
    took: str
    pods: str
    by_hand: str
    no_moves: str

    steering: str
    mode_apply: str
    mode_recommend: str
    mode_apply_help: str
    mode_recommend_help: str
    paused: str
    paused_help: str
    changed: str
    never_changed: str
    waiting: str
    approved: str
    vetoed: str

    viewers_look: str
    pause: str
    pause_question: str
    resume: str
    resume_question: str
    apply: str
    apply_question: str
    recommend: str
    recommend_question: str
    approve: str
    approve_question: str
    veto: str
    veto_question: str
    move: str
    move_question: str
    label: str
    label_question: str
    to_node: str


ENGLISH = ClusterTexts(
    page="Cluster",
    page_help="What the nodes use, where the work runs, the last moves, and the levers.",
    usage="Nodes",
    usage_choice="What to show",
    cpu="CPU",
    memory="Memory",
    cores="cores",
    usage_description="{what} of every node while somebody looked, at most the last {window}.",
    no_usage="No node has been measured yet.",
    measured="measured {age} ago",
    moves="Last moves",
    moves_description="The last moves, newest first: when, where to, why, how long and what became of them.",
    moved="Move",
    outcome="Outcome",
    outcomes={
        MoveOutcome.MOVED: "moved",
        MoveOutcome.UNDONE: "failed and undone",
        MoveOutcome.FAILED: "failed",
        MoveOutcome.RECOMMENDED: "only recommended",
    },
    took="in {duration}",
    pods="pods: {count}",
    by_hand="By hand",
    no_moves="Nothing has been moved yet.",
    steering="Steering",
    mode_apply="Acting",
    mode_recommend="Only recommending",
    mode_apply_help="Decisions are carried out.",
    mode_recommend_help="Decisions are announced; people approve or veto them.",
    paused="Paused",
    paused_help="Decisions are recorded; nothing is moved until it goes on.",
    changed="changed {age} ago",
    never_changed="as configured",
    waiting="Recommended {age} ago: {previous} → {node}",
    approved="Approved: {previous} → {node}",
    vetoed="Vetoed: {previous} → {node}",
    viewers_look="You may look. Orders are for operators.",
    pause="Pause",
    pause_question="Decisions will be recorded, and nothing will be moved until somebody lets it go on.",
    resume="Go on",
    resume_question="The latest decision will be carried out at once.",
    apply="Act",
    apply_question="Decisions will be carried out again without asking anybody.",
    recommend="Only recommend",
    recommend_question="From now on nothing moves before somebody approves it.",
    approve="Approve",
    approve_question="The work will move from {previous} to {node}.",
    veto="Veto",
    veto_question="The work will not move to {node} because of this recommendation.",
    move="Move the work …",
    move_question="The node gets the label and the work moves there. The next decision may move it again.",
    label="Label only …",
    label_question="The node gets the label; no pod is moved. The next decision may move the label again.",
    to_node="To node",
)

SPANISH = ClusterTexts(
    page="Clúster",
    page_help="Lo que usan los nodos, dónde corre el trabajo, los últimos traslados y los mandos.",
    usage="Nodos",
    usage_choice="Qué mostrar",
    cpu="CPU",
    memory="Memoria",
    cores="núcleos",
    usage_description="{what} de cada nodo mientras alguien miraba, como mucho los últimos {window}.",
    no_usage="Todavía no se ha medido ningún nodo.",
    measured="medido hace {age}",
    moves="Últimos traslados",
    moves_description="Los últimos traslados, primero el más reciente: adónde, por qué y qué fue de ellos.",
    moved="Traslado",
    outcome="Resultado",
    outcomes={
        MoveOutcome.MOVED: "hecho",
        MoveOutcome.UNDONE: "falló y se deshizo",
        MoveOutcome.FAILED: "falló",
        MoveOutcome.RECOMMENDED: "solo recomendado",
    },
    took="en {duration}",
    pods="pods: {count}",
    by_hand="A mano",
    no_moves="Todavía no se ha trasladado nada.",
    steering="Mandos",
    mode_apply="Actúa",
    mode_recommend="Solo recomienda",
    mode_apply_help="Las decisiones se llevan a cabo.",
    mode_recommend_help="Las decisiones se anuncian; las personas las aprueban o las vetan.",
    paused="En pausa",
    paused_help="Las decisiones se anotan; nada se traslada hasta que se reanude.",
    changed="cambiado hace {age}",
    never_changed="según la configuración",
    waiting="Recomendado hace {age}: {previous} → {node}",
    approved="Aprobado: {previous} → {node}",
    vetoed="Vetado: {previous} → {node}",
    viewers_look="Puedes mirar. Las órdenes son de los operadores.",
    pause="Pausar",
    pause_question="Las decisiones se anotarán y nada se trasladará hasta que alguien lo reanude.",
    resume="Reanudar",
    resume_question="La última decisión se llevará a cabo enseguida.",
    apply="Actuar",
    apply_question="Las decisiones volverán a llevarse a cabo sin preguntar a nadie.",
    recommend="Solo recomendar",
    recommend_question="Desde ahora nada se traslada antes de que alguien lo apruebe.",
    approve="Aprobar",
    approve_question="El trabajo se trasladará de {previous} a {node}.",
    veto="Vetar",
    veto_question="El trabajo no se trasladará a {node} por esta recomendación.",
    move="Trasladar el trabajo …",
    move_question="El nodo recibe la etiqueta y el trabajo va allí. La próxima decisión puede volver a moverlo.",
    label="Solo etiquetar …",
    label_question="El nodo recibe la etiqueta; no se mueve ningún pod. La próxima decisión puede cambiarla.",
    to_node="Al nodo",
)
