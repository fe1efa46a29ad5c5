"""Settings: what loads, what is refused and how well it is said, what is written back."""

from __future__ import annotations

import contextlib
import copy
import errno
import pickle
import subprocess
import sys
import tempfile
import time
import tomllib
from pathlib import Path
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicenote.errors import BadSettings, Problem, Unavailable
from voicenote.options.secret_storage import keep_in_file, keep_in_keyring, why_no_keyring
from voicenote.settings import (
    Profile,
    Secret,
    Settings,
    commented_toml,
    find_home,
    load,
    save_profile,
    save_setting,
    save_table,
)
from voicenote.settings.parsing import Structure
from voicenote.settings.schema import NAMED, TABLES


def write(home: Path, text: str) -> Path:
    file = home / "voicenote.toml"
    file.write_text(text, encoding="utf-8")
    return file


def problems(home: Path, text: str = "", env: dict[str, str] | None = None) -> list[Problem]:
    if text:
        write(home, text)
    with pytest.raises(BadSettings) as caught:
        load(home, env or {})
    assert caught.value.exit_code == 78
    return list(caught.value.problems)


def test_without_a_file_there_are_defaults(tmp_path: Path) -> None:
    assert load(tmp_path, {}) == Settings(home=tmp_path, file=tmp_path / "voicenote.toml")


def test_every_table_of_the_design_loads(tmp_path: Path) -> None:
    write(
        tmp_path,
        """
        [owner]
        name = "רות"
        time_zone = "Asia/Jerusalem"
        [voice]
        engine = "system"
        rate = 150
        [voice.pl]
        voice = "pl"
        [schedule]
        quiet_hours = "off"
        [plans.mine]
        steps = [{kind = "check-in", after = "P7D"}]
        [policy]
        rounds = 2
        auto_approve = []
        [channels.mail]
        kind = "email"
        host = "localhost"
        [intake.cfpb]
        map = {what_happened = "Consumer complaint narrative"}
        default = {customer = "customer"}
        """,
    )
    settings = load(tmp_path, {})
    assert settings.owner.name == "רות"
    assert (settings.voice.of("pl-PL").voice, settings.voice.of("pl").rate) == ("pl", 150)
    assert settings.voice.of("he").engine == "system"
    assert settings.plans["mine"]["steps"][0]["after"] == "P7D"
    assert settings.policy.auto_approve == ()
    assert settings.channels["mail"].kind == "email"
    assert settings.channels["mail"].options == {"host": "localhost"}
    assert settings.intake["cfpb"].map == {"what_happened": "Consumer complaint narrative"}


def test_every_problem_is_reported_at_once_with_its_line(tmp_path: Path) -> None:
    found = problems(
        tmp_path,
        "[owner]\n"
        'nmae = "Ada"\n'
        'time_zone = "Mars/Olympus"\n'
        "[sound]\n"
        'bitrate = "high"\n'
        'renditions = ["wav"]\n'
        "[shcedule]\n"
        "[chanel.mail]\n",
    )
    assert sorted((p.line, p.field) for p in found) == [
        (2, "owner.nmae"),
        (3, "owner.time_zone"),
        (5, "sound.bitrate"),
        (6, "sound.renditions"),
        (7, "shcedule"),
        (8, "chanel"),
    ]
    assert all(p.what and p.advice and p.file.endswith("voicenote.toml") for p in found)
    advice = {p.field: p.advice for p in found}
    assert advice["owner.nmae"] == "did you mean name?"
    assert advice["shcedule"] == "did you mean schedule?"


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ('owner = "me"', "owner"),
        ("[owner]\nname = 3", "owner.name"),
        ('[owner]\nlanguage = "english please"', "owner.language"),
        ('[owner]\nemail = "nobody"', "owner.email"),
        ("[voice]\ndisclosure = 1", "voice.disclosure"),
        ('[voice.x]\nengine = "system"', "voice.x"),
        ('[voice.en]\nengin = "system"', "voice.en.engin"),
        ("[sound]\nbitrate = true", "sound.bitrate"),
        ("[sound]\nloudness = 3", "sound.loudness"),
        ("[sound]\nloudness = nan", "sound.loudness"),
        ('[schedule]\nholidays = "Germany"', "schedule.holidays"),
        ('[schedule]\ntoo_late = "3 days"', "schedule.too_late"),
        ('[schedule]\ntoo_late = "P"', "schedule.too_late"),
        ("[policy]\nmemo_hours = 3", "policy.memo_hours"),
        ("[policy]\ncompensation_refuse = 90", "policy.compensation_refuse"),
        ("[plans]\nmine = 3", "plans.mine"),
        ("[channels.mail]\nkind = 3", "channels.mail.kind"),
        ("[intake.x]\nmap = {a = 1}", "intake.x.map"),
        ('[ledger]\nurl = "somewhere"', "ledger.url"),
        ("[retention]\nsound_days = 30", "retention"),
    ],
)
def test_one_wrong_value_is_one_problem(tmp_path: Path, text: str, field: str) -> None:
    assert [p.field for p in problems(tmp_path, text)] == [field]


