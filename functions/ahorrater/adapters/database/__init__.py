"""Storage. The functions on the readings' path speak SQL (`connection`); schema and people's reads are SQLModel."""
