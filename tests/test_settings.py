from pathlib import Path

import pytest

from assistant.errors import SettingsError
from assistant.settings import Settings, index_path, load_settings


def test_flags_beat_the_environment_which_beats_the_file_which_beats_the_defaults(tmp_path: Path):
    (tmp_path / "assistant.toml").write_text("port = 1\nk = 2\nmax_citations = 4\n")
    settings = load_settings(tmp_path, {"ASSISTANT_PORT": "5", "ASSISTANT_K": "6", "OTHER": "x"}, port=9, index=None)
    assert (settings.port, settings.k, settings.max_citations) == (9, 6, 4)
    assert settings.index == Settings().index


@pytest.mark.parametrize("text", ["nonsense = 1", "port = 'x'", "port = 70000", "k = true", "k = [1]", "= broken", "k = 1.5"])
def test_a_wrong_setting_is_one_clear_line(tmp_path: Path, text: str):
    (tmp_path / "assistant.toml").write_text(text)
    with pytest.raises(SettingsError) as caught:
        load_settings(tmp_path, {})
    assert "\n" not in caught.value.hint
    assert caught.value.hint


def test_an_unknown_quality_names_the_known_ones():
    with pytest.raises(SettingsError) as caught:
        Settings(quality="slow")
    assert "best, fast" in caught.value.hint


def test_an_index_is_a_name_or_a_path(tmp_path: Path):
    (tmp_path / "indexes").mkdir()
    (tmp_path / "seeds").mkdir()
    assert index_path("news", tmp_path) == tmp_path / "indexes" / "news"
    assert index_path("./news", tmp_path) == Path("./news")
    assert index_path("/a/news", tmp_path) == Path("/a/news")
    assert tmp_path not in index_path("news", tmp_path / "indexes").parents
    with pytest.raises(SettingsError):
        index_path(" ", tmp_path)
