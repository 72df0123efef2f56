"""The dashboard: what people see of AhorraTER. It talks only to the HTTP functions."""
