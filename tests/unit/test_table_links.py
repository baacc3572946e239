"""Names in a table that open a card of the page."""

import re

import polars as pl

from dakehu.present.block import Column, table
from dakehu.present.text import Text
from dakehu.render import page
from pages.specimen import code, context, notebook, prose


def test_a_name_opens_a_card_whatever_its_code():
    frame = pl.DataFrame({"who": ["A&B", "C", None], "code": ['x&"y</a>', None, "z"]})
    columns = [Column("who", "Name", opens=("card", "code"))]
    block = table(frame, columns, Text("en", "CNY"), title="T")
    report = notebook(prose("zh", "# 问"), prose("en", "# Q"), code({"zh": block, "en": block}))
    shown = page(report, context(report="customer_value"), "en")
    body = shown.split("<tbody>")[1].split("</tbody>")[0]
    links = re.findall(r'<a href="([^"]*)">([^<]*)</a>', body)
    assert links == [("#card=x%26%22y%3C%2Fa%3E", "A&amp;B")]
    assert '<th scope="row">C</th>' in body
