"""What every answer of the host has: headers, errors, health, metrics, home page and the side menu."""
