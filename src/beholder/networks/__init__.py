"""PyTorch, and only here: the one training loop, and the networks that it trains.

Nothing outside imports a file of this room before `door.check` has said that PyTorch is there.
"""
