"""The catalogues lie in one: a message may stand in several, but must say the same in each."""

from collections import defaultdict
from pathlib import Path

from babel.messages.pofile import read_po

import dakehu.locale

FOLDER = Path(next(iter(dakehu.locale.__path__)))


def test_a_message_has_one_translation() -> None:
    said = defaultdict(set)
    for path in FOLDER.glob("*.po"):
        with path.open("rb") as stream:
            for message in read_po(stream, locale="zh_CN"):
                said[message.id].add(message.string)
    assert len(said) > 500
    assert {m: texts for m, texts in said.items() if m and len(texts) > 1} == {}
