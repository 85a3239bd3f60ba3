// The tail: lamps, the recess for the number plate, and the bumper below, each a graphic with a name.
import { smoothMax } from "../curves.js";
import { BUMPERS } from "./graphics/bumpers.js";
import { draw, pen } from "./graphics/drawing.js";
import { TAIL_LAMPS } from "./graphics/taillamps.js";

const ROUND_THE_CORNER = 0.9;

export function dressRear(work, body, spec) {
  const { length, halfWidth, template } = body;
  const lights = { rear: "bar", rearTilt: 0.02, rearSize: 1, rearWrap: 0.45, ...spec.lights };
  const middle = body.height * (lights.rearY ?? template.rearLampY);
  const line = (x, z) => middle + lights.rearTilt * z + 0.1 * Math.max(0, length - 0.12 - x);
  const outwards = (x, z) => z + ROUND_THE_CORNER * Math.max(0, length - 0.06 - x);
  draw(work, TAIL_LAMPS[lights.rear](pen(halfWidth)), (x, y, z) => [outwards(x, z), (y - line(x, z)) / lights.rearSize], [
    (x) => length - lights.rearWrap - x,
    (x, y, z, nx, ny) => ny - 0.42,
  ]);
  const behind = (x) => length - 0.36 - x;
  plateRecess(work, body, behind);
  const bumper = BUMPERS[spec.tail?.bumper ?? "plain"]?.(pen(halfWidth), { bottom: body.bottom(length - 0.1), top: template.diffuser });
  if (bumper) draw(work, bumper, (x, y, z) => [outwards(x, z), y], [(x) => length - 0.5 - x, (x, y, z, nx) => -0.05 - nx]);
}

function plateRecess(work, body, behind) {
  const middle = body.height * body.template.rearPlateY;
  const outline = (x, y, z) => smoothMax(Math.abs(z) - 0.27 - (y - middle) * 0.25, Math.abs(y - middle) - 0.085, 0.05);
  work.takeFramed(
    { material: "gap", offset: -0.002 },
    { material: "paint", offset: -0.014 },
    [behind, (x, y, z, nx) => 0.3 - nx, outline],
    [(x, y, z) => outline(x, y, z) + 0.006],
  );
}
