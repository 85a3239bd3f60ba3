"""Shapes as meshes in Blender's scene."""

from typing import Any

import bpy
import numpy as np

from apps.catalog.cabin.shapes import Numbers, Point, cushion, drawn, rod

SMOOTH_UNTIL = np.radians(38)


def placed(name: str, mesh: Any, material: Any) -> Any:
    """A mesh in the scene, in a material."""
    mesh.materials.append(material)
    thing = bpy.data.objects.new(name, mesh)
    bpy.context.scene.collection.objects.link(thing)
    return thing


def surface(name: str, points: Numbers, material: Any, *, round_: bool = False, caps: bool = False) -> Any:
    """A lattice as a mesh; ``round_`` joins the last column to the first, ``caps`` shuts the first and the last row."""
    rows, columns = points.shape[:2]
    wide = columns if round_ else columns - 1
    row, column = np.meshgrid(np.arange(rows - 1), np.arange(wide), indexing="ij")
    right = (column + 1) % columns
    corners = [row * columns + column, row * columns + right, (row + 1) * columns + right, (row + 1) * columns + column]
    faces: list[Any] = np.stack(corners, axis=-1).reshape(-1, 4).tolist()
    if caps:
        faces += [list(range(columns - 1, -1, -1)), list(range((rows - 1) * columns, rows * columns))]
    mesh = bpy.data.meshes.new(name)
    mesh.from_pydata(points.reshape(-1, 3).tolist(), [], faces)
    mesh.shade_smooth()
    mesh.set_sharp_from_angle(angle=SMOOTH_UNTIL)
    return placed(name, mesh, material)


def block(name: str, size: Point, at: Point, material: Any, *, radius: float = 0.005, turn: Point = (0, 0, 0)) -> Any:
    """A box with rounded edges; ``turn`` in radians about x, y and z."""
    half = np.array(size) / 2
    corners = np.array([[x, y, z] for x in (-1, 1) for y in (-1, 1) for z in (-1, 1)]) * half
    faces = [(0, 1, 3, 2), (4, 6, 7, 5), (0, 4, 5, 1), (2, 3, 7, 6), (0, 2, 6, 4), (1, 5, 7, 3)]
    mesh = bpy.data.meshes.new(name)
    mesh.from_pydata(corners.tolist(), [], faces)
    thing = placed(name, mesh, material)
    thing.location, thing.rotation_euler = at, turn
    bevel = thing.modifiers.new("bevel", "BEVEL")
    bevel.width, bevel.segments, bevel.harden_normals = min(radius, *(0.49 * side for side in size)), 5, True
    mesh.shade_smooth()
    return thing


def tube(name: str, path: Numbers, radius: Any, material: Any, *, closed: bool = False, **shape: Any) -> Any:
    """A round or oval rod along a path (``shapes.rod``)."""
    points = rod(path, radius, closed=closed, **shape)
    return surface(name, points, material, round_=True, caps=not closed)


def pad(name: str, axis: Any, size: Any, material: Any, **shape: Any) -> Any:
    """Upholstery (``shapes.cushion``)."""
    return surface(name, cushion(axis, size, **shape), material, round_=True)


def sweep(name: str, section: Any, reach: Any, material: Any, **shape: Any) -> Any:
    """A section drawn across the car (``shapes.drawn``)."""
    return surface(name, drawn(section, reach, **shape), material)
