"""What a cabin is made of."""

from dataclasses import dataclass
from typing import Any

import bpy

from apps.catalog.cabins import Cabin
from apps.catalog.composing.tones import linear_of


@dataclass(frozen=True, slots=True)
class Grain:
    """Fine relief: how many grains a metre, how deep (0 to 1), and whether they are cells as of leather or a weave."""

    scale: float
    depth: float
    kind: str = "cells"


LEATHER, PLASTIC, WEAVE = Grain(900, 0.12), Grain(1500, 0.1), Grain(1400, 0.3, "weave")


def light_of(colour: str) -> tuple[float, ...]:
    """``#rrggbb`` in linear light, opaque."""
    return (*linear_of(colour), 1.0)


def mixed(colour: str, other: str, share: float) -> str:
    """Two colours, of the other this share."""
    pairs = ((int(colour[i : i + 2], 16), int(other[i : i + 2], 16)) for i in (1, 3, 5))
    return "#" + "".join(f"{round(one + (two - one) * share):02x}" for one, two in pairs)


def surface_of(
    name: str,
    colour: str,
    *,
    rough: float = 0.6,
    metal: float = 0,
    sheen: float = 0,
    coat: float = 0,
    grain: Grain | None = None,
    mottled: float = 0,
) -> Any:
    """A material of Disney's kind; ``mottled`` is by what share the colour of its threads differs."""
    material = bpy.data.materials.new(name)
    nodes, links = material.node_tree.nodes, material.node_tree.links
    shader = nodes["Principled BSDF"]
    for key, value in {
        "Base Color": light_of(colour),
        "Roughness": rough,
        "Metallic": metal,
        "Sheen Weight": sheen,
        "Sheen Roughness": 0.4,
        "Coat Weight": coat,
        "Coat Roughness": 0.05,
    }.items():
        shader.inputs[key].default_value = value
    if mottled:
        _mottle(material, shader, colour, mottled)
    if grain is not None:
        places = nodes.new("ShaderNodeTexCoord")
        texture = nodes.new("ShaderNodeTexVoronoi" if grain.kind == "cells" else "ShaderNodeTexNoise")
        texture.inputs["Scale"].default_value = grain.scale
        bump = nodes.new("ShaderNodeBump")
        bump.inputs["Strength"].default_value, bump.inputs["Distance"].default_value = grain.depth, 0.001
        links.new(places.outputs["Object"], texture.inputs["Vector"])
        links.new(texture.outputs[0], bump.inputs["Height"])
        links.new(bump.outputs["Normal"], shader.inputs["Normal"])
    return material


def _mottle(material: Any, shader: Any, colour: str, share: float) -> None:
    nodes, links = material.node_tree.nodes, material.node_tree.links
    places, noise, ramp = (
        nodes.new("ShaderNodeTexCoord"),
        nodes.new("ShaderNodeTexNoise"),
        nodes.new("ShaderNodeValToRGB"),
    )
    noise.inputs["Scale"].default_value, noise.inputs["Detail"].default_value = 260, 4
    links.new(places.outputs["Object"], noise.inputs["Vector"])
    links.new(noise.outputs[0], ramp.inputs[0])
    links.new(ramp.outputs[0], shader.inputs["Base Color"])
    low, high = ramp.color_ramp.elements
    low.position, low.color = 0.35, light_of(mixed(colour, "#000000", share))
    high.position, high.color = 0.65, light_of(mixed(colour, "#ffffff", share))


def shining(name: str, colour: str, strength: float) -> Any:
    """Something that gives light."""
    material = bpy.data.materials.new(name)
    nodes, links = material.node_tree.nodes, material.node_tree.links
    nodes.clear()
    light, output = nodes.new("ShaderNodeEmission"), nodes.new("ShaderNodeOutputMaterial")
    light.inputs["Color"].default_value, light.inputs["Strength"].default_value = light_of(colour), strength
    links.new(light.outputs[0], output.inputs["Surface"])
    return material