def test_broken_toml_names_its_line(tmp_path: Path) -> None:
    (problem,) = problems(tmp_path, '[owner]\nname = "Ada\n')
    assert problem.line == 2


def test_a_byte_order_mark_does_no_harm(tmp_path: Path) -> None:
    (tmp_path / "voicenote.toml").write_bytes(b"\xef\xbb\xbf[owner]\nname = 'Ada'\n")
    assert load(tmp_path, {}).owner.name == "Ada"


@pytest.mark.parametrize("content", [b"\xff\xfe[\x00", b"\x80\x81"])
def test_binary_is_a_clear_refusal(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "voicenote.toml").write_bytes(content)
    with pytest.raises(BadSettings, match="UTF-8"):
        load(tmp_path, {})


def test_a_folder_in_place_of_the_file_is_a_clear_refusal(tmp_path: Path) -> None:
    (tmp_path / "voicenote.toml").mkdir()
    with pytest.raises(BadSettings, match="cannot be read"):
        load(tmp_path, {})


@pytest.mark.parametrize(
    ("name", "value", "dotted", "wanted"),
    [
        ("OWNER__NAME", "Ada", "owner.name", "Ada"),
        ("OWNER__NAME", '"Ada"', "owner.name", "Ada"),
        ("OWNER__NAME", "1984", "owner.name", "1984"),
        ("SOUND__BITRATE", "24", "sound.bitrate", 24),
        ("VOICE__DISCLOSURE", "false", "voice.disclosure", False),
        ("SOUND__RENDITIONS", '["ogg"]', "sound.renditions", ("ogg",)),
        ("POLICY__MEMO_HOURS", "12.5", "policy.memo_hours", 12.5),
    ],
)
def test_the_environment_wins(
    tmp_path: Path, name: str, value: str, dotted: str, wanted: object
) -> None:
    write(tmp_path, '[owner]\nname = "File"\n[sound]\nbitrate = 48\n')
    settings = load(tmp_path, {f"VOICENOTE_{name}": value})
    table, key = dotted.split(".")
    assert getattr(getattr(settings, table), key) == wanted


def test_a_variable_reaches_a_table_whose_name_has_a_dash(tmp_path: Path) -> None:
    write(tmp_path, "[channels.my-mail]\nkind = 'email'\n")
    settings = load(tmp_path, {"VOICENOTE_CHANNELS__MY_MAIL__HOST": "localhost"})
    assert settings.channels["my-mail"].options == {"host": "localhost"}


def test_a_wrong_variable_is_named(tmp_path: Path) -> None:
    env = {
        "VOICENOTE_SOUND__BITRATE": "loud",
        "VOICENOTE_SUOND__BITRATE": "24",
        "VOICENOTE_HOME": "/x",
        "VOICENOTE___": "",
    }
    assert {p.field for p in problems(tmp_path, env=env)} == {
        "VOICENOTE_SOUND__BITRATE",
        "suond",
        "VOICENOTE___",
    }


def test_a_variable_for_what_the_file_has_as_a_value(tmp_path: Path) -> None:
    found = problems(tmp_path, "owner = 3\n", {"VOICENOTE_OWNER__NAME": "Ada"})
    assert "VOICENOTE_OWNER__NAME" in {p.field for p in found}


