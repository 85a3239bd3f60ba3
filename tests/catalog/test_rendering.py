"""Stills that a worker renders: asked for in the back office, taken one after the other, shown from then on."""

import io
import os
import re
import shutil
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.core.files.storage import default_storage
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.utils import timezone
from PIL import Image

from apps.catalog import photography, rendering
from apps.catalog.cards import card_of
from apps.catalog.errors import NoLook, NoStudio
from apps.catalog.looks import Look
from apps.catalog.models import CarModel, RenderJob
from apps.catalog.stills import HEIGHT, SMALL_HEIGHT, SMALL_WIDTH, VIEWS, WIDTH, opened, still_of
from apps.catalog.tasks import render
from apps.common.locks import try_lock
from tests.factories.catalog import make_car_model, make_trim

pytestmark = pytest.mark.django_db
CAR = "aion-ut"
State = RenderJob.State


class Stub:
    """A camera for tests: pictures of one colour a view, and a note of what was asked."""

    def __init__(self) -> None:
        self.taken: list[tuple[Look, str]] = []
        self.opened = 0

    def picture(self, look: Look, view: str) -> Image.Image:
        self.taken.append((look, view))
        return Image.new("RGBA", (WIDTH, HEIGHT), (40 * VIEWS.index(view), 90, 90, 255))

    @contextmanager
    def __call__(self) -> Iterator["Stub"]:
        self.opened += 1
        yield self