def display(name: str, picture: Any, strength: float) -> Any:
    """Glass over a picture that shines. ``picture`` is a Pillow image; its upper left corner is the mesh's (0, 1) of UV."""
    material = bpy.data.materials.new(name)
    nodes, links = material.node_tree.nodes, material.node_tree.links
    shader = nodes["Principled BSDF"]
    texture = nodes.new("ShaderNodeTexImage")
    texture.image = _image_of(name, picture)
    shader.inputs["Base Color"].default_value, shader.inputs["Roughness"].default_value = (0.004, 0.004, 0.005, 1), 0.12
    shader.inputs["Emission Strength"].default_value = strength
    links.new(texture.outputs["Color"], shader.inputs["Emission Color"])
    return material


def pane(name: str, colour: str, mirror: float = 0.06) -> Any:
    """Thin glass: most light goes straight through, tinted, and some is mirrored at low angles."""
    material = bpy.data.materials.new(name)
    nodes, links = material.node_tree.nodes, material.node_tree.links
    nodes.clear()
    through, back = nodes.new("ShaderNodeBsdfTransparent"), nodes.new("ShaderNodeBsdfGlossy")
    through.inputs["Color"].default_value = light_of(colour)
    back.inputs["Roughness"].default_value = 0.0
    weight, mixed, output = (
        nodes.new("ShaderNodeLayerWeight"),
        nodes.new("ShaderNodeMixShader"),
        nodes.new("ShaderNodeOutputMaterial"),
    )
    weight.inputs["Blend"].default_value = mirror
    links.new(weight.outputs["Fresnel"], mixed.inputs[0])
    links.new(through.outputs[0], mixed.inputs[1])
    links.new(back.outputs[0], mixed.inputs[2])
    links.new(mixed.outputs[0], output.inputs["Surface"])
    return material


def _image_of(name: str, picture: Any) -> Any:
    width, height = picture.size
    image = bpy.data.images.new(name, width, height)
    rows = picture.convert("RGBA").transpose(1)  # Blender's first row is the lowest
    image.pixels.foreach_set([value / 255 for value in rows.tobytes()])
    image.update()
    image.pack()
    return image


@dataclass(frozen=True, slots=True)
class Kit:
    """The materials of one cabin."""

    seat: Any
    seam: Any
    trim: Any
    lower: Any
    soft: Any
    dark: Any
    gloss: Any
    metal: Any
    lining: Any
    carpet: Any
    glow: Any
    rubber: Any
    belt: Any


LIT_BY_THE_SUN = 0.12  # a swatch is a colour in even light; cloth in the sun looks brighter than its swatch
DARK, LIGHT_LINING, DARK_LINING = "#2a2c2f", "#cfccc6", "#5a5b5d"


def kit_of(cabin: Cabin) -> Kit:
    """What goes with a colour of the seats: a light cabin has a light roof. Lines of light that are off are dark glass."""
    colour = cabin.shade
    upholstery = mixed(colour, "#000000", LIT_BY_THE_SUN)
    light = sum(linear_of(colour)) / 3
    return Kit(
        seat=_cover(cabin.cover, upholstery),
        seam=surface_of("seam", "#e8e2d6" if light < 0.3 else "#8d8273", rough=0.8),
        trim=surface_of("trim", upholstery, rough=0.55, grain=LEATHER),
        lower=surface_of("lower", mixed(colour, DARK, 0.62), rough=0.6, grain=PLASTIC),
        soft=surface_of("soft", DARK, rough=0.62, grain=PLASTIC),
        dark=surface_of("dark", "#2b2d30", rough=0.5, grain=PLASTIC),
        gloss=surface_of("gloss", "#08090a", rough=0.12, coat=0.6),
        metal=surface_of("metal", "#c8cbce", rough=0.22, metal=1),
        lining=surface_of("lining", LIGHT_LINING if light > 0.08 else DARK_LINING, rough=0.95, sheen=0.3, grain=WEAVE),
        carpet=surface_of("carpet", "#2b2c2e", rough=1, sheen=0.4, grain=WEAVE),
        glow=shining("glow", "#7fe6cf", 2.2) if cabin.lit else surface_of("glow", "#17181a", rough=0.3),
        rubber=surface_of("rubber", "#0b0c0d", rough=0.7),
        belt=surface_of("belt", "#2b2c2e", rough=0.75, sheen=0.3, grain=WEAVE),
    )


def _cover(cover: str, colour: str) -> Any:
    if cover == "fabric":
        return surface_of("seat", colour, rough=1, sheen=0.5, grain=WEAVE, mottled=0.13)
    return surface_of("seat", colour, rough=0.48, sheen=0.1, grain=LEATHER)
