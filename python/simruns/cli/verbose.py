"""The log of the requests on stderr, above a bar if there is one."""

from __future__ import annotations

import logging
import sys

from simruns.cli.streams import abandon
from simruns.core.lines import visible


def be_verbose(times: int) -> None:
    """Logs what failed and what follows; if asked twice, every attempt and every response."""
    logger = logging.getLogger("simruns")
    logger.setLevel(logging.INFO if times == 1 else logging.DEBUG)
    if not any(isinstance(handler, _AboveTheBar) for handler in logger.handlers):
        logger.addHandler(_AboveTheBar())


class _AboveTheBar(logging.Handler):
    def emit(self, record: logging.LogRecord) -> None:
        from tqdm import tqdm

        if sys.stderr is None:
            return
        try:
            tqdm.write(visible(self.format(record)), file=sys.stderr)
        except OSError:
            abandon(sys.stderr)
