// The face: lamps in one of several graphics, the air intake, and slits at the corners.
import { smoothMax, smoothStep } from "../curves.js";
import { extract } from "../cutting.js";

const PROJECTORS = [0.6, 0.68, 0.76]; // shares of the half width

export function dressFront(work, body, spec) {
  const lights = { front: "bar", tilt: 0.05, wrap: 0.4, h: 0.046, ...spec.lights };
  const face = {
    body,
    lights,
    middle: body.height * (lights.frontY ?? body.template.lampY),
    ahead: (x) => x - body.frontAxle * 0.75,
    forward: (x, y, z, nx) => nx + 0.12,
  };
  face.line = (x, z) => face.middle + lights.tilt * z + body.template.lampRise * Math.max(0, x - 0.05);
  LAMPS[lights.front](work, face);
  airIntake(work, face, spec);
  if (spec.curtains !== false) airCurtains(work, face);
}

const LAMPS = { bar: (work, face) => lampBand(work, face, -1), blade: (work, face) => lampBand(work, face, 0.26), split: splitLamps, dots: dotLamps, claw: clawLamps };

/** A band that grows outwards into a lamp with a lit upper edge; from the middle, or from `from` metres off it. */
function lampBand(work, face, from) {
  const { body: { halfWidth }, lights, line } = face;
  const tall = (x, z) => lights.h * (0.3 + 0.7 * smoothStep(halfWidth * 0.42, halfWidth * 0.74, z)) * (1 - 0.55 * smoothStep(0.1, lights.wrap, x));
  const lamp = work.carve(
    face.ahead,
    (x) => x - lights.wrap,
    (x, y, z) => from - z,
    (x, y, z) => y - line(x, z) - tall(x, z),
    (x, y, z) => line(x, z) - tall(x, z) - y,
  );
  const upper = extract(lamp, (x, y, z) => line(x, z) + tall(x, z) * 0.25 - y);
  const lit = extract(upper.inside, (x, y, z) => y - line(x, z) - tall(x, z) * 0.72);
  work.put("drl", lit.inside, 0.001);
  work.put("gloss", lit.rest);
  projectors(work, upper.rest, PROJECTORS.map((share) => halfWidth * share), 0.017, (x, y, z) => Math.abs(y - line(x, z) + tall(x, z) * 0.36) - tall(x, z) * 0.26);
}

/** Lit cubes in a lens, at these distances from the middle. */
function projectors(work, lens, places, half, height) {
  let left = lens;
  for (const place of places) {
    const cube = extract(left, (x, y, z) => Math.abs(z - place) - half, height);
    work.put("drl2", cube.inside, -0.004);
    left = cube.rest;
  }
  work.put("lens", left, -0.003);
}

/** A thin daytime light above, the main lamp in a housing of its own below it. */
function splitLamps(work, face) {
  const { lights, line } = face;
  const brow = (half, from, to) => [face.ahead, (x) => x - to, (x, y, z) => from - z, (x, y, z) => Math.abs(y - line(x, z)) - half];
  work.takeFramed({ material: "gloss" }, { material: "drl", offset: 0.002 }, brow(0.034, 0.375, lights.wrap + 0.02), brow(0.016, 0.4, lights.wrap));
  housing(work, face, { drop: 0.155, half: [0.104, 0.025], places: [0.645, 0.7, 0.755] });
}

/** The housing of the main lamps, `drop` below the lamp line. */
function housing(work, face, { drop, half, places }) {
  const { body: { halfWidth }, middle } = face;
  const round = (grow) => (x, y, z) => smoothMax(Math.abs(z - halfWidth * 0.7) - half[0] - grow, Math.abs(y - middle + drop) - half[1] - grow, 0.03);
  const frame = extract(work.carve(face.ahead, face.forward, round(0.011)), round(0));
  work.put("gloss", frame.rest);
  projectors(work, frame.inside, places.map((share) => halfWidth * share), 0.018, (x, y) => Math.abs(y - middle + drop) - half[1] / 2);
}

/** Rows of small lit squares to both sides of a dark band. */
function dotLamps(work, face) {
  const { body: { halfWidth }, lights, line } = face;
  const band = work.carve(face.ahead, (x) => x - lights.wrap, (x, y, z) => Math.abs(y - line(x, z)) - 0.034);
  const pitch = 0.05;
  const dot = (x, y, z) => {
    const along = Math.abs(((z / pitch) % 1) - 0.5) * pitch - 0.017;
    return smoothMax(along, Math.abs(Math.abs(y - line(x, z)) - 0.015) - 0.01, 0.004);
  };
  const lit = extract(band, (x, y, z) => halfWidth * 0.46 - z, dot);
  work.put("drl", lit.inside, 0.001);
  work.put("gloss", lit.rest);
}

/** A lit hook round the outer end of each lamp. */
function clawLamps(work, face) {
  const { body: { halfWidth }, line, lights } = face;
  const [inner, outer] = [halfWidth * 0.56, halfWidth * 0.94];
  const lens = (grow) => (x, y, z) => smoothMax(smoothMax(inner - z, z - outer - 0.1, 0.02), Math.abs(y - line(x, z) + 0.03) - 0.062 - grow, 0.05);
  const lamp = work.carve(face.ahead, (x) => x - lights.wrap, lens(0));
  const hook = extract(lamp, (x, y, z) => -lens(-0.014)(x, y, z), (x, y, z) => halfWidth * 0.6 - z);
  work.put("drl", hook.inside, 0.001);
  projectors(work, hook.rest, [0.66, 0.74, 0.82].map((share) => halfWidth * share), 0.02, (x, y, z) => Math.abs(y - line(x, z) + 0.03) - 0.02);
}

function airIntake(work, face, spec) {
  const { template } = face.body;
  const [bottom, top, half] = spec.grille ?? template.grille;
  if (top <= bottom) return;
  const outline = (x, y, z) => smoothMax(smoothMax(bottom - y, y - top - 0.04 * z, 0.05), z - half - (top - y) * 0.4, 0.08);
  let left = work.carve(face.ahead, face.forward, outline);
  for (let bar = 0; bar < 3; bar++) {
    const at = bottom + (top - bottom) * (0.28 + 0.24 * bar);
    const { inside, rest } = extract(left, (x, y) => Math.abs(y - at) - 0.009);
    work.put("gloss", inside, 0.006);
    left = rest;
  }
  work.put("gap", left, -0.012);
}

function airCurtains(work, face) {
  const { template, halfWidth, arch, radius, frontAxle } = face.body;
  const top = template.grille[1];
  const clearOfWheel = (x, y) => arch + 0.09 - Math.hypot(x - frontAxle, y - radius);
  const slit = (x, y, z) => smoothMax(Math.abs(z - halfWidth * 0.85 + (y - 0.42) * 0.3) - 0.009, Math.abs(y - top - 0.03) - 0.085, 0.02);
  work.takeFramed(
    { material: "gloss", offset: 0.001 },
    { material: "gap", offset: -0.01 },
    [face.ahead, clearOfWheel, (x, y, z, nx) => nx + 0.12, (x, y, z) => slit(x, y, z) - 0.008],
    [slit],
  );
}
