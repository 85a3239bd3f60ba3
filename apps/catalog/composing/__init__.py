"""Pictures of a car as it was configured, put together from layers that were rendered once (README.md of the app)."""
