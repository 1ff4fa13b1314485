"""Which batches a command is about, as its arguments name them."""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import NamedTuple

from simruns.cli.endings import UsageError
from simruns.cli.wording import for_commands
from simruns.core.errors import AuthError, Error, IncompleteError, IncompleteWarning, NotFoundError
from simruns.hold.completeness import Completeness
from simruns.read.batch import Batch, Suite
from simruns.read.client import Client
from simruns.read.scenario import Scenario

_IDENTIFIER = re.compile(r"[0-9a-f]{24}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
"""What the vendor's references look like: 24 hexadecimal digits, or a UUID."""
_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
"""What the Simulator's references look like; a name may, too."""


class Which(NamedTuple):
    """The batches: one, those of a file, or the newest ones of one scenario or of all."""

    scenario: str | None = None
    """A reference, or a name."""
    batch: str | None = None
    pairs: Path | None = None
    latest: int | None = None
    """How many of the newest finished batches of a scenario."""
    every: bool = False
    """Whether all scenarios are meant."""

    def __bool__(self) -> bool:
        """Whether anything is named."""
        return any((self.scenario, self.batch, self.pairs, self.latest is not None, self.every))

    def check(self) -> None:
        if self.pairs is not None:
            if any(self._replace(pairs=None)):
                raise UsageError(
                    "--pairs names the batches; leave out --scenario and --batch, --latest and "
                    "--all"
                )
            return
        if self.latest is not None and self.latest < 1:
            raise UsageError(f"--latest is {self.latest}; give 1 or more")
        if self.latest is not None and self.batch is not None:
            raise UsageError("--latest finds the batches; leave out --batch")
        if self.every and self.scenario is not None:
            raise UsageError("--all is every scenario; leave out --scenario")
        if self.every and self.latest is None:
            raise UsageError("--all needs --latest: the newest finished batch of each scenario")
        if self.latest is not None and not (self.scenario or self.every):
            raise UsageError("--latest needs --scenario, or --all")
        if self.latest is None and not (self.scenario and self.batch):
            raise UsageError(
                "no batch; give --scenario and --batch, or --pairs, or --latest with --scenario or "
                "--all"
            )

    def of(self, client: Client) -> Suite | Batch:
        """Gives the batches. What looks like the reference of a scenario is taken for one."""
        if self.pairs is not None:
            return client.batches(self.pairs)
        if self.latest is not None:
            return self._newest(client, self.latest)
        text = self.scenario or ""
        scenario = None
        if not (_IDENTIFIER.fullmatch(text) or _SLUG.fullmatch(text)):
            scenario = _found(client, text)
        if scenario is None:
            return client.batch(scenario=text, batch=self.batch)
        return self._batch_of(client, scenario)

    def surely(self, client: Client) -> Suite | Batch:
        """Gives the batches where no read tells a name from a reference, as `read` has it.

        So a word that may be either is looked up, by one listing.
        """
        meant = self.by_name(client) if self._guesses else None
        return self.of(client) if meant is None else meant

    def read(self, client: Client, act: Callable[[Suite | Batch], Completeness]) -> Completeness:
        """Has `act` read the batches, and once more where a name was taken for a reference.

        Then there was no such batch, or it had no run.
        """
        meant: Batch | None = None
        try:
            came = act(self.of(client))
            if self._guesses and _nothing_came(came):
                meant = self.by_name(client)
            if meant is None:
                return came
        except NotFoundError:
            meant = self.by_name(client) if self._guesses else None
            if meant is None:
                raise
        return act(meant)

    @property
    def _guesses(self) -> bool:
        """Whether a word was taken for a reference that may be a name as well."""
        text = self.scenario or ""
        return bool(self.batch and _SLUG.fullmatch(text) and not _IDENTIFIER.fullmatch(text))

    def by_name(self, client: Client) -> Batch | None:
        """Gives the batch of the scenario that has --scenario for its name, and not its reference.

        None: there is none, or the server does not say it.
        """
        text = self.scenario or ""
        try:
            scenarios = client.scenarios()
        except (NotFoundError, AuthError):
            return None
        if text not in scenarios or scenarios[text].reference == text:
            return None
        return self._batch_of(client, scenarios[text])

    def _batch_of(self, client: Client, scenario: Scenario) -> Batch:
        """Gives the batch of a scenario that was listed, so that its runs have its name."""
        batch = client.batch(
            project=scenario.project, scenario=scenario.reference, batch=self.batch
        )
        return Batch(client._core, batch.key, scenario)

    def _newest(self, client: Client, number: int) -> Suite:
        with warnings.catch_warnings():
            warnings.simplefilter("always", IncompleteWarning)  # of scenarios that have none
            with a_list_needed():
                if not self.every:
                    return client.latest([self.scenario or ""], n=number)
                scenarios = client.scenarios()
            if scenarios.completeness.verdict == "incomplete":
                text = f"{scenarios.completeness}; name the scenarios, by --scenario or --pairs"
                raise IncompleteError(text, kind="incomplete", text=text)
            return client.latest(scenarios or None, n=number)


def day_of(text: str | None) -> date | str | None:
    """Gives the day that is named; how long ago stays a text."""
    try:
        return None if text is None else date.fromisoformat(text)
    except ValueError:
        return text


@contextmanager
def a_list_needed() -> Iterator[None]:
    """Says what works where the server has no list of scenarios, or the key may not see it."""
    try:
        yield
    except (NotFoundError, AuthError) as error:
        if error.kind == "auth":
            raise
        raise Error(
            f"{for_commands(error)}; without a list, --scenario and --batch take references"
        ) from None


def _nothing_came(read: Completeness) -> bool:
    """Tells whether no run came, and nothing says that there is such a batch."""
    return bool(read.batches) and all(b.empty and b.verdict != "complete" for b in read.batches)


def _found(client: Client, text: str) -> Scenario | None:
    """Gives the scenario that has this reference or this name, by one listing.

    None: the server has no such list, or the key may not see it.
    """
    try:
        return client.scenario(text)
    except NotFoundError:
        return None
    except AuthError as error:
        if error.kind == "forbidden":
            return None
        raise
