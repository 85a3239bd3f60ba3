"""Finding, keeping and compiling the translated texts, with Python alone (no gettext programs are needed).

Each app has one Chinese catalogue, ``apps/<app>/locale/zh_Hans/LC_MESSAGES/django.po``. It holds the texts of
``apps/<app>/**.py`` and of ``templates/<app>/**``; ``common`` also has the templates that belong to no app. One more,
``config/locale/…``, holds the texts of installed packages that bring no Chinese for them. Django merges all of them into one, so
no two may translate the same text differently: a text that means two things has a context. The ``.mo`` files that Django reads are
compiled when a process starts and are never committed.
"""

import ast
import contextlib
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import django
import polib
from django.apps import apps as installed
from django.utils.translation.template import templatize

BASE_DIR = Path(__file__).resolve().parents[2]
APPS = BASE_DIR / "apps"
TEMPLATES = BASE_DIR / "templates"
LOCALE = Path("locale", "zh_Hans", "LC_MESSAGES")
# The catalogue of what packages leave untranslated, named like an app.
PACKAGES = "packages"
# Where Django itself has texts, beside its apps.
_OF_DJANGO = ("core", "db", "forms", "http", "middleware", "template", "urls", "utils", "views")
# Which argument of which function holds the text, its plural and its context.
_PLAIN = {"_", "gettext", "gettext_lazy", "gettext_noop"}
_PLURAL = {"ngettext", "ngettext_lazy"}
_CONTEXT = {"pgettext", "pgettext_lazy"}
_CONTEXT_PLURAL = {"npgettext", "npgettext_lazy"}
_CALL = re.compile(
    r"\b(?:gettext|ngettext|pgettext|npgettext|_)\((?:[^()\"']|\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*')*\)"
)
_PLACEHOLDER = re.compile(r"%\([^)]+\)[sd]|\{[a-z_]*\}")


@dataclass(frozen=True, slots=True)
class Message:
    """A text to translate: what it is, its plural and its context where it has them."""

    text: str
    plural: str = ""
    context: str | None = None


@dataclass(slots=True)
class Found:
    """Where a message occurs, as paths from the project's root."""

    places: set[str] = field(default_factory=set)


def app_names() -> list[str]:
    """Every app of ours, by the name of its folder."""
    return sorted(path.parent.name for path in APPS.glob("*/apps.py"))


def catalogue_names() -> list[str]:
    """Every catalogue: the apps' and that of the packages."""
    return [*app_names(), PACKAGES]


def catalogue_path(app: str) -> Path:
    folder = BASE_DIR / "config" if app == PACKAGES else APPS / app
    return folder / LOCALE / "django.po"


def extract(app: str) -> dict[Message, Found]:
    """Every message of an app's code and templates; for ``packages`` those that bring no Chinese of their own."""
    if app == PACKAGES:
        return _extract_packages()
    found: dict[Message, Found] = {}
    for path in _sources(app):
        text = path.read_text(encoding="utf-8")
        place = path.relative_to(BASE_DIR).as_posix()
        calls = _from_python(text) if path.suffix == ".py" else _from_template(text, place)
        for message in calls:
            found.setdefault(message, Found()).places.add(place)
    return found


def _sources(app: str) -> Iterator[Path]:
    yield from sorted(path for path in (APPS / app).rglob("*.py") if "migrations" not in path.parts)
    if app == "common":
        owned = set(app_names()) - {"common"} | {"account", "mfa", "allauth"}
        yield from (
            path for path in sorted(TEMPLATES.rglob("*.*")) if path.relative_to(TEMPLATES).parts[0] not in owned
        )
        yield from sorted((BASE_DIR / "config").glob("*.py"))
        return
    folders = [app, "account", "mfa", "allauth"] if app == "accounts" else [app]
    for folder in folders:
        yield from sorted((TEMPLATES / folder).rglob("*.*"))


def _extract_packages() -> dict[Message, Found]:
    """What installed packages say and none of them translates."""
    found: dict[Message, Found] = {}
    known: set[tuple[str | None, str]] = set()
    for folder in _package_folders():
        translated = folder / LOCALE / "django.mo"
        if translated.exists():
            known |= {(entry.msgctxt, entry.msgid) for entry in polib.mofile(str(translated)) if _translation(entry)}
        for path in _package_sources(folder):
            text, place = path.read_text(encoding="utf-8"), path.as_posix().rpartition("site-packages/")[2]
            for message in _from_python(text) if path.suffix == ".py" else _from_template(text, place):
                found.setdefault(message, Found()).places.add(place)
    return {one: places for one, places in found.items() if (one.context, one.text) not in known}


def _package_sources(folder: Path) -> Iterator[Path]:
    """The files of a package that translate anything: most do not, and need not be parsed."""
    for suffix, word in (("py", "gettext"), ("html", "trans"), ("txt", "trans")):
        for path in sorted(folder.rglob(f"*.{suffix}")):
            if _belongs(path, folder) and word in path.read_text(encoding="utf-8"):
                yield path


def _package_folders() -> list[Path]:
    """The folders of every installed app that is not ours, and of Django itself."""
    own = Path(django.__file__).parent
    folders = [Path(config.path) for config in installed.get_app_configs()]
    return [*(path for path in folders if APPS not in path.parents), *(own / name for name in (*_OF_DJANGO, "conf"))]


