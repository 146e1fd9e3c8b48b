"""Libraries beside us, each asked in an environment of its own.

What lies here imports NumPy, SciPy and one library, and nothing of Beholder: `part` reads what
`benchmarks.peer_splits` wrote, `answers` makes lists of scores, `tuning` chooses a setting, `run`
is the command, and every library has a file with its models. `benchmarks.beside_peers` drives
them.
"""
