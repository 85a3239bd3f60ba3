// The tail: lamps in one of several graphics, and the recess for the number plate.
import { smoothMax } from "../curves.js";
import { extract } from "../cutting.js";

export function dressRear(work, body, spec) {
  const lights = { rear: "bar", rh: 0.03, rearTilt: 0.02, rearWrap: 0.34, ...spec.lights };
  const middle = body.height * (lights.rearY ?? body.template.rearLampY);
  const tail = {
    body,
    lights,
    behind: (x) => body.length - 0.36 - x,
    line: (x, z) => middle + lights.rearTilt * z + 0.1 * Math.max(0, body.length - 0.12 - x),
  };
  LAMPS[lights.rear](work, tail);
  plateRecess(work, tail);
}

const LAMPS = { bar: lampBar, pair: lampPair, dots: lampDots };

const band = ({ body, lights, line, behind }, half) => [
  behind,
  (x) => body.length - lights.rearWrap - x,
  (x, y, z, nx, ny) => ny - 0.7,
  (x, y, z) => Math.abs(y - line(x, z)) - half,
];

/** One red line over the whole width. */
function lampBar(work, tail) {
  const { lights, line } = tail;
  work.takeFramed({ material: "redDark" }, { material: "red", offset: 0.001 }, band(tail, lights.rh), [(x, y, z) => Math.abs(y - line(x, z)) - lights.rh * 0.42]);
}

/** A lamp to each side with a lit outline, a dark band between them. */
function lampPair(work, tail) {
  const { body: { halfWidth }, lights, line } = tail;
  const tall = lights.rh * 2.1;
  const from = halfWidth * 0.48;
  work.take("gloss", 0, ...band(tail, lights.rh * 0.5), (x, y, z) => z - from);
  const lamp = work.carve(...band(tail, tall), (x, y, z) => from - z);
  const outline = (x, y, z) => smoothMax(from + 0.014 - z, Math.abs(y - line(x, z)) - tall + 0.014, 0.03);
  const { inside, rest } = extract(lamp, outline);
  work.put("red", rest, 0.001);
  work.put("redDark", inside, -0.002);
}

/** Short upright strokes side by side. */
function lampDots(work, tail) {
  const { body: { halfWidth }, lights } = tail;
  const tall = lights.rh * 1.4;
  const pitch = 0.042;
  const lamp = work.carve(...band(tail, tall));
  const lit = extract(lamp, (x, y, z) => halfWidth * 0.3 - z, (x, y, z) => Math.abs(((z / pitch) % 1) - 0.5) * pitch - 0.012);
  work.put("red", lit.inside, 0.001);
  work.put("redDark", lit.rest);
}

function plateRecess(work, { body, behind }) {
  const middle = body.height * body.template.rearPlateY;
  const outline = (x, y, z) => smoothMax(Math.abs(z) - 0.27 - (y - middle) * 0.25, Math.abs(y - middle) - 0.085, 0.05);
  work.takeFramed(
    { material: "gap", offset: -0.002 },
    { material: "paint", offset: -0.014 },
    [behind, (x, y, z, nx) => 0.3 - nx, outline],
    [(x, y, z) => outline(x, y, z) + 0.006],
  );
}
