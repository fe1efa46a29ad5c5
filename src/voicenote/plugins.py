"""Find channels, voices, writers and ears by entry points: our own and those of other packages.

A plug-in is a package with one line in its metadata, in the group of its port::

    [project.entry-points."voicenote.channels.v2"]
    pigeon = "voicenote_pigeon:Pigeon"

The group's name ends in the version of the port, so a plug-in for another version isn't used by
mistake. voicenote's own work the same way. A broken plug-in is reported, and
never fatal.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from voicenote.errors import Unavailable

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

CHANNELS = "voicenote.channels.v2"
VOICES = "voicenote.voices.v2"
WRITERS = "voicenote.writers.v1"
EARS = "voicenote.ears.v1"
#: The channel that needs no settings, and works for every customer.
FALLBACK = "outbox"


@dataclass(frozen=True, slots=True)
class Plugins:
    """The plug-ins of a group. Listing imports nothing; a loader imports when it is called.

    `good` maps each name, in order, to a loader: it returns the object that the entry point names
    (usually a class) or raises `Unavailable`. `broken` maps each name to the reason why it cannot
    be used, in one line.
    """

    good: Mapping[str, Callable[[], Any]]
    broken: Mapping[str, str]

    def tried(self) -> Plugins:
        """Return the group after loading each plug-in, with failures moved to `broken`."""
        good, broken = {}, dict(self.broken)
        for name, loader in self.good.items():
            try:
                loader()
            except Unavailable as problem:
                broken[name] = problem.what
            else:
                good[name] = loader
        return Plugins(good, broken)


def load(group: str) -> Plugins:
    """Return the installed plug-ins of a group (`CHANNELS`, `VOICES`, `WRITERS` or `EARS`).

    If two packages offer the same name, voicenote's own is used, else the first by package name;
    the other one is `broken` under "name (package)".
    """
    from importlib.metadata import entry_points

    return sorted_out(entry_points(group=group))


def sorted_out(points: Iterable[EntryPoint]) -> Plugins:
    """Sort entry points into good and broken ones, without importing any."""
    good: dict[str, Callable[[], Any]] = {}
    broken: dict[str, str] = {}
    takers: dict[str, str] = {}
    for package, point in sorted(
        ((one.dist.name if one.dist else "an unknown package", one) for one in points),
        key=lambda pair: (pair[0] != "voicenote", pair[0], pair[1].name),
    ):
        if point.name in takers:
            if package != takers[point.name]:
                broken[f"{point.name} ({package})"] = (
                    f"{takers[point.name]} has a plug-in of this name already"
                )
        elif point.pattern.fullmatch(point.value) is None:
            broken[point.name] = f"{package} names it by {point.value!r}, not by module:object"
        else:
            takers[point.name] = package
            good[point.name] = _loader(point, package)
    return Plugins(dict(sorted(good.items())), dict(sorted(broken.items())))


def _loader(point: EntryPoint, package: str) -> Callable[[], Any]:
    def loader() -> Any:
        try:
            return point.load()
        except (Exception, SystemExit) as problem:  # other packages may raise anything on import
            said = str(problem).strip().splitlines()
            why = f"{type(problem).__name__}: {said[0]}" if said else type(problem).__name__
            raise Unavailable(
                f"The plug-in {point.name} of {package} cannot be loaded: {why}",
                f"Install {package} again, or what it asks for; or remove it.",
            ) from problem

    return loader
