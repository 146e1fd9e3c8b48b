"""The engine over HTTP: one router a resource, access, limits, errors, and the server itself."""
