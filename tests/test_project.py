"""The project as a whole: what no linter says."""

import re
import subprocess
from pathlib import Path

import pytest
from django.apps import apps
from django.core.management import call_command

ROOT = Path(__file__).resolve().parents[1]
OURS = ("accounts", "bundles", "careers", "catalog", "common", "configurator", "orders", "stores")
HOSTS = re.compile(r"p[y]pi\.org|pythonh[o]sted|n[p]mjs\.(org|com)|deb\.d[e]bian\.org")


def tracked(*patterns: str) -> list[Path]:
    listing = subprocess.run(["git", "ls-files", *patterns], cwd=ROOT, capture_output=True, text=True, check=True)  # noqa: S607
    return [ROOT / line for line in listing.stdout.splitlines() if (ROOT / line).is_file()]


@pytest.mark.django_db
def test_every_model_change_has_its_migration() -> None:
    call_command("makemigrations", "--check", "--dry-run", verbosity=0)


def test_every_text_is_translated() -> None:
    call_command("messages", "--check", verbosity=0)


def test_every_app_says_what_it_is_for() -> None:
    assert [name for name in OURS if not (ROOT / "apps" / name / "README.md").is_file()] == []


def test_no_app_has_a_drawer_for_everything() -> None:
    assert [path for path in tracked("*.py") if path.name in ("utils.py", "helpers.py", "misc.py")] == []


def test_files_stay_short_enough_to_read() -> None:
    sources = [path for path in tracked("apps/*.py", "config/*.py") if "migrations" not in path.parts]
    long = {
        str(path.relative_to(ROOT)): lines for path in sources if (lines := len(path.read_text().splitlines())) > 450
    }
    assert long == {}


def test_nothing_names_a_package_registry() -> None:
    texts = [path for path in tracked() if path.suffix in {".py", ".md", ".toml", ".html", ".js", ".sh", ""}]
    assert [str(path) for path in texts if HOSTS.search(path.read_text(errors="ignore"))] == []


def test_every_model_of_ours_is_in_the_back_office() -> None:
    from django.contrib import admin

    # The kernel's own; edited as a whole sheet; what machines keep for themselves; counted, not read one by one; told by
    # the page of the order, the publication or the return that it belongs to.
    hidden = {
        *("IdempotencyRecord", "FormSent"),
        "SpecValue",
        *("Artefact", "ArtefactRequest", "SolvedAnswer"),
        "InsightEvent",
        *("InvoiceSeries", "HandoverEntry", "ReturnLine", "PriceFall", "Publication"),
    }
    models = [model for app in OURS for model in apps.get_app_config(app).get_models()]
    inlines = {inline.model for one in admin.site._registry.values() for inline in one.inlines}
    missing = {m.__name__ for m in models if m not in admin.site._registry and m not in inlines} - hidden
    assert missing == set()


def test_templates_have_no_inline_handlers_or_styles() -> None:
    # Rules of what to fetch ahead are data like JSON: nothing of them runs.
    inline = re.compile(
        r"<[a-z][^<>{]*\s(on[a-z]+|style)=\"|hx-on"
        r"|<script(?![^>]*\bsrc=)(?![^>]*type=\"(application/(ld\+)?json|speculationrules)\")[^>]*>"
    )
    # The back office has a policy of its own, and mail programs know no style sheets.
    pages = [path for path in tracked("templates/*.html") if not {"admin", "messaging"} & set(path.parts)]
    assert [str(path.relative_to(ROOT)) for path in pages if inline.search(path.read_text())] == []