def test_a_secret_is_fetched_when_asked_and_never_shown(tmp_path: Path) -> None:
    write(
        tmp_path,
        '[channels.mail]\npassword = {env = "PW"}\nuser = "me"\n'
        '[channels.telegram]\ntoken = {command = "printf hunter3"}\n',
    )
    settings = load(tmp_path, {"PW": "hunter2"})
    password = settings.channels["mail"].options["password"]
    token = settings.channels["telegram"].options["token"]
    assert password.reveal() == "hunter2"
    assert token.reveal() == "hunter3"
    shown = f"{settings!r} {settings} {password} {token:>30}"
    assert "hunter" not in shown


def test_a_reference_and_a_map_can_be_given_key_by_key(tmp_path: Path) -> None:
    env = {
        "VOICENOTE_CHANNELS__MAIL__PASSWORD__ENV": "PW",
        "VOICENOTE_CHANNELS__TELEGRAM__TOKEN": '{env = "PW"}',
        "VOICENOTE_INTAKE__X__MAP__CUSTOMER": "1",
        "PW": "hunter2",
    }
    settings = load(tmp_path, env)
    assert settings.channels["mail"].options["password"].reveal() == "hunter2"
    assert settings.channels["telegram"].options["token"].reveal() == "hunter2"
    assert settings.intake["x"].map == {"customer": "1"}


def test_an_owner_has_a_voice_of_their_own(tmp_path: Path) -> None:
    write(
        tmp_path,
        '[voice]\nengine = "hibari"\n[voice.pl]\nengine = "system"\nrate = 150\n'
        '[voice.owner."Bo Reed".pl]\nvoice = "pl"\n'
        '[voice.owner.Eva]\nengine = "endpoint"\nlanguages = ["pl", "en-GB"]\n',
    )
    voice = load(tmp_path, {}).voice
    assert (voice.of("pl").engine, voice.of("pl").voice) == ("system", "")
    assert (voice.of("pl", "Bo Reed").engine, voice.of("pl", "Bo Reed").voice) == ("system", "pl")
    assert (voice.of("en", "Bo Reed").engine, voice.of("pl", "Bo Reed").rate) == ("hibari", 150)
    assert voice.of("pl", "Eva").engine == "endpoint"
    assert voice.of("pl", "Eva").options == {"languages": ["pl", "en-GB"]}
    assert voice.of("pl", "somebody else") == voice.of("pl")


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ('[voice]\nowner = "Eva"', "voice.owner"),
        ('[voice.owner.Eva]\nengin = "system"', "voice.owner.Eva.engin"),
        ('[voice.owner.Eva.english]\nengine = "system"', "voice.owner.Eva.english"),
        ("[voice.owner.Eva]\ndisclosure = false", "voice.owner.Eva.disclosure"),
    ],
)
def test_a_wrong_voice_is_named_where_it_stands(tmp_path: Path, text: str, where: str) -> None:
    assert where in {problem.field for problem in problems(tmp_path, text)}


def test_a_password_inside_a_url_is_refused(tmp_path: Path) -> None:
    (problem,) = problems(tmp_path, '[channels.a]\nurls = ["mailto://me:hunter2@host"]\n')
    assert "hunter2" not in str(problem)


def test_a_secret_is_copied_but_not_pickled() -> None:
    secret = Secret("env", "PW", {"PW": "hunter2"})
    assert copy.deepcopy(secret) is secret
    with pytest.raises(TypeError):
        pickle.dumps(secret)


@given(st.text())
def test_any_text_at_all_loads_or_is_a_clear_refusal(text: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        (home / "voicenote.toml").write_bytes(text.encode("utf-8", "surrogatepass"))
        with contextlib.suppress(BadSettings):
            load(home, {"VOICENOTE_OWNER__NAME": text, "VOICENOTE_SOUND__BITRATE": text})


_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.dates(),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["env", "password", "kind", "en", "map", "x"]), inner)
    ),
    max_leaves=9,
)


@given(st.dictionaries(st.sampled_from([*TABLES, *NAMED, "x"]), _VALUES))
def test_any_shape_at_all_is_structured_or_noted(given_tables: dict[str, object]) -> None:
    structure = Structure({})
    settings = structure.settings(Path("home"), Path("home/voicenote.toml"), given_tables)
    assert isinstance(settings, Settings)
    assert all(problem.what and problem.field for problem in structure.problems)


def test_a_secret_given_by_the_environment_itself(tmp_path: Path) -> None:
    settings = load(tmp_path, {"VOICENOTE_CHANNELS__MAIL__PASSWORD": "12345"})
    password = settings.channels["mail"].options["password"]
    assert password.reveal() == "12345"
    assert "12345" not in repr(settings)


