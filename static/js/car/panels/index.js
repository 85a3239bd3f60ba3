// The body of a car cut into its panels.
import { polygonise } from "../surface.js";
import { dressFront } from "./front.js";
import { glaze } from "./glazing.js";
import { dressRear } from "./rear.js";
import { drawShutLines } from "./shutlines.js";
import { dressWithTrim } from "./trim.js";
import { Workpiece } from "./workpiece.js";

/**
 * @param body see field.js
 * @param {number} cell the step of the grid in metres: 0.013 for stills
 * @returns {{material: string, mesh: object, offset: number}[]} parts of half a car
 */
export function panelsOf(body, spec, cell) {
  const work = new Workpiece(polygonise(body, cell), cell);
  openWheelArches(work, body, spec);
  glaze(work, body, spec);
  dressFront(work, body, spec);
  dressRear(work, body, spec);
  dressWithTrim(work, body, spec);
  drawShutLines(work, body, spec);
  work.put("paint", work.left);
  return work.parts;
}

function openWheelArches(work, { axles, radius, arch, bottom }, spec) {
  for (const axle of axles) {
    const away = (x, y) => Math.hypot(x - axle, y - radius);
    work.open(
      (x, y, z) => (z < 0.3 ? 1 : away(x, y) - arch),
      0.05,
      spec.cladding ? "plastic" : "paint",
      (x, y) => [-(x - axle) / (away(x, y) || 1), -(y - radius) / (away(x, y) || 1), 0],
      (x, y, z) => z >= 0.4 && y >= bottom(x) + 0.025,
    );
  }
}
