"""Plug-ins are found without being imported, and a broken one harms nobody."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from voicenote import plugins
from voicenote.errors import BadSettings, Unavailable, VoiceUnavailable


def install(folder: Path, package: str, entry_points: str, **modules: str) -> None:
    """Lay down a distribution as an installer would: metadata and modules."""
    metadata = folder / f"{package}-1.0.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {package}\nVersion: 1.0\n")
    (metadata / "entry_points.txt").write_text(entry_points)
    for name, source in modules.items():
        (folder / f"{name}.py").write_text(source)


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.syspath_prepend(tmp_path)
    return tmp_path


def test_a_foreign_plugin_is_found_and_loaded(site: Path) -> None:
    install(
        site,
        "pigeons",
        "[voicenote.channels.v2]\npigeon = pigeon_post:Pigeon\n",
        pigeon_post="class Pigeon: wings = 2\n",
    )
    assert plugins.load(plugins.CHANNELS).good["pigeon"]().wings == 2


def test_listing_imports_nothing(site: Path) -> None:
    install(
        site,
        "pigeons",
        "[voicenote.channels.v2]\nlazy = pigeon_lazy:Pigeon\n",
        pigeon_lazy="class Pigeon: pass\n",
    )
    found = plugins.load(plugins.CHANNELS)
    assert "lazy" in found.good
    assert "pigeon_lazy" not in sys.modules


def test_the_built_in_ones_come_the_same_way() -> None:
    assert "outbox" in plugins.load(plugins.CHANNELS).good
    assert {"silent", "system", "recorded"} <= set(plugins.load(plugins.VOICES).good)


@pytest.mark.parametrize(
    ("source", "why"),
    [
        ("import nowhere_at_all\n", "ModuleNotFoundError"),
        ("raise SystemError('moulting\\nand more')\n", "SystemError: moulting"),
        ("raise SystemExit(3)\n", "SystemExit: 3"),
        ("class Dove: pass\n", "AttributeError"),
        ("def (\n", "SyntaxError"),
    ],
)
def test_a_plugin_that_fails_to_import_is_reported_and_the_others_stay(
    site: Path, source: str, why: str
) -> None:
    module = "broken_" + why.partition(":")[0]
    install(
        site,
        "pigeons",
        f"[voicenote.voices.v2]\ncoo = {module}:Pigeon\nfine = pathlib:Path\n",
        **{module: source},
    )
    found = plugins.load(plugins.VOICES)
    with pytest.raises(Unavailable) as caught:
        found.good["coo"]()
    assert why in caught.value.what
    assert "\n" not in caught.value.what
    tried = found.tried()
    assert why in tried.broken["coo"]
    assert "fine" in tried.good


def test_a_value_that_names_no_object_is_reported(site: Path) -> None:
    install(site, "pigeons", "[voicenote.voices.v2]\ncoo = not a module\n")
    found = plugins.load(plugins.VOICES)
    assert "not a module" in found.broken["coo"]
    assert "coo" not in found.good


def test_a_name_of_ours_cannot_be_taken(site: Path) -> None:
    install(site, "pigeons", "[voicenote.channels.v2]\noutbox = pathlib:Path\n")
    found = plugins.load(plugins.CHANNELS)
    assert found.broken["outbox (pigeons)"] == "voicenote has a plug-in of this name already"
    assert "outbox" in found.good


def test_a_plugin_for_another_version_of_the_port_is_left_alone(site: Path) -> None:
    install(site, "pigeons", "[voicenote.channels.v3]\nfuture = pathlib:Path\n")
    assert "future" not in plugins.load(plugins.CHANNELS).good


def test_what_is_installed_is_looked_through_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A pass makes its channels again and again."""
    from voicenote import wiring
    from voicenote.settings import load

    looked: list[str] = []
    found = plugins.load(plugins.CHANNELS)

    def load_plugins(group: str) -> plugins.Plugins:
        looked.append(group)
        return found

    monkeypatch.setattr(plugins, "load", load_plugins)
    wiring._makers.cache_clear()
    try:
        for _ in range(3):
            wiring.make_channel(load(tmp_path, {}), "outbox", wiring.now).close()
    finally:
        wiring._makers.cache_clear()
    assert looked == [plugins.CHANNELS]


def test_a_broken_voice_is_left_out_of_the_listing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its import fails with the general error, which must not hide the other voices."""
    from voicenote import wiring

    def broken() -> object:
        raise Unavailable("The plug-in parrot cannot be loaded")

    makers = plugins.load(plugins.VOICES).good
    monkeypatch.setattr(wiring, "_makers", lambda _group: {"parrot": broken, **makers})
    assert "silent" in {one.name for one in wiring.describe_voices({})}
    with pytest.raises(VoiceUnavailable, match="parrot cannot be loaded"):
        wiring.make_voice("parrot", {})


def test_a_channel_whose_plug_in_is_broken_is_a_wrong_setting(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So the engine takes it as any channel that is not set up here, and goes on without it."""
    from voicenote import wiring
    from voicenote.settings import load

    def broken() -> object:
        raise Unavailable("The plug-in pigeon cannot be loaded", "install it again")

    (tmp_path / "voicenote.toml").write_text("[channels.coo]\nkind = 'pigeon'\n")
    monkeypatch.setattr(wiring, "_makers", lambda _group: {"pigeon": broken})
    with pytest.raises(BadSettings, match="pigeon cannot be loaded") as caught:
        wiring.make_channel(load(tmp_path, {}), "coo", wiring.now)
    assert caught.value.advice == "install it again"
