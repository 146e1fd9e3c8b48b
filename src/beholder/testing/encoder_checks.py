"""What every encoder keeps to. Run the checks over an encoder of your own:

@pytest.mark.parametrize("check", ENCODER_CHECKS, ids=lambda check: check.__name__)
def test_my_encoder(check):
    check(MyEncoder())
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from PIL import Image

from beholder.encoders.interface import Encoder

TOLERANCE = 1e-5  # relative to the longest vector; batches may be summed in another order


def sample_pictures() -> list[Image.Image]:
    """Return six small pictures: smooth, noisy, plain, wide, tall and tiny."""
    rng = np.random.default_rng(11)
    ramp = np.linspace(0, 255, 96)
    smooth = np.stack(np.broadcast_arrays(ramp[:, None], ramp[None, :], 128.0), axis=-1)
    arrays: list[npt.NDArray[np.uint8]] = [
        smooth.astype(np.uint8),
        rng.integers(0, 256, (120, 120, 3), np.uint8),
        np.full((64, 64, 3), (200, 30, 40), np.uint8),
        rng.integers(0, 256, (40, 300, 3), np.uint8),
        smooth[:, :24].astype(np.uint8),
        rng.integers(0, 256, (1, 1, 3), np.uint8),
    ]
    return [Image.fromarray(array) for array in arrays]


def check_says_who_it_is(encoder: Encoder) -> None:
    """Name, version and dim are set, and it keeps the whole contract."""
    assert isinstance(encoder, Encoder)
    assert encoder.name
    assert encoder.version
    assert encoder.dim > 0
    assert encoder.decode_side > 0


def check_gives_one_finite_vector_a_picture(encoder: Encoder) -> None:
    """Shape (n, dim), float32, finite, for pictures of any shape."""
    pictures = sample_pictures()
    vectors = encoder.encode(pictures)
    assert vectors.shape == (len(pictures), encoder.dim)
    assert vectors.dtype == np.float32
    assert np.isfinite(vectors).all()


def check_nothing_gives_nothing(encoder: Encoder) -> None:
    """No pictures give no vectors, of the right width."""
    assert encoder.encode([]).shape == (0, encoder.dim)


def check_batch_size_does_not_matter(encoder: Encoder) -> None:
    """A picture has the same vector alone and among others."""
    pictures = sample_pictures()
    together = encoder.encode(pictures)
    alone = np.concatenate([encoder.encode([picture]) for picture in pictures])
    assert_close(together, alone)


def check_same_picture_same_vector(encoder: Encoder) -> None:
    """Repeated calls and repeated pictures give the same vector, and others give others."""
    smooth, noisy, *_ = sample_pictures()
    first = encoder.encode([smooth, noisy, smooth.copy()])
    assert_close(first[0], first[2])
    assert_close(first, encoder.encode([smooth, noisy, smooth.copy()]))
    assert np.abs(first[0] - first[1]).max() > 10 * TOLERANCE * np.abs(first).max()


def check_leaves_the_picture_alone(encoder: Encoder) -> None:
    """Encoding does not change the picture."""
    picture = sample_pictures()[1]
    before = picture.tobytes()
    encoder.encode([picture])
    assert picture.tobytes() == before


def check_outputs_agree(encoder: Encoder) -> None:
    """`outputs` holds the vectors, and class scores, if any, in rows of their own."""
    pictures = sample_pictures()[:2]
    outputs = encoder.outputs(pictures)
    assert_close(outputs["vectors"], encoder.encode(pictures))
    assert outputs.keys() <= {"vectors", "classes"}
    if "classes" in outputs:
        assert outputs["classes"].shape[0] == len(pictures)
        assert np.isfinite(outputs["classes"]).all()


def assert_close(a: npt.NDArray[np.float32], b: npt.NDArray[np.float32]) -> None:
    """Fail unless two sets of vectors are the same but for the last digits."""
    assert a.shape == b.shape
    assert np.abs(a - b).max() <= TOLERANCE * max(1.0, np.abs(b).max())


ENCODER_CHECKS = (
    check_says_who_it_is,
    check_gives_one_finite_vector_a_picture,
    check_nothing_gives_nothing,
    check_batch_size_does_not_matter,
    check_same_picture_same_vector,
    check_leaves_the_picture_alone,
    check_outputs_agree,
)
