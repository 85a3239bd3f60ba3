"""Stills that a worker renders: for a car whose measures have changed, or one that no release brought pictures of.

A job is a row; the Celery message only says that there is one. Pictures go to the files' storage under names that end in a digest of
the look, so an address never shows anything else, and a job that is begun again leaves alone what is there.
"""

import tempfile
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import structlog
from django.core.files import File
from django.core.files.storage import default_storage
from django.db import IntegrityError, OperationalError, transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.catalog import photography
from apps.catalog.errors import NoLook, NoStudio
from apps.catalog.looks import Look, look_of
from apps.catalog.models import CarModel, RenderJob
from apps.catalog.stills import KINDS, VIEWS, digest_of, rendered_name
from apps.common.doorbell import ring
from apps.common.locks import try_lock

if TYPE_CHECKING:
    from PIL import Image

log = structlog.get_logger(__name__)
State = RenderJob.State
SLICE_S = 60.0
"""After so long a worker turns to what else there is to do, and rings for itself."""
ATTEMPTS = 5
"""After so many workers died of it, a job has failed."""
PROBLEMS = {
    "no_chromium": _("There is no Chromium where the worker runs."),
    "no_playwright": _("The worker lacks the development dependencies, which bring Playwright."),
    "worker_died": _("Worker after worker died of it."),
    "broke": _("Something went wrong; the log of the worker says what."),
}


class Camera(Protocol):
    """Takes a still of a look."""

    def picture(self, look: Look, view: str) -> "Image.Image": ...


type Studio = Callable[[], AbstractContextManager[Camera]]


def ask(*, car_models: Iterable[CarModel], views: Sequence[str] = VIEWS, by: int | None = None) -> list[RenderJob]:
    """Have stills rendered of cars; one that is waited for already is not asked for twice. ``by`` is the key of who asks.

    Raises:
        NoLook: nobody has said how one of these cars looks, or how large it is; then nothing is asked for.
    """
    cars = list(car_models)
    if without := [car.slug for car in cars if look_of(car.slug, car.dimensions) is None]:
        raise NoLook(without)
    jobs = [job for car in cars if (job := _asked(car, views, by)) is not None]
    from apps.catalog.tasks import render

    ring(render)
    return jobs


def _asked(car: CarModel, views: Sequence[str], by: int | None) -> RenderJob | None:
    try:
        with transaction.atomic():
            return RenderJob.objects.create(car_model=car, views=list(views), asked_by_id=by)
    except IntegrityError:
        return None  # one is open


def cancel(*, jobs: Iterable[RenderJob]) -> int:
    """End jobs that are not through; how many. Pictures that were taken stay."""
    open_ = RenderJob.objects.filter(pk__in=[job.pk for job in jobs], state__in=RenderJob.OPEN)
    return open_.update(state=State.CANCELLED, ended_at=timezone.now())


def work(studio: Studio = photography.studio, slice_s: float = SLICE_S) -> bool:
    """Take pictures for as long as a slice lasts, one at least, the oldest job first; whether there is more to do. One process
    does at a time.

    A worker that is killed leaves its row behind; the next one begins it again and finds the pictures that were taken.
    """
    until = time.monotonic() + slice_s
    with try_lock("catalog.rendering") as mine:
        while mine and (job := _waiting()):
            _work_on(job, studio, until)
            if time.monotonic() > until:
                return _waiting() is not None
    return False


def _waiting() -> RenderJob | None:
    return RenderJob.objects.filter(state__in=RenderJob.OPEN).select_related("car_model").order_by("asked_at").first()


def _work_on(job: RenderJob, studio: Studio, until: float) -> None:
    if job.attempts >= ATTEMPTS:
        _end(job, "worker_died")
        return
    try:
        _write(job, state=State.WORKING, attempts=job.attempts + 1)
        with studio() as camera:
            for number, view in enumerate(job.views, start=1):
                taken = _take(job.car_model, view, camera)
                _write(job, done=number)
                if taken and number < len(job.views) and time.monotonic() > until:
                    _write(job, attempts=job.attempts - 1)  # nobody has died: the next slice goes on
                    return
        _write(job, state=State.DONE, ended_at=timezone.now())
    except _Stopped:
        log.info("render_job_stopped", job=job.pk)
    except OperationalError:
        raise  # the database went away: the row is taken up again
    except NoStudio as error:
        _end(job, error.code)
    except Exception:
        log.exception("render_job_broke", job=job.pk)
        _end(job, "broke")


class _Stopped(Exception):
    """Somebody has cancelled the job, or has taken it over."""


def _write(job: RenderJob, **fields: object) -> None:
    """Change the row if it is still ours."""
    mine = RenderJob.objects.filter(pk=job.pk, state=job.state, attempts=job.attempts)
    if not mine.update(**fields):
        raise _Stopped
    for name, value in fields.items():
        setattr(job, name, value)


def _end(job: RenderJob, problem: str) -> None:
    RenderJob.objects.filter(pk=job.pk, state__in=RenderJob.OPEN).update(
        state=State.FAILED, problem=problem, ended_at=timezone.now()
    )


def _take(car: CarModel, view: str, camera: Camera) -> bool:
    """Render a still, store it, and show it from now on; whether there was anything to do."""
    look = look_of(car.slug, car.dimensions)
    assert look is not None
    digest = digest_of(car)
    names = {kind: rendered_name(car.image or car.slug, view, digest, kind) for kind in KINDS}
    if car.rendered.get(view) == digest and all(default_storage.exists(name) for name in names.values()):
        return False
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        avif, webp = photography.store(camera.picture(look, view), folder, "still")
        for kind, file in (("avif", avif), ("small", photography.shrink(folder, "still")), ("webp", webp)):
            if not default_storage.exists(names[kind]):
                with file.open("rb") as content:
                    default_storage.save(names[kind], File(content))
    with transaction.atomic():
        fresh = CarModel.objects.select_for_update().get(pk=car.pk)
        fresh.rendered = car.rendered = fresh.rendered | {view: digest}
        fresh.save(update_fields=["rendered"])
    return True


def open_jobs() -> list[RenderJob]:
    """What is waited for, the oldest first."""
    return list(
        RenderJob.objects.filter(state__in=RenderJob.OPEN)
        .select_related("car_model__brand")
        .order_by(F("asked_at").asc())
    )
