"""The time of a live Simulator."""

from __future__ import annotations

from simruns import _core
from simruns.core import checks
from simruns.core.pickling import public
from simruns.simulator.arguments import checked_speed


@public
class Clock:
    """The time of a live Simulator, in seconds from its start; forward only."""

    def __init__(self, core: _core.Simulator) -> None:
        self._core = core

    @property
    def now(self) -> float:
        """Seconds since the start."""
        return self._core.now_ms() / 1000

    def advance(self, seconds: float) -> None:
        """Steps forward. What is due until then has happened when this returns."""
        self._core.advance_ms(checks.duration("seconds", seconds) * 1000)

    @property
    def speed(self) -> float:
        """How fast the time runs, as a multiple of real time; 0 moves by steps only."""
        return self._core.speed

    @speed.setter
    def speed(self, speed: float) -> None:
        self._core.speed = checked_speed(speed)