@pytest.mark.parametrize(
    "line", ['password = "x"', 'api_key = "x"', "bot-token = 12", 'secret = {env = "A", b = "c"}']
)
def test_a_secret_in_plain_text_is_refused_without_repeating_it(tmp_path: Path, line: str) -> None:
    (problem,) = problems(tmp_path, f"[channels.mail]\n{line}\n")
    assert "env" in problem.advice
    assert "x" not in problem.what.split()


def test_a_ledger_url_with_a_password_is_refused_in_the_file_only(tmp_path: Path) -> None:
    url = "postgresql://me:hunter2@host/db"
    (problem,) = problems(tmp_path, f'[ledger]\nurl = "{url}"\n')
    assert "hunter2" not in str(problem)
    settings = load(tmp_path, {"VOICENOTE_LEDGER__URL": url})
    assert "hunter2" not in repr(settings)
    assert settings.ledger.address(tmp_path) == url


def test_the_ledger_is_sqlite_in_the_workspace(tmp_path: Path) -> None:
    assert load(tmp_path, {}).ledger.address(tmp_path).endswith("/ledger.db")


@pytest.mark.parametrize(
    ("way", "name", "error"),
    [
        ("env", "NOT_SET", BadSettings),
        ("command", "true", BadSettings),
        ("command", "false", Unavailable),
        ("command", "no-such-program-here", Unavailable),
        ("command", "unclosed 'quote", Unavailable),
    ],
)
def test_a_secret_that_is_not_there(way: str, name: str, error: type[Exception]) -> None:
    with pytest.raises(error) as caught:
        Secret(way, name, {}).reveal()
    assert caught.value.advice  # type: ignore[attr-defined]


def test_a_missing_keyring_library_is_explained(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "keyring", None)
    with pytest.raises(Unavailable, match="not installed"):
        Secret("keyring", "voicenote/me", {}).reveal()


def test_home_is_the_option_then_the_variable_then_the_platforms(tmp_path: Path) -> None:
    env = {"VOICENOTE_HOME": str(tmp_path / "env")}
    assert find_home(tmp_path / "option", env) == tmp_path / "option"
    assert find_home(None, env) == tmp_path / "env"
    assert find_home(None, {}).name == "voicenote"


def test_the_commented_file_loads_to_the_defaults(tmp_path: Path) -> None:
    write(tmp_path, commented_toml())
    assert load(tmp_path, {}) == Settings(home=tmp_path, file=tmp_path / "voicenote.toml")


def test_the_commented_file_with_every_comment_taken_away_loads_to_the_defaults(
    tmp_path: Path,
) -> None:
    head = commented_toml().split("# Tables with names of your own")[0]
    lines = [
        line.removeprefix("#") if line.startswith("#") and not line.startswith("# ") else line
        for line in head.splitlines()
    ]
    write(tmp_path, "\n".join(lines))
    assert "name" in tomllib.loads("\n".join(lines))["owner"]
    assert load(tmp_path, {}) == Settings(home=tmp_path, file=tmp_path / "voicenote.toml")


def test_the_examples_of_the_commented_file_load(tmp_path: Path) -> None:
    tail = commented_toml().split("# Tables with names of your own")[1]
    lines = [line.removeprefix("#") for line in tail.splitlines() if not line.startswith("# ")]
    write(tmp_path, "\n".join(lines[1:]))
    assert load(tmp_path, {}).channels["mail"].kind == "email"


def test_answers_are_written_into_the_commented_file(tmp_path: Path) -> None:
    answers = {"owner.name": 'Ada "the" \\ Baker רות', "owner.time_zone": "Europe/Tallinn"}
    write(tmp_path, commented_toml(answers))
    assert load(tmp_path, {}).owner.name == answers["owner.name"]
    with pytest.raises(KeyError):
        commented_toml({"owner.shoe_size": 3})