def _belongs(path: Path, folder: Path) -> bool:
    """Whether a file is part of this app, and of no app below it."""
    between = path.relative_to(folder).parts[:-1]
    below = (folder.joinpath(*between[:depth]) for depth in range(1, len(between) + 1))
    return not {"tests", "app_template", "project_template"} & set(between) and not any(
        (place / "apps.py").exists() for place in below
    )


def _from_python(source: str) -> Iterator[Message]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            texts = [arg.value for arg in node.args if isinstance(arg, ast.Constant) and isinstance(arg.value, str)]
            message = _message(name, texts)
            if message:
                yield message


def _from_template(source: str, place: str) -> Iterator[Message]:
    for match in _CALL.finditer(templatize(source, origin=place)):
        call = match.group()
        with contextlib.suppress(SyntaxError):
            yield from _from_python(call)


def _message(name: str, texts: list[str]) -> Message | None:
    if name in _PLAIN and texts:
        return Message(texts[0])
    if name in _PLURAL and len(texts) >= 2:
        return Message(texts[0], texts[1])
    if name in _CONTEXT and len(texts) >= 2:
        return Message(texts[1], context=texts[0])
    if name in _CONTEXT_PLURAL and len(texts) >= 3:
        return Message(texts[1], texts[2], texts[0])
    return None


def update(app: str) -> tuple[int, int]:
    """Bring the app's catalogue up to date, keeping its translations; returns (messages, untranslated)."""
    path = catalogue_path(app)
    old = _read(path)
    new = polib.POFile(wrapwidth=110)
    new.metadata = {
        "Language": "zh_Hans",
        "MIME-Version": "1.0",
        "Content-Type": "text/plain; charset=UTF-8",
        "Content-Transfer-Encoding": "8bit",
        "Plural-Forms": "nplurals=1; plural=0;",
    }
    found = extract(app)
    for message in sorted(found, key=lambda one: (min(found[one].places), one.text, one.context or "")):
        new.append(_entry(message, found[message], old))
    if new:
        path.parent.mkdir(parents=True, exist_ok=True)
        text = str(new) + "\n"
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")
    return len(new), len(new.untranslated_entries())


def _entry(message: Message, found: Found, old: polib.POFile) -> polib.POEntry:
    before = old.find(message.text, msgctxt=message.context or False)
    entry = polib.POEntry(
        msgid=message.text, msgctxt=message.context, occurrences=[(place, "") for place in sorted(found.places)]
    )
    known = "" if before is None else _translation(before)
    if message.plural:
        entry.msgid_plural, entry.msgstr_plural = message.plural, {0: known}
    else:
        entry.msgstr = known
    if "%(" in message.text:
        entry.flags.append("python-format")
    return entry


def _translation(entry: polib.POEntry) -> str:
    return str(entry.msgstr or (entry.msgstr_plural or {}).get(0, ""))


def _read(path: Path) -> polib.POFile:
    return polib.pofile(str(path)) if path.exists() else polib.POFile()


def complaints(app: str) -> list[str]:
    """What is not right with an app's catalogue: missing, empty, fuzzy, left over, or with other placeholders."""
    catalogue = _read(catalogue_path(app))
    wanted = extract(app)
    known = {Message(entry.msgid, entry.msgid_plural or "", entry.msgctxt): entry for entry in catalogue}
    problems = [f"{app}: not in the catalogue: {one.text!r}" for one in wanted if one not in known]
    problems += [f"{app}: no longer used: {one.text!r}" for one in known if one not in wanted]
    for message, entry in known.items():
        translation = _translation(entry)
        if not translation or entry.fuzzy:
            problems.append(f"{app}: not translated: {message.text!r}")
        elif not set(_PLACEHOLDER.findall(translation)) <= set(_PLACEHOLDER.findall(message.text + message.plural)):
            problems.append(f"{app}: other placeholders than the source: {message.text!r}")
    return problems


def contradictions(paths: Mapping[str, Path] | None = None) -> list[str]:
    """Texts that two catalogues (name → file; all of ours when none are named) translate differently."""
    meanings: dict[tuple[str | None, str], dict[str, list[str]]] = {}
    for name, path in (paths or {name: catalogue_path(name) for name in catalogue_names()}).items():
        for entry in _read(path):
            said = meanings.setdefault((entry.msgctxt, entry.msgid), {})
            said.setdefault(_translation(entry), []).append(name)
    return [
        f"translated in different ways (use a context): {text!r}{f' in the context {context!r}' if context else ''}: "
        + ", ".join(f"{'/'.join(names)} {translation!r}" for translation, names in said.items())
        for (context, text), said in meanings.items()
        if len(said) > 1
    ]


def problems(names: Iterable[str], paths: Mapping[str, Path] | None = None) -> list[str]:
    """The complaints about these catalogues, and what any two contradict each other in."""
    return [*(problem for name in names for problem in complaints(name)), *contradictions(paths)]


def compile_catalogues() -> int:
    """Write the ``.mo`` file of every catalogue that is newer than it; returns how many were written."""
    written = 0
    for app in catalogue_names():
        source = catalogue_path(app)
        target = source.with_suffix(".mo")
        if source.exists() and (not target.exists() or target.stat().st_mtime < source.stat().st_mtime):
            # Under another name first: processes that start at once must not read half a file.
            draft = target.with_suffix(f".{os.getpid()}")
            polib.pofile(str(source)).save_as_mofile(str(draft))
            draft.replace(target)
            written += 1
    return written
