"""Pictures become vectors: one encoder a file, the registry, the cache, the bulk road."""