def test_a_profile_is_saved_beside_what_is_there(tmp_path: Path) -> None:
    file = write(tmp_path, "# mine\n[owner]\nname = 'Ada' # me\n\n[intake.old]\nsource = 'old'\n")
    mapping = {"what_happened": 'The "complaint"'}
    save_profile(file, "new one", Profile(map=mapping, default={"customer": "x"}, source="cfpb"))
    save_profile(file, "new one", Profile(map=mapping, default={"customer": "y"}, source="cfpb"))
    settings = load(tmp_path, {})
    assert settings.intake["new one"] == Profile(
        map=mapping, default={"customer": "y"}, source="cfpb"
    )
    assert settings.intake["old"].source == "old"
    assert file.read_text(encoding="utf-8").startswith("# mine\n[owner]\nname = 'Ada' # me\n")
    assert [path.name for path in tmp_path.iterdir()] == ["voicenote.toml"]


COMMENTED = '# mine\n[owner]\n# Where.\n#email = ""  # for example x\n\n# Next.\n[sound]\n'


def test_a_channel_is_written_beside_what_is_there(tmp_path: Path) -> None:
    file = write(tmp_path, f"{COMMENTED}[channels.old]\nkind = 'outbox' # me\n")
    save_table(file, "channels", "mail", {"kind": "email", "password": {"env": "X"}})
    text = file.read_text(encoding="utf-8")
    assert text.startswith(f"{COMMENTED}[channels.old]\nkind = 'outbox' # me\n")
    assert 'password = {env = "X"}' in text
    assert load(tmp_path, {}).channels["mail"].kind == "email"


def test_a_table_written_again_keeps_its_remarks_and_what_is_to_stay(tmp_path: Path) -> None:
    table = "[channels.mail]\n# by hand\nkind = 'email' # me\nper_run = 3\ntoken = {env = 'T'}\n"
    file = write(tmp_path, table)
    save_table(file, "channels", "mail", {"kind": "email", "host": "x"}, keep={"per_run"})
    text = file.read_text(encoding="utf-8")
    assert "# by hand" in text
    assert "# me" in text
    assert "token" not in text
    assert load(tmp_path, {}).channels["mail"].per_run == 3


@pytest.mark.parametrize(
    "text", ["", "# only this\n", COMMENTED, "[owner]\nname = 'Ada'\n", commented_toml()]
)
def test_one_setting_is_written(tmp_path: Path, text: str) -> None:
    file = write(tmp_path, text)
    save_setting(file, "owner", "email", "ada@bakery.example")
    save_setting(file, "owner", "email", "ada@tamm.example")
    assert load(tmp_path, {}).owner.email == "ada@tamm.example"
    kept = [line for line in text.splitlines() if "email" not in line]
    assert set(kept) <= set(file.read_text(encoding="utf-8").splitlines())


def test_a_setting_takes_the_place_of_its_comment(tmp_path: Path) -> None:
    file = write(tmp_path, COMMENTED)
    save_setting(file, "owner", "email", "ada@bakery.example")
    written = COMMENTED.replace('#email = ""  # for example x', 'email = "ada@bakery.example"')
    assert file.read_text(encoding="utf-8") == written


def test_a_secret_may_be_in_a_file_of_the_workspace(tmp_path: Path) -> None:
    reference = keep_in_file(tmp_path, "mail", "pässword 1")
    write(tmp_path, f'[channels.mail]\nhost = "x"\npassword = {{file = "{reference["file"]}"}}\n')
    secret = load(tmp_path, {}).channels["mail"].options["password"]
    assert secret.reveal() == "pässword 1"
    assert (tmp_path / "secrets" / "mail").stat().st_mode & 0o077 == 0
    (tmp_path / "secrets" / "mail").unlink()
    with pytest.raises(BadSettings, match="cannot be read"):
        secret.reveal()


def test_a_secret_is_kept_before_there_is_a_workspace(tmp_path: Path) -> None:
    """A channel may be set up first."""
    kept = keep_in_file(tmp_path / "new", "mail", "pässword 1")
    assert (tmp_path / "new" / kept["file"]).read_text("utf-8") == "pässword 1\n"


@pytest.mark.skipif(sys.platform == "win32", reason="modes are those of POSIX")
@pytest.mark.parametrize("mode", [0o755, 0o701, None])
def test_no_secret_is_written_where_others_may_look(tmp_path: Path, mode: int | None) -> None:
    """A folder that is open to them, or, without a mode, a link to one."""
    other = tmp_path / "other"
    other.mkdir(mode=0o700)
    if mode is None:
        (tmp_path / "secrets").symlink_to(other)
    else:
        (tmp_path / "secrets").mkdir()
        (tmp_path / "secrets").chmod(mode)
        tmp_path.chmod(0o755)
    why = "is a link to another folder" if mode is None else "others on this machine may open"
    with pytest.raises(Unavailable, match=why) as refused:
        keep_in_file(tmp_path, "mail", "pässword 1")
    assert str(tmp_path / "secrets") in refused.value.advice
    assert not list(other.iterdir())