@pytest.fixture(autouse=True)
def storage(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def car() -> CarModel:
    return make_car_model(CAR, image=CAR)


def the_job() -> RenderJob:
    return RenderJob.objects.get()


def test_a_job_takes_every_view_and_the_shop_shows_them(car: CarModel, client: Client) -> None:
    shipped = still_of(car)
    assert shipped is not None
    assert not shipped.stored
    rendering.ask(car_models=[car])
    camera = Stub()
    assert rendering.work(camera) is False
    job = the_job()
    assert (job.state, job.done, job.problem, job.ended_at is not None) == (State.DONE, 4, "", True)
    assert [view for _look, view in camera.taken] == list(VIEWS)
    assert camera.taken[0][0]["dims"]["length"] == 4270
    car.refresh_from_db()
    picture = still_of(car, "side")
    assert picture is not None
    for url, kind, size in (
        (picture.avif, "image/avif", (WIDTH, HEIGHT)),
        (picture.small, "image/avif", (SMALL_WIDTH, SMALL_HEIGHT)),
        (picture.webp, "image/webp", (WIDTH, HEIGHT)),
    ):
        response: Any = client.get(url)
        assert (response.status_code, response["Content-Type"]) == (200, kind)
        assert "immutable" in response["Cache-Control"]
        with Image.open(io.BytesIO(b"".join(response.streaming_content))) as image:
            assert image.size == size
            assert image.convert("RGB").getpixel((9, 9)) == pytest.approx((40, 90, 90), abs=4)
    page = client.get(car.get_absolute_url()).content.decode()
    first = still_of(car)
    assert first is not None
    assert f'src="{first.webp}"' in page
    assert "img/cars/aion-ut-" not in page
    card = card_of(car, [])
    assert card is not None
    with opened(card.picture) as file, Image.open(file) as image:
        assert image.convert("RGB").getpixel((9, 9)) == pytest.approx((0, 90, 90), abs=4)


def test_other_measures_are_another_picture_and_the_same_ones_are_not_taken_twice(car: CarModel) -> None:
    for length, new in ((4270, 1), (4270, 0), (4300, 1)):
        CarModel.objects.update(length=length)
        rendering.ask(car_models=CarModel.objects.all(), views=["front34"])
        camera = Stub()
        rendering.work(camera)
        assert len(camera.taken) == new
    assert set(RenderJob.objects.values_list("state", flat=True)) == {State.DONE}
    assert len(default_storage.listdir("cars")[1]) == 6


def test_a_picture_of_how_a_car_looked_before_makes_way_for_the_one_that_is_shipped(car: CarModel) -> None:
    """Its measures have changed since, or a release draws cars otherwise: that is another digest."""
    shipped = still_of(car)
    rendering.ask(car_models=[car], views=["front34"])
    rendering.work(Stub())
    car.refresh_from_db()
    assert still_of(car) != shipped
    CarModel.objects.update(length=4300)
    car.refresh_from_db()
    assert still_of(car) == shipped
    CarModel.objects.update(length=4270, rendered={"front34": "0" * 16})
    car.refresh_from_db()
    assert still_of(car) == shipped
    rendering.ask(car_models=[car], views=["front34"])
    camera = Stub()
    rendering.work(camera)
    car.refresh_from_db()
    assert len(camera.taken) == 1
    assert still_of(car) != shipped


def test_a_car_that_no_release_shows_keeps_its_pictures_until_it_has_new_ones() -> None:
    car = make_car_model("byd-seal", image="seal-of-tomorrow")
    assert still_of(car) is None
    rendering.ask(car_models=[car], views=["side"])
    rendering.work(Stub())
    CarModel.objects.update(length=4300)
    car.refresh_from_db()
    picture = still_of(car, "side")
    assert picture is not None
    assert picture.stored


def test_a_slice_takes_one_picture_at_least_and_the_next_goes_on(car: CarModel) -> None:
    rendering.ask(car_models=[car, make_car_model("byd-seal", image="byd-seal")])
    camera = Stub()
    slices = 1
    while rendering.work(camera, slice_s=0):
        slices += 1
        assert len(camera.taken) < slices + 1
    assert (slices, len(camera.taken)) == (8, 8)
    assert set(RenderJob.objects.values_list("state", "done")) == {(State.DONE, 4)}
    assert max(RenderJob.objects.values_list("attempts", flat=True)) == 1  # nobody has died


def test_one_is_asked_for_once_while_it_waits(car: CarModel) -> None:
    assert len(rendering.ask(car_models=[car])) == 1
    assert rendering.ask(car_models=[car]) == []
    with pytest.raises(IntegrityError), transaction.atomic():
        RenderJob.objects.create(car_model=car, views=["side"])
    with pytest.raises(IntegrityError), transaction.atomic():
        RenderJob.objects.filter(pk=the_job().pk).update(state=State.DONE)  # ended, and not when
    with pytest.raises(IntegrityError), transaction.atomic():
        RenderJob.objects.filter(pk=the_job().pk).update(views=[])


def test_a_car_that_nobody_has_drawn_is_refused_and_nothing_is_asked_for(car: CarModel) -> None:
    strange = make_car_model("unknown-car")
    with pytest.raises(NoLook, match="unknown-car"):
        rendering.ask(car_models=[car, strange])
    assert not RenderJob.objects.exists()


def test_who_cannot_render_says_why(car: CarModel, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    rendering.ask(car_models=[car])
    rendering.work()
    assert (the_job().state, the_job().problem) == (State.FAILED, "no_chromium")
    assert str(rendering.PROBLEMS["no_chromium"])


def test_a_camera_that_breaks_ends_the_job_and_keeps_what_was_taken(car: CarModel) -> None:
    class Breaking(Stub):
        def picture(self, look: Look, view: str) -> Image.Image:
            if view == "rear34":
                raise RuntimeError("the page crashed")
            return super().picture(look, view)

    rendering.ask(car_models=[car])
    rendering.work(Breaking())
    assert (the_job().state, the_job().problem, the_job().done) == (State.FAILED, "broke", 2)
    car.refresh_from_db()
    assert set(car.rendered) == {"front34", "side"}
    rendering.ask(car_models=[car])  # once more
    camera = Stub()
    rendering.work(camera)
    assert [view for _look, view in camera.taken] == ["rear34", "front"]


def test_cancelling_stops_after_the_picture_under_way(car: CarModel) -> None:
    class Cancelling(Stub):
        def picture(self, look: Look, view: str) -> Image.Image:
            assert rendering.cancel(jobs=RenderJob.objects.all()) == (1 if view == "front34" else 0)
            return super().picture(look, view)

    rendering.ask(car_models=[car])
    camera = Cancelling()
    rendering.work(camera)
    assert (the_job().state, len(camera.taken)) == (State.CANCELLED, 1)
    assert rendering.cancel(jobs=RenderJob.objects.all()) == 0


@pytest.mark.services
@pytest.mark.django_db(transaction=True)
def test_a_killed_worker_loses_one_picture_and_no_job(car: CarModel) -> None:
    class Deadly(Stub):
        def picture(self, look: Look, view: str) -> Image.Image:
            if view == "rear34":
                os.kill(os.getpid(), signal.SIGKILL)
            return super().picture(look, view)

    rendering.ask(car_models=[car])
    connection.close()  # a fork must not share it
    if (pid := os.fork()) == 0:
        try:
            rendering.work(Deadly())
        finally:
            os._exit(0)
    assert os.WTERMSIG(os.waitpid(pid, 0)[1]) == signal.SIGKILL
    assert (the_job().state, the_job().done, the_job().attempts) == (State.WORKING, 2, 1)
    camera = Stub()
    rendering.work(camera)
    assert [view for _look, view in camera.taken] == ["rear34", "front"]
    assert (the_job().state, the_job().attempts) == (State.DONE, 2)


def test_a_job_that_kills_every_worker_is_given_up(car: CarModel) -> None:
    rendering.ask(car_models=[car])
    RenderJob.objects.update(state=State.WORKING, attempts=rendering.ATTEMPTS)
    camera = Stub()
    rendering.work(camera)
    assert (the_job().state, the_job().problem, camera.opened) == (State.FAILED, "worker_died", 0)


@pytest.mark.services
@pytest.mark.django_db(transaction=True)
def test_one_process_renders_at_a_time(car: CarModel) -> None:
    from concurrent.futures import ThreadPoolExecutor

    def elsewhere() -> bool:
        try:
            with try_lock("catalog.rendering") as mine:
                return mine
        finally:
            connection.close()

    class Asking(Stub):
        def picture(self, look: Look, view: str) -> Image.Image:
            with ThreadPoolExecutor(1) as pool:
                assert pool.submit(elsewhere).result() is False
            return super().picture(look, view)

    rendering.ask(car_models=[car], views=["side"])
    rendering.work(Asking())
    assert the_job().state == State.DONE


def test_names_that_are_no_pictures_are_not_found(client: Client) -> None:
    default_storage.save("secret.webp", open(__file__, "rb"))  # noqa: PTH123, SIM115  any file
    for name in ("..%2Fsecret.webp", "secret.webp", "aion-ut-side.0123456789abcdef.webp", "a.0123456789abcdef.exe"):
        assert client.get(f"/cars/rendered/{name}").status_code == 404


def office(*rights: str) -> Client:
    user_model: Any = get_user_model()
    person = user_model.objects.create_user(email=f"{len(rights)}@kaiche.example", password="x", is_staff=True)
    person.user_permissions.set(Permission.objects.filter(codename__in=rights, content_type__app_label="catalog"))
    client = Client()
    client.force_login(person)
    return client


def test_the_back_office_asks_shows_the_progress_and_cancels(car: CarModel) -> None:
    client = office("view_carmodel", "change_carmodel", "view_renderjob", "change_renderjob")
    make_trim(car)
    chosen = {"action": "render_pictures", "_selected_action": [car.pk]}
    page = client.post("/admin/catalog/carmodel/", chosen, follow=True).content.decode()
    assert "1 car is being photographed" in page
    job = the_job()
    assert job.asked_by is not None
    RenderJob.objects.update(state=State.WORKING, done=3)
    listed = client.get("/admin/catalog/renderjob/").content.decode()
    assert 'hx-get="/admin/catalog/renderjob/progress/"' in listed
    progress = client.get("/admin/catalog/renderjob/progress/").content.decode()
    assert re.search(r'<progress max="4" value="3"', progress)
    assert "every 2s" in progress
    assert client.get(f"/admin/catalog/renderjob/{job.pk}/change/").status_code == 200
    client.post("/admin/catalog/renderjob/", {"action": "cancel", "_selected_action": [job.pk]})
    assert the_job().state == State.CANCELLED
    assert "every 10s" in client.get("/admin/catalog/renderjob/progress/").content.decode()


def test_who_may_only_look_asks_for_nothing_and_others_see_nothing(car: CarModel) -> None:
    rendering.ask(car_models=[car])
    watcher = office("view_carmodel", "view_renderjob")
    watcher.post("/admin/catalog/renderjob/", {"action": "cancel", "_selected_action": [the_job().pk]})
    watcher.post("/admin/catalog/carmodel/", {"action": "render_pictures", "_selected_action": [car.pk]})
    assert the_job().state == State.WAITING
    assert watcher.get("/admin/catalog/renderjob/progress/").status_code == 200
    stranger = office()
    assert stranger.get("/admin/catalog/renderjob/progress/").status_code == 403
    assert stranger.get("/admin/catalog/renderjob/").status_code == 403


def test_the_task_finds_nothing_to_do_in_peace() -> None:
    assert RenderJob(car_model=CarModel(slug="x"), views=["side"]).is_open
    render()
    assert not RenderJob.objects.filter(asked_at__lt=timezone.now()).exists()


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_the_worker_photographs_for_real(car: CarModel) -> None:
    if shutil.which("chromium") is None:
        with pytest.raises(NoStudio), photography.studio():
            pass
        return
    rendering.ask(car_models=[car], views=["side"])
    rendering.work(slice_s=600)
    assert (the_job().state, the_job().problem) == (State.DONE, "")
    car.refresh_from_db()
    picture = still_of(car, "side")
    assert picture is not None
    with opened(picture) as file, Image.open(file) as image:
        car_box = image.convert("RGBA").getchannel("A").point(lambda alpha: 255 * (alpha > 200)).getbbox()
    assert car_box is not None
    assert car_box[2] - car_box[0] > 0.8 * WIDTH
