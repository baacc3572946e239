"""The search that proves a folder clean finds a name in every wrapping that there is."""

import base64
import gzip
import io
import json
import zipfile
import zlib
from pathlib import Path

import polars as pl
import pytest

from byte_search import found_in
from dakehu import bundle

NAME, CODE, NUMBER = "南方石化有限公司", "C0417", "440100"
RECORDS = json.dumps({"names": ["甲" * 40, NAME], "codes": [CODE]}, ensure_ascii=False)


def zipped(**members: bytes) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return stream.getvalue()


def parquet() -> bytes:
    stream = io.BytesIO()
    frame = pl.DataFrame({"name": [NAME] * 50, "code": [CODE] * 50, "day": [None] * 50})
    frame.write_parquet(stream, compression="zstd")
    return stream.getvalue()


@pytest.mark.parametrize(
    ("file", "content"),
    [
        ("page.html", f"<td>{NAME}</td><td>{CODE}</td>".encode()),
        ("escaped.html", f"<b>{''.join(f'&#{ord(c)};' for c in NAME)}</b> {CODE}".encode()),
        ("packed.html", f"<script>{bundle.packed(RECORDS.encode())}</script>".encode()),
        ("notebook.ipynb", json.dumps([NAME, CODE]).encode("ascii")),
        ("base64.json", json.dumps(base64.b64encode(RECORDS.encode()).decode()).encode()),
        ("data.json", base64.b64encode(gzip.compress(RECORDS.encode()))),
        ("table.parquet", parquet()),
        ("book.xlsx", zipped(**{"xl/sharedStrings.xml": RECORDS.encode()})),
        ("nested.zip", zipped(inner=zipped(deep=gzip.compress(RECORDS.encode())))),
        ("sheet.pdf", b"%PDF\xff\nstream\n" + zlib.compress(RECORDS.encode()) + b"\nendstream"),
        (f"{NAME}-{CODE}.csv", b""),
    ],
)  # fmt: skip
def test_a_planted_name_is_found(tmp_path: Path, file: str, content: bytes) -> None:
    folder = tmp_path / "audience"
    folder.mkdir()
    (folder / file).write_bytes(content)
    (folder / "clean.html").write_text(f"<p>{NAME[:3]}</p>")
    assert found_in(folder, [NAME, CODE, "", "nobody"]) == {file: {NAME, CODE}}


def test_a_code_is_a_word_and_a_number_is_no_amount(tmp_path: Path) -> None:
    sorted_by = f'<td data-v="{NUMBER}">44.01</td>'
    (tmp_path / "page.html").write_text(f"<td>{CODE}9</td>{sorted_by}<script>[{NUMBER},1]</script>")
    (tmp_path / "table.csv").write_text(f"code,amount\nx,{NUMBER}.00\n")
    assert found_in(tmp_path, [CODE, NUMBER]) == {}
    (tmp_path / "page.html").write_text(f"<td>{NUMBER}</td>")
    (tmp_path / "table.csv").write_text(f"code,amount\n{NUMBER},1.00\n")
    (tmp_path / "data.json").write_text(json.dumps({"code": NUMBER}))
    assert found_in(tmp_path, [NUMBER]).keys() == {"page.html", "table.csv", "data.json"}


def test_in_a_sheet_places_and_amounts_are_no_codes(tmp_path: Path) -> None:
    text = b'<dimension ref="A1:C10"/><c r="C10" t="str"><v>%s</v></c>'
    amount = b'<c r="C12" s="4"><v>%s</v></c>' % NUMBER.encode()
    (tmp_path / "a.xlsx").write_bytes(zipped(**{"xl/a.xml": text % b"C11" + amount}))
    (tmp_path / "b.xlsx").write_bytes(zipped(**{"xl/a.xml": text % NUMBER.encode()}))
    found = found_in(tmp_path, ["C10", "C11", "C12", NUMBER])
    assert found == {"a.xlsx": {"C11"}, "b.xlsx": {NUMBER}}