@pytest.mark.skipif(sys.platform == "win32", reason="modes are those of POSIX")
def test_a_secret_is_written_where_the_workspace_keeps_others_out(tmp_path: Path) -> None:
    (tmp_path / "secrets").mkdir()
    (tmp_path / "secrets").chmod(0o755)
    tmp_path.chmod(0o700)
    keep_in_file(tmp_path, "mail", "pässword 1")
    assert (tmp_path / "secrets" / "mail").stat().st_mode & 0o077 == 0


class Ring:
    """A keyring in memory, which may forget or refuse."""

    def __init__(self, priority: float = 5, *, forgets: bool = False) -> None:
        self.priority, self.forgets = priority, forgets
        self.kept: dict[tuple[str, str], str] = {}

    def get_keyring(self) -> Ring:
        return self

    def get_password(self, service: str, user: str) -> str | None:
        return None if self.forgets else self.kept.get((service, user))

    def set_password(self, service: str, user: str, password: str) -> None:
        if not self.priority:
            raise RuntimeError(f"no backend for {password}")
        self.kept[service, user] = password


def test_a_secret_may_be_in_the_keyring(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "keyring", cast("Any", Ring()))
    assert why_no_keyring() == ""
    reference = keep_in_keyring("voicenote", "mail-ada@bakery.example", "pässword 1")
    assert Secret("keyring", reference["keyring"], {}).reveal() == "pässword 1"


@pytest.mark.parametrize("ring", [None, Ring(0), Ring(5, forgets=True)])
def test_a_keyring_that_keeps_nothing_is_known_and_shows_no_secret(
    monkeypatch: pytest.MonkeyPatch, ring: Ring | None
) -> None:
    monkeypatch.setitem(sys.modules, "keyring", cast("Any", ring))
    assert bool(why_no_keyring()) == (ring is None or not ring.priority)
    with pytest.raises(Unavailable) as refused:
        keep_in_keyring("voicenote", "ada", "hunter2")
    assert "hunter2" not in refused.value.in_one_line


def test_a_profile_makes_the_file_when_there_is_none(tmp_path: Path) -> None:
    save_profile(tmp_path / "voicenote.toml", "a", Profile(map={"customer": "Name"}))
    assert load(tmp_path, {}).intake["a"].map == {"customer": "Name"}


def test_the_file_is_replaced_and_not_written_over(tmp_path: Path) -> None:
    file = write(tmp_path, "# mine\n")
    before = tmp_path / "before"
    before.hardlink_to(file)
    save_profile(file, "a", Profile(map={"customer": "Name"}))
    assert before.read_text(encoding="utf-8") == "# mine\n"


def test_a_full_disk_leaves_the_file_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    file = write(tmp_path, "# mine\n")
    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(Unavailable, match="No space left"):
        save_profile(file, "a", Profile(map={"customer": "Name"}))
    assert [path.name for path in tmp_path.iterdir()] == ["voicenote.toml"]
    assert file.read_text(encoding="utf-8") == "# mine\n"


def test_a_profile_is_not_added_to_a_broken_file(tmp_path: Path) -> None:
    file = write(tmp_path, "[owner\n")
    with pytest.raises(BadSettings):
        save_profile(file, "a", Profile())
    assert file.read_text(encoding="utf-8") == "[owner\n"


def test_a_profile_survives_the_commented_file(tmp_path: Path) -> None:
    file = write(tmp_path, commented_toml())
    save_profile(file, "a", Profile(default={"language": "en"}, source="s"))
    assert load(tmp_path, {}).intake["a"].default == {"language": "en"}


def test_loading_imports_nothing_heavy(tmp_path: Path) -> None:
    write(tmp_path, '[owner]\ntime_zone = "Europe/Warsaw"\n')
    code = (
        "import sys, pathlib, voicenote.settings as s; s.load(pathlib.Path(sys.argv[1]), {});"
        "print(*[m for m in ('attr','cattrs','tomlkit','pydantic','platformdirs','subprocess',"
        "'sqlalchemy','numpy','keyring') if m in sys.modules])"
    )
    command = [sys.executable, "-c", code, str(tmp_path)]
    assert subprocess.run(command, check=True, capture_output=True, text=True).stdout == "\n"


