"""Bytes into text: every encoding exactly, or a sentence that says which byte."""

import codecs
from pathlib import Path

import pytest

from dakehu.schema import tables
from dakehu.sources import decoding
from dakehu.sources.decoding import Decoded, LoadError, decode

TEXT = "单据编号,金额\n甲,1\n乙龘𠀀,2\n"  # the last two letters need three and four bytes


def decoded(folder: Path, content: bytes, told: str | None = None) -> tuple[Decoded, bytes]:
    (folder / "in.csv").write_bytes(content)
    found = decode(folder / "in.csv", told, folder / "copy.csv")
    return found, found.path.read_bytes()


def fault(folder: Path, content: bytes, told: str | None = None) -> str:
    with pytest.raises(LoadError) as raised:
        decoded(folder, content, told)
    return str(raised.value)


@pytest.mark.parametrize("chunk", [1, 3, 1 << 20])
@pytest.mark.parametrize(
    ("encoding", "name"),
    [
        ("utf-8", "utf-8"),
        ("utf-8-sig", "utf-8-sig"),
        ("gb18030", "gb18030"),
        ("utf-16", "utf-16"),
        ("utf-16-be", "utf-16"),
    ],
)
def test_every_encoding(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, encoding: str, name: str, chunk: int
) -> None:
    monkeypatch.setattr(decoding, "CHUNK_BYTES", chunk)
    mark = codecs.BOM_UTF16_BE if encoding == "utf-16-be" else b""
    found, content = decoded(tmp_path, mark + TEXT.encode(encoding))
    assert found.encoding == name
    assert content.removeprefix(codecs.BOM_UTF8).decode() == TEXT


def test_a_western_page_has_to_be_told(tmp_path: Path) -> None:
    western = "nom,prix\ncafé,1 €\n".encode("cp1252")
    found, content = decoded(tmp_path, western, "cp1252")
    assert (found.encoding, content.decode()) == ("cp1252", "nom,prix\ncafé,1 €\n")
    message = fault(tmp_path, western)
    assert "in.csv: " in message
    assert "is not utf-8" in message
    assert "is not gb18030" in message
    assert "save it as UTF-8, or set `encoding`" in message


@pytest.mark.parametrize("chunk", [7, 1 << 20])
def test_what_gb18030_fits_by_chance_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, chunk: int
) -> None:
    monkeypatch.setattr(decoding, "CHUNK_BYTES", chunk)
    for content in (
        "Müller,Großmann\n".encode("cp1252"),
        "臺灣客戶,貨號\n".encode("big5"),
        "客户,1\n".encode() + "乙,2\n".encode("gb18030"),
    ):
        assert "gb18030 fits it by chance" in fault(tmp_path, content)
        assert decoded(tmp_path, content, "gb18030")[0].encoding == "gb18030"


def test_long_chinese_texts_are_no_chance(tmp_path: Path) -> None:
    """The words of the schema, then names whose letters only the larger set has."""
    schema = "".join(f"{t.zh},{c.zh}\n" for t in tables().values() for c in t.columns.values())
    for text in (schema, "朱镕基,李喆,王珺,陶喆,客户甲\n" * 9, "〇𠀀㐀\n"):
        found, content = decoded(tmp_path, text.encode("gb18030"))
        assert (found.encoding, content.decode()) == ("gb18030", text)


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "utf-16"])
def test_a_nul_is_refused_with_its_line(tmp_path: Path, encoding: str) -> None:
    message = fault(tmp_path, "甲,1\n乙,\0\n".encode(encoding))
    assert "line 2 holds a NUL" in message


def test_a_byte_order_mark_is_believed_before_what_was_told(tmp_path: Path) -> None:
    found, content = decoded(tmp_path, TEXT.encode("utf-16"), "gb18030")
    assert (found.encoding, content.decode()) == ("utf-16", TEXT)


@pytest.mark.parametrize("chunk", [1, 5, 1 << 20])
def test_a_wrong_byte_is_named_with_its_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, chunk: int
) -> None:
    monkeypatch.setattr(decoding, "CHUNK_BYTES", chunk)
    content = "甲,1\n乙,2\n".encode() + b"\xff,3\n"
    message = fault(tmp_path, content, "utf-8")
    assert f"byte {content.index(0xFF)} (line 3) is not utf-8" in message


def test_a_character_that_is_cut_off(tmp_path: Path) -> None:
    assert "cut off in utf-8" in fault(tmp_path, TEXT.encode()[:-1] + "甲".encode()[:2], "utf-8")


def test_an_empty_file(tmp_path: Path) -> None:
    assert fault(tmp_path, b"") == "in.csv is empty (0 bytes): export it again"


@pytest.mark.parametrize("chunk", [1, 2, 1 << 20])
@pytest.mark.parametrize(
    ("text", "blank", "same"),
    [
        ("a\nb\n", False, True),
        ("a\r\nb\r\n", False, True),
        ("a\rb\r", False, True),
        ("a\nb\n\n\n", False, True),
        ("a\n\nb\n", True, True),
        ("a\r\n\r\nb\r\n", True, True),
        ("a\n\n\n\n\nb", True, True),
        ("a\r\rb\r", True, True),
        ("a\r\nb\nc", False, False),
        ("a\rb\nc", False, False),
    ],
)
def test_lines(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, blank: bool, same: bool, chunk: int
) -> None:
    monkeypatch.setattr(decoding, "CHUNK_BYTES", chunk)
    found, content = decoded(tmp_path, text.encode())
    assert found.has_blank_lines == blank
    assert (found.path.name == "in.csv") == same
    assert content.decode().splitlines() == text.splitlines()
    assert same or "\r" not in content.decode()
