"""The photographer of cabins: what stands outside, the light, the camera, and Blender's Cycles."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import bpy

from apps.catalog.cabin.dashboard import dashboard
from apps.catalog.cabin.materials import kit_of
from apps.catalog.cabin.seats import seats
from apps.catalog.cabin.shell import shell
from apps.catalog.cabins import Cabin


@dataclass(frozen=True, slots=True)
class Camera:
    """Where it stands, what it looks at, and how wide it sees (degrees across) and how long (stops)."""

    at: tuple[float, float, float]
    to: tuple[float, float, float]
    wide: float
    exposure: float


# Between the seats, and from beside the open door.
VIEWS = {
    "inside": Camera((0.0, -0.6, 1.085), (0.0, 0.6, 0.715), 88, 0.45),
    "seats": Camera((-1.72, 0.4, 1.1), (0.22, -0.06, 0.53), 51, -0.25),
}


def photograph(cabin: Cabin, view: str, file: Path, *, size: tuple[int, int], samples: int) -> None:
    """Render an inside into a PNG."""
    bpy.ops.wm.read_factory_settings(use_empty=True)
    kit = kit_of(cabin)
    open_ = view == "seats"
    seats(kit, door_open=open_)
    dashboard(kit)
    shell(kit, door_open=open_)
    _outside()
    _light()
    _aim(VIEWS[view])
    bpy.context.scene.view_settings.exposure = VIEWS[view].exposure
    _render(file, size, samples)


def _outside() -> None:
    """A studio without a horizon: dark below, bright above."""
    world = bpy.data.worlds.new("studio")
    bpy.context.scene.world = world
    nodes, links = world.node_tree.nodes, world.node_tree.links
    background = nodes["Background"]
    place, split, ramp = (
        nodes.new("ShaderNodeTexCoord"),
        nodes.new("ShaderNodeSeparateXYZ"),
        nodes.new("ShaderNodeValToRGB"),
    )
    spread = nodes.new("ShaderNodeMapRange")
    spread.inputs["From Min"].default_value = -1
    links.new(place.outputs["Generated"], split.inputs[0])
    links.new(split.outputs["Z"], spread.inputs["Value"])
    links.new(spread.outputs[0], ramp.inputs[0])
    links.new(ramp.outputs[0], background.inputs["Color"])
    ramp.color_ramp.interpolation = "EASE"
    stops = ramp.color_ramp.elements
    stops[0].position, stops[0].color = 0.3, (0.3, 0.32, 0.34, 1)
    stops[1].position, stops[1].color = 0.62, (1, 1, 1, 1)
    middle = stops.new(0.49)
    middle.color = (0.66, 0.69, 0.71, 1)
    background.inputs["Strength"].default_value = 1.5


def _light() -> None:
    _lamp("sun", "SUN", (-3.0, 3.4, 5.2), (0.1, 0.3, 0.5), 5, size=0.05, colour=(1, 0.975, 0.94))
    _lamp("key", "AREA", (-2.2, 3.8, 3.2), (0.1, 0.2, 0.5), 260, size=2.2, colour=(1, 0.985, 0.96))
    _lamp("side", "AREA", (3.2, 0.2, 2.0), (0, 0.2, 0.5), 130, size=2.4, colour=(0.93, 0.97, 1))
    for x in (-0.4, 0.4):
        _lamp("foot", "AREA", (x, 0.72, 0.5), (x, 0.6, 0), 2.2, size=0.25, colour=(1, 0.96, 0.91))
    _lamp("fill", "AREA", (0, -1.2, 1.15), (0, 0.4, 0.5), 6, size=0.8, colour=(1, 1, 1))


def _lamp(
    name: str,
    kind: str,
    at: tuple[float, float, float],
    to: tuple[float, float, float],
    power: float,
    *,
    size: float,
    colour: tuple[float, float, float],
) -> None:
    light = bpy.data.lights.new(name, kind)
    light.energy, light.color = power, colour
    if kind == "SUN":
        light.angle = size
    else:
        light.size = size
    thing = bpy.data.objects.new(name, light)
    bpy.context.scene.collection.objects.link(thing)
    _turn(thing, at, to)
    thing.visible_camera = False


def _turn(thing: Any, at: tuple[float, float, float], to: tuple[float, float, float]) -> None:
    from mathutils import Vector

    thing.location = at
    thing.rotation_euler = (Vector(to) - Vector(at)).to_track_quat("-Z", "Y").to_euler()


def _aim(camera: Camera) -> None:
    import math

    lens = bpy.data.cameras.new("camera")
    lens.angle, lens.clip_start = math.radians(camera.wide), 0.02
    thing = bpy.data.objects.new("camera", lens)
    bpy.context.scene.collection.objects.link(thing)
    _turn(thing, camera.at, camera.to)
    bpy.context.scene.camera = thing


def _render(file: Path, size: tuple[int, int], samples: int) -> None:
    scene = bpy.context.scene
    scene.render.engine = "CYCLES"
    cycles = scene.cycles
    cycles.device, cycles.samples, cycles.use_adaptive_sampling, cycles.adaptive_threshold = "CPU", samples, True, 0.02
    cycles.use_denoising, cycles.denoiser = True, "OPENIMAGEDENOISE"
    cycles.max_bounces, cycles.diffuse_bounces, cycles.glossy_bounces, cycles.transparent_max_bounces = 8, 5, 4, 8
    cycles.sample_clamp_indirect, cycles.seed = 4, 1
    scene.render.resolution_x, scene.render.resolution_y, scene.render.resolution_percentage = *size, 100
    scene.view_settings.view_transform = "Khronos PBR Neutral"  # as the studio of static/js/car: it keeps colours
    scene.render.image_settings.file_format = "PNG"
    scene.render.filepath = str(file)
    bpy.ops.render.render(write_still=True)
