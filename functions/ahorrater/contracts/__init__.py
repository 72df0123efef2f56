"""What crosses a border: events, readings, answers. The only place that validates."""
