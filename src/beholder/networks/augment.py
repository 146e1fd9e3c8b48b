"""What `beholder.encoders.augment` draws, done to tensors."""

from __future__ import annotations

from typing import Any

import torch
from torch.nn import functional

from beholder.encoders.augment import GREY, Drawn


def on_tensors(pixels: Any, drawn: Drawn) -> Any:
    """Return pictures 0..255, float32 (n, 3, side, side), with what was drawn done to them."""
    out, device = pixels.clone(), pixels.device
    side = out.shape[-1]
    if drawn.flip is not None:
        flip = torch.from_numpy(drawn.flip).to(device)
        out[flip] = out[flip].flip(-1)
    if drawn.crop is not None:
        for row, (left, top, right, bottom) in enumerate(drawn.crop.tolist()):
            part = out[row : row + 1, :, top:bottom, left:right]
            out[row] = functional.interpolate(
                part, size=(side, side), mode="bilinear", align_corners=False
            )[0]
    if drawn.gain is not None:
        gain = torch.from_numpy(drawn.gain).to(device)
        out = (out * gain[:, :, None, None]).clamp(0, 255)
    if drawn.erase is not None:
        for row, (left, top, right, bottom) in enumerate(drawn.erase.tolist()):
            out[row, :, top:bottom, left:right] = GREY
    if drawn.other is not None and drawn.own is not None:
        own = torch.from_numpy(drawn.own).to(device)[:, None, None, None]
        out = own * out + (1 - own) * out[torch.from_numpy(drawn.other).to(device)]
    return out
