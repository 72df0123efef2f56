"""What each function does, told through ports: no framework, no driver, no environment."""
