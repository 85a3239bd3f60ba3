// Draws graphics on a body: layers of flat shapes, each of a material, cut out of a mesh that is fine enough for them.
import { refined } from "../../refining.js";
import * as shapes from "./shapes.js";

const FINE = 0.0045; // metres: edges of the mesh where something is drawn

/** The shapes with all widths (u) in shares of `halfWidth`; heights and strokes stay metres. */
export function pen(halfWidth) {
  const wide = (points) => points.map(([share, v]) => [share * halfWidth, v]);
  return {
    ...shapes,
    line: (points, half) => shapes.line(wide(points), half),
    curve: (points, half) => shapes.line(shapes.soft(wide(points)), half),
    area: (points, round) => shapes.area(wide(points), round),
    blob: (points, round) => shapes.area(shapes.soft(wide([...points, points[0]])), round),
    box: (u0, u1, v0, v1, round) => shapes.box(u0 * halfWidth, u1 * halfWidth, v0, v1, round),
    scale: (share) => share * halfWidth,
    disc: (share, v, radius) => (u, w) => Math.hypot(u - share * halfWidth, w - v) - radius,
  };
}

/**
 * Cut layers out of a workpiece.
 * @param {[string, (u: number, v: number) => number, number?][]} layers material, shape, offset; later ones lie on top
 * @param {(x: number, y: number, z: number) => [number, number]} flat where a point lies in the drawing
 * @param {((...at: number[]) => number)[]} limits fields that bound the drawing
 */
export function draw(work, layers, flat, limits) {
  const beyond = (x, y, z, nx, ny, nz) => Math.max(...limits.map((limit) => limit(x, y, z, nx, ny, nz)));
  const anywhere = (x, y, z, nx, ny, nz) => {
    const off = beyond(x, y, z, nx, ny, nz);
    if (off > 0.2) return off; // most of a car is far from what is drawn
    const [u, v] = flat(x, y, z);
    return Math.max(off, Math.min(...layers.map(([, shape]) => shape(u, v))));
  };
  const edges = (x, y, z) => {
    if (beyond(x, y, z, 0, 0, 0) > 0.2) return 1;
    const [u, v] = flat(x, y, z);
    return Math.min(...layers.map(([, shape]) => Math.abs(shape(u, v))));
  };
  work.apart(anywhere, (zone) => {
    for (let step = zone.cell; step > FINE; step /= 2) zone.left = refined(zone.left, edges, step * 1.1);
    for (const [material, shape, offset = 0] of layers.toReversed()) {
      // One cut for all: cuts by the limits alone would run on to the zone's border and leave cracks there.
      zone.take(material, offset, (x, y, z, nx, ny, nz) => Math.max(shape(...flat(x, y, z)), beyond(x, y, z, nx, ny, nz)));
    }
  });
}
