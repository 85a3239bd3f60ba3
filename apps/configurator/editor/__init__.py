"""The pages of a car's workspace: what a product manager works in. Mounted by ``admin.cars`` under the car."""
