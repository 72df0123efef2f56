"""Who looks: logged in with an OIDC provider where one is configured (`[auth]` in Streamlit's secrets)."""

import streamlit as st

from dashboard.access import Role, role_after_login
from dashboard.connections import settings
from dashboard.texts import Texts


def login(texts: Texts) -> Role:
    """The reader's role, and the button that changes it. Without a provider everybody has DASHBOARD_ROLE."""
    if not _provider_configured():
        return settings().dashboard_role
    if not st.user.is_logged_in:
        if st.button(texts.orders.log_in, icon=":material/login:", key="log-in"):
            st.login()
        return Role.VIEWER
    role = role_after_login(st.user.to_dict(), settings().operators)
    name = texts.orders.operator if role is Role.OPERATOR else texts.orders.viewer
    if st.button(texts.orders.log_out, icon=":material/logout:", help=name, key="log-out"):
        st.logout()
    return role


@st.cache_resource(show_spinner=False)
def _provider_configured() -> bool:
    """Whether there is a secrets file with a provider; read once, as Streamlit's own login does."""
    try:
        return "auth" in st.secrets
    except FileNotFoundError:
        return False
