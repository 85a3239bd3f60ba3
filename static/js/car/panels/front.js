// The face: lamps, air intake, corners of the bumper and its lower lip, each a graphic with a name.
import { bank } from "../curves.js";
import { CORNERS, INTAKES } from "./graphics/intakes.js";
import { LAMPS } from "./graphics/lamps.js";
import { draw, pen } from "./graphics/drawing.js";

const ROUND_THE_CORNER = 0.55; // how much a step backwards counts as a step outwards

export function dressFront(work, body, spec) {
  const { template, halfWidth, height, frontAxle } = body;
  const { face = {} } = spec;
  const ahead = (x) => x - frontAxle * 0.78;
  const clearOfWheel = (x, y) => body.arch + 0.085 - Math.hypot(x - frontAxle, y - body.radius);
  const lights = { front: "band", tilt: 0.03, size: 1, ...spec.lights };
  const middle = height * (lights.frontY ?? template.lampY);
  const profile = profileOf(body);
  const outwards = (x, y, z) => z + ROUND_THE_CORNER * Math.max(0, x - profile(y));
  const onLine = (x, y, z) => [outwards(x, y, z), (y - middle - lights.tilt * z - template.lampRise * Math.max(0, x - 0.05)) / lights.size];
  const p = pen(halfWidth);
  draw(work, LAMPS[lights.front](p), onLine, [ahead, clearOfWheel]);
  const forward = (x, y, z, nx) => nx + 0.12;
  const [bottom, top, half] = face.grille ?? template.grille;
  const intake = INTAKES[face.intake ?? "slot"]?.(pen(1), { bottom, top, half });
  if (intake) draw(work, intake, (x, y, z) => [z, y], [ahead, forward]);
  const corners = CORNERS[face.corners ?? "none"]?.(p, { bottom, top, lamp: middle });
  if (corners) draw(work, corners, (x, y, z) => [outwards(x, y, z), y], [ahead, clearOfWheel]);
  lowerLip(work, body, face.chin);
}

/** Where the body begins on its middle line: x for a height. */
function profileOf({ inside, frontAxle, height }) {
  const begin = (y) => {
    let x = -0.05;
    while (x < frontAxle && inside(x, y, 0) >= 0) x += 0.004;
    return x;
  };
  const at = bank([begin], 0.1, height * 0.7, 120);
  return (y) => at(y)[0];
}

/** What closes the face below: nothing of its own, a gloss lip, or a plate against stones. */
function lowerLip(work, { bottom, frontAxle, arch, halfWidth }, chin) {
  const ahead = (x) => x - frontAxle + arch;
  const above = (rise) => (x, y) => y - bottom(x) - rise;
  if (chin === "lip") work.take("gloss", 0.004, ahead, above(0.075));
  if (chin !== "plate") return;
  const plate = (x, y, z) => Math.max(z - halfWidth * 0.5 - (y - bottom(x)) * 0.8, y - bottom(x) - 0.105);
  work.take("silver", 0.004, ahead, plate);
  work.take("plastic", 0, ahead, above(0.125));
}
