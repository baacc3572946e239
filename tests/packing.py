"""What a page carries packed, read as its script reads it."""

import gzip

from dakehu import bundle


def unpacked(text: str) -> bytes:
    """What `packed` made of it, read as the page's script reads it."""
    size, letters = text.strip().split(" ")
    digits = [bundle.LETTERS.index(letter) for letter in letters.encode()]
    pairs = zip(digits[::2], digits[1::2], strict=True)
    bits = "".join(f"{high * 91 + low:013b}" for high, low in pairs)
    return gzip.decompress(bytes(int(bits[8 * n : 8 * n + 8], 2) for n in range(int(size))))