def test_loading_takes_no_time(tmp_path: Path) -> None:
    write(tmp_path, commented_toml())
    start = time.process_time()
    load(tmp_path, {})
    assert time.process_time() - start < 0.04


@pytest.mark.parametrize(
    ("key", "place"),
    [
        ('"env:SPEECH_KEY"', "env:SPEECH_KEY"),
        ('{env = "SPEECH_KEY"}', "env:SPEECH_KEY"),
        ('{keyring = "voicenote/me"}', "keyring:voicenote/me"),
        ('"file:/run/secrets/key"', "file:/run/secrets/key"),
        ('""', ""),
        ('"sk-123"', None),
        ('"file:x"', None),
    ],
)
def test_the_key_of_a_voice_is_only_ever_a_reference(
    tmp_path: Path, key: str, place: str | None
) -> None:
    text = f'[voice.en]\nengine = "endpoint"\nurl = "http://localhost/v1"\nkey = {key}\n'
    if place is None:
        (problem,) = problems(tmp_path, text)
        assert (problem.field, problem.line) == ("voice.en.key", 4)
        assert "sk-123" not in str(problem)
    else:
        write(tmp_path, text)
        assert load(tmp_path, {}).voice.of("en").options["key"] == place


def test_another_engine_has_options_of_its_own(tmp_path: Path) -> None:
    write(
        tmp_path,
        '[voice]\nengine = "endpoint"\nurl = "http://localhost/v1"\nrate = 150\n'
        '[voice.en]\nvoice = "ada"\n[voice.pl]\nengine = "system"\n',
    )
    voice = load(tmp_path, {}).voice
    assert voice.of("en").given == {"voice": "ada", "rate": 150, "url": "http://localhost/v1"}
    assert voice.of("pl").given == {}


def test_a_number_that_python_does_not_read_is_told(tmp_path: Path) -> None:
    (one,) = problems(tmp_path, "[voice]\nrate = " + "9" * 5000)
    assert "digits" in one.what
    load(tmp_path.with_name("none"), {"VOICENOTE_OWNER__NAME": "9" * 5000})


def test_what_is_too_long_for_settings_is_not_read(tmp_path: Path) -> None:
    write(tmp_path, "a = " + "1" * 2_000_000)
    with pytest.raises(BadSettings, match="longer than a megabyte"):
        load(tmp_path, {})


def test_the_owners_gender_is_one_of_two_words_or_left_out(tmp_path: Path) -> None:
    assert load(tmp_path, {}).owner.gender == ""
    assert load(tmp_path, {"VOICENOTE_OWNER__GENDER": "woman"}).owner.gender == "woman"
    (problem,) = problems(tmp_path, '[owner]\ngender = "she"\n')
    assert problem.advice == "known: woman, man"


def test_a_profile_keeps_how_a_file_is_read(tmp_path: Path) -> None:
    """Not only its columns."""
    profile = Profile(
        map={"customer": "column 1"}, where="rating <= 2", delimiter="\t", encoding="cp1250",
        sheet="Open", keep_all=True, lines=True, no_header=True, no_quotes=True, day_first=True,
    )  # fmt: skip
    save_profile(tmp_path / "voicenote.toml", "a", profile)
    assert load(tmp_path, {}).intake["a"] == profile


@pytest.mark.parametrize(
    ("text", "line", "field", "first"),
    [
        ('[writer]\nkind = "template"\n\n[writer]\nkind = "endpoint"\n', 4, "writer", 1),
        ('[owner]\nname = "Ada"\n\nname = "Bo"\n', 4, "owner.name", 2),
        ("[voice.et]\nrate = 90\n[voice.et]\n", 3, "voice.et", 1),
    ],
)
def test_what_is_there_twice_names_both_lines(
    tmp_path: Path, text: str, line: int, field: str, first: int
) -> None:
    (problem,) = problems(tmp_path, text)
    assert (problem.line, problem.field) == (line, field)
    assert problem.what == "this is there twice"
    assert f"the first is on line {first}" in problem.advice
