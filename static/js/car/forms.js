// Named forms of nose, bonnet and tail, laid over a body's template. Heights count in shares of how high the bonnet begins.
import { smoothStep, softAbs } from "./curves.js";

// nose: height, how far it stands back; sweep: how it recedes towards the sides; corner: how round the corners are.
const NOSES = {
  // Upright, with a hard upper edge.
  upright: { nose: [[0, 0.12], [0.24, 0.06], [0.42, 0.022], [0.6, 0.008], [0.82, 0.004], [1.0, 0.014], [1.12, 0.05], [1.3, 0.2]], sweep: [0.15, 0.24], corner: 0.2, edge: 0.085 },
  // Leaning forwards: the upper edge leads, the face falls back below it.
  shark: { nose: [[0, 0.2], [0.2, 0.135], [0.4, 0.085], [0.6, 0.045], [0.8, 0.012], [0.94, 0.004], [1.06, 0.03], [1.25, 0.2]], sweep: [0.22, 0.3], corner: 0.22, edge: 0.08 },
  // Leaning back, pointed low down.
  wedge: { nose: [[0, 0.12], [0.2, 0.055], [0.36, 0.014], [0.52, 0.006], [0.68, 0.022], [0.84, 0.05], [1.0, 0.09], [1.2, 0.22]], sweep: [0.21, 0.27], corner: 0.22, edge: 0.09 },
  // Round from above and from the side.
  round: { nose: [[0, 0.17], [0.22, 0.1], [0.4, 0.04], [0.56, 0.012], [0.72, 0.014], [0.88, 0.05], [1.04, 0.12], [1.25, 0.3]], sweep: [0.24, 0.3], corner: 0.28, edge: 0.17 },
  // Pressed in at the middle of its height, a chin below.
  chin: { nose: [[0, 0.1], [0.2, 0.03], [0.34, 0.004], [0.46, 0.02], [0.6, 0.045], [0.78, 0.04], [0.96, 0.042], [1.1, 0.09], [1.3, 0.24]], sweep: [0.18, 0.28], corner: 0.22, edge: 0.1 },
};

// tail: height (in shares of the boot's edge), how far it stands forward of the length.
const TAILS = {
  // The lamps stand out as a shelf, hollow below them, and the bumper again.
  shelf: [[0, 0.22], [0.24, 0.1], [0.4, 0.03], [0.54, 0.035], [0.7, 0.075], [0.8, 0.055], [0.88, 0.016], [0.96, 0.018], [1.08, 0.05], [1.25, 0.08]],
  // The upper edge leads, all below falls forwards.
  tucked: [[0, 0.24], [0.26, 0.13], [0.46, 0.078], [0.66, 0.044], [0.82, 0.02], [0.94, 0.01], [1.02, 0.02], [1.2, 0.06]],
  flat: [[0, 0.16], [0.24, 0.06], [0.4, 0.02], [0.6, 0.012], [0.8, 0.014], [0.95, 0.022], [1.1, 0.045], [1.3, 0.08]],
  // The bumper leads, the tail leans forwards.
  bustle: [[0, 0.18], [0.2, 0.06], [0.34, 0.012], [0.46, 0.012], [0.6, 0.052], [0.78, 0.085], [0.94, 0.1], [1.1, 0.125], [1.3, 0.16]],
};

/** How far the bonnet lies below its smooth shape at x (shares of the front axle) and z. */
const BONNETS = {
  smooth: () => 0,
  folds: (x, z, depth) => plateau(z - 0.3 - 0.16 * x, 0.09) * depth,
  vee: (x, z, depth) => plateau(z - 0.1 - 0.42 * x, 0.1) * depth,
  // The middle stands out.
  power: (x, z, depth) => (plateau(z - 0.24 - 0.08 * x, 0.05) - 0.05) * depth * 0.8,
  // Hollow between the middle and the wings.
  wings: (x, z, depth) => depth * 0.42 * Math.exp(-(((z - 0.42 - 0.06 * x) / 0.15) ** 2)),
  // Two hollows beside a keel.
  keel: (x, z, depth) => depth * 0.3 * Math.exp(-(((z - 0.24 - 0.14 * x) / 0.12) ** 2)),
};

const plateau = (from, width) => softAbs(from, 0.02) - softAbs(from - width, 0.02);

/** The depth of a bonnet's relief as a field over metres. */
export function bonnetOf({ bonnet, dome }, frontAxle) {
  const relief = BONNETS[bonnet];
  return (x, z) => relief(x / frontAxle, z, dome);
}

/** What a named nose changes of a template. */
export function nosed(template, name, height) {
  if (!name) return template;
  const { nose, sweep, corner, edge } = NOSES[name];
  const tall = interpolated(template.edge, 0.05) * height;
  const rEdge = template.rEdge.map(([t, radius]) => [t, t < 0.5 ? edge : radius]);
  return { ...template, nose: nose.map(([share, back]) => [share * tall, back]), noseSweep: sweep[0], noseSweep4: sweep[1], rNose: corner, rEdge };
}

/** What a named tail changes of a template. */
export function tailed(template, name, height) {
  if (!name) return template;
  const tall = interpolated(template.edge, 2.75) * height;
  return { ...template, tail: TAILS[name].map(([share, ahead]) => [share * tall, ahead]) };
}

const interpolated = (polygon, t) => polygon.find(([at]) => at >= t)[1];

/** How much a ducktail lifts the boot's edge, at x metres before the tail's end. */
export const ducktailOf = ({ spoiler }) => (spoiler === "duck" ? (ahead) => 0.03 * smoothStep(0.26, 0.07, ahead) : () => 0);

/**
 * What a named spoiler adds backwards to the tail at a height: `duck` the edge of the boot, `roof` the roof's end.
 * @returns {{lower: (y: number) => number, upper: (y: number) => number}} metres
 */
export function spoilersOf({ spoiler }, height, bootEdge) {
  const none = () => 0;
  const lip = (from, to, reach) => (y) => reach * smoothStep(from, to, y);
  return {
    lower: spoiler === "duck" ? lip(bootEdge - 0.1, bootEdge - 0.02, 0.075) : none,
    upper: spoiler === "roof" ? lip(height * 0.865, height * 0.925, 0.15) : none,
  };
}
