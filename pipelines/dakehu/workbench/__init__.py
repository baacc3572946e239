"""What an analyst has in JupyterLab: `%load_ext dakehu.workbench` and the functions below.

All of them read the warehouse that `dakehu lab` was started on, opened anew each time: what a run
publishes meanwhile is there at the next call.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dakehu.workbench.behind import kept, notebook_behind
from dakehu.workbench.contents import definitions, tables
from dakehu.workbench.rows import rows_behind, rows_left_out

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

# Lab sets the cells of every table to the right; words are read from the left. The boxes to filter
# by take the width of their column, not the other way round.
STYLE = """
.jp-RenderedHTMLCommon table.dataTable tfoot input {width: 100%; min-width: 4em}
.jp-RenderedHTMLCommon table.dataTable :is(th, td):not(.dt-type-numeric) {text-align: left}
"""

__all__ = [
    "definitions",
    "kept",
    "notebook_behind",
    "rows_behind",
    "rows_left_out",
    "tables",
]


def load_ipython_extension(shell: InteractiveShell) -> None:
    """Give a notebook `%sql`, `%%sql`, completion in them, and tables that sort, filter and page.

    The tables are itables' with all scripts in the notebook: nothing is asked of the network, and
    text of the data is shown as text.
    """
    import itables
    from itables import options

    from dakehu.workbench.completion import complete_sql
    from dakehu.workbench.magic import SqlMagics

    shell.register_magics(SqlMagics)
    if shell.Completer is not None:
        shell.Completer.custom_matchers.append(complete_sql)
    options.maxBytes = "4MB"
    options.css = STYLE
    options.style = "table-layout:auto;width:auto;margin:0;caption-side:bottom"
    options.column_filters = "footer"
    options.allow_html = False
    itables.init_notebook_mode(all_interactive=True, connected=False)
