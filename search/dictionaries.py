"""Finnish and Swedish base forms: simplemma's dictionaries as tries, made once per installation.

Making them takes some ten seconds and 700 MB, so it is done in a process of its own (``python -m search.dictionaries``,
which the set-up runs); loading them takes a few milliseconds and 40 MB. They are kept beside this package, or in the data
folder where that cannot be written. Until they are there a word is its own base form: searching works, inflections are
then left to the engine's tolerance of typos.
"""

import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

import simplemma
import structlog
from simplemma.strategies.dictionaries.trie_dictionary_factory import TrieDictionaryFactory

from marketplace.kernel.config import get_config

LANGUAGES = ("fi", "sv")
CACHED_WORDS = 100_000
SHORTEST_FIRST_PART, SHORTEST_LAST_PART = 3, 4
SHORTEST_PART_OF = {"fi": 4, "sv": 3}
"""Of compounds that are taken apart, where a wrong cut does more harm: Finnish has more short words to find by chance."""
VERSION = f"simplemma-{simplemma.__version__}"
BESIDE_US = Path(__file__).parent / "data" / "dictionaries"

log = structlog.get_logger("search")


class BaseForms:
    """Base forms of words in small letters, by language; without dictionaries every word is its own.

    Only what the dictionaries say counts: a word that they lack is taken apart where its parts are in them (Finnish and
    Swedish write compounds as one word), and is never cut short by guessing, which would turn a typo into another word.
    """

    def __init__(self, words: Mapping[str, Mapping[str, str]] | None = None) -> None:
        self._words = words or {}
        self.of = lru_cache(CACHED_WORDS)(self._of)
        self.parts = lru_cache(CACHED_WORDS)(self._parts)

    @property
    def are_known(self) -> bool:
        return bool(self._words)

    def is_listed(self, word: str, language: str) -> bool:
        """Whether the language's dictionary holds the word itself."""
        return word in self._words.get(language, {})

    def _of(self, word: str, language: str) -> str:
        words = self._words.get(language)
        if words is None:
            return word
        return words.get(word) or words.get(word.capitalize()) or self._of_compound(word, words) or word

    def _of_compound(self, word: str, words: Mapping[str, str]) -> str | None:
        """The base form of a compound is that of its last part; the longest last part that is known decides."""
        for cut in range(SHORTEST_FIRST_PART, len(word) - SHORTEST_LAST_PART + 1):
            first, last = word[:cut], word[cut:]
            if first in words and (base := words.get(last)) is not None:
                return first + base
        return None

    def _parts(self, word: str, language: str) -> tuple[str, ...]:
        """The base forms of the two parts of a compound, or nothing; the longest last part that is known decides.

        ``kotisiivous`` is ``koti`` and ``siivous``, ``hemvård`` is ``hem`` and ``vård``.
        """
        words = self._words.get(language, {})
        for cut in range(SHORTEST_PART_OF.get(language, SHORTEST_LAST_PART), len(word) - SHORTEST_LAST_PART + 1):
            first, last = words.get(word[:cut]), words.get(word[cut:])
            if first is not None and last is not None:
                return first, last
        return ()


class _Current:
    """The base forms that this process uses: replaced in one step when the dictionaries are there."""

    forms = BaseForms()


def base_forms() -> BaseForms:
    return _Current.forms


def load(folder: Path) -> None:
    """Loads the dictionaries, making them first where there are none. Blocks; safe in several processes at once.

    ``folder`` is where they are made if not beside the package.
    """
    if _Current.forms.are_known:
        return
    kept = _kept_in(folder)
    if not _is_complete(kept):
        log.info("making dictionaries of base forms", folder=str(kept))
        subprocess.run([sys.executable, "-m", "search.dictionaries", str(kept)], check=True)  # noqa: S603 - ourselves
    factory = TrieDictionaryFactory(disk_cache_dir=str(kept))
    words = {language: factory.get_dictionary(language) for language in LANGUAGES}
    _Current.forms = BaseForms(words)


def load_in_background(folder: Path) -> threading.Thread:
    """Loads beside the running process, which serves meanwhile."""
    thread = threading.Thread(target=load, args=(folder,), name="dictionaries", daemon=True)
    thread.start()
    return thread


def _kept_in(folder: Path) -> Path:
    """Where the dictionaries are; where none are, the first place that can be written."""
    places = [BESIDE_US / VERSION, folder / VERSION, Path(tempfile.gettempdir()) / "setelitori-dictionaries" / VERSION]
    complete = next((place for place in places if _is_complete(place)), None)
    return complete or next(place for place in places if _can_be_written(place))


def _is_complete(folder: Path) -> bool:
    return all((folder / f"{language}.dic").is_file() for language in LANGUAGES)


def _can_be_written(folder: Path) -> bool:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        return False
    return os.access(folder, os.W_OK)


def make(folder: Path) -> None:
    """Makes the dictionaries beside the folder and moves them in, so that nobody ever reads half a file."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder) as making:
        factory = TrieDictionaryFactory(disk_cache_dir=making)
        for language in LANGUAGES:
            factory.get_dictionary(language)
            os.replace(Path(making) / f"{language}.dic", folder / f"{language}.dic")  # noqa: PTH105 - atomic on purpose


def make_once(folder: Path) -> None:
    """What the set-up runs: makes the dictionaries where there are none yet."""
    kept = _kept_in(folder)
    if not _is_complete(kept):
        make(kept)


if __name__ == "__main__":
    if len(sys.argv) > 1:
        make(Path(sys.argv[1]))
    else:
        make_once(get_config().data_path / "dictionaries")
