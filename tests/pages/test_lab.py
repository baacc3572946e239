"""JupyterLab as an analyst's browser shows it: from `dakehu lab` to the rows behind a customer."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from dakehu.paths import NOTEBOOKS
from notebooks.references import AS_OF
from shop import LAB, with_runs

pytestmark = pytest.mark.slow
