// A car's body as an implicit surface, joined from its side view, its plan and its section.
//
// Axes: x from nose to tail, y up, z sideways, in metres; the origin is the ground below the nose. The body is symmetrical,
// so a field takes |z|. A field is negative inside and about the distance outside.
import { bank, polyline, smoothMax, smoothMin, smoothStep, spline } from "./curves.js";
import { bonnetOf, ducktailOf, spoilersOf } from "./forms.js";
import { templateOf } from "./templates.js";

const INCH = 0.0254;
const STEEP = 0.93; // nose and tail lean: this makes their fields nearly distances

/** The radius of a wheel with its tyre, in metres. */
export function wheelRadius(wheels) {
  return (wheels.size * INCH) / 2 + (wheels.sidewall ?? 108) / 1000;
}

/**
 * The body of a car.
 * @param spec see README.md; dims in millimetres
 * @returns measures, curves and fields that the panels are cut with; `inside(x, y, z)` is the whole body
 */
export function bodyOf(spec) {
  const frame = frameOf(spec);
  const curves = curvesOf(frame);
  const ends = endsOf(frame, curves.hood(frame.length - 0.05));
  const lower = lowerBody(frame, curves, ends);
  const cabin = cabinOf(frame, curves, ends);
  const { height } = frame;
  const inside = (x, y, z) => {
    const side = Math.abs(z);
    const low = lower.field(x, y, side);
    // Below this there is no cabin, and half of all questions are asked there.
    return y < height * 0.42 ? low : smoothMin(low, cabin.field(x, y, side), curves.union(x));
  };
  const { field: cabinField, ...cabinParts } = cabin;
  return { ...frame, ...curves, ...cabinParts, side: lower.side, lower: lower.field, cabin: cabinField, inside };
}

/** The measures, and `along(t)`: 0 is the nose, 1 the front axle, 2 the rear axle, 3 the tail. */
function frameOf(spec) {
  const template = templateOf(spec);
  const metres = (name) => spec.dims[name] / 1000;
  const [length, halfWidth, height, wheelbase] = [metres("length"), metres("width") / 2, metres("height"), metres("wheelbase")];
  const front = spec.dims.frontOverhang ? metres("frontOverhang") : (length - wheelbase) * template.frontShare;
  const rear = front + wheelbase;
  const radius = wheelRadius(spec.wheels);
  return {
    template,
    length,
    halfWidth,
    height,
    wheelbase,
    frontAxle: front,
    rearAxle: rear,
    axles: [front, rear],
    clearance: (spec.dims.clearance ?? template.clearance) / 1000,
    radius,
    arch: radius + template.archGap,
    along: (t) => {
      if (t <= 1) return front * t;
      return t <= 2 ? front + wheelbase * (t - 1) : rear + (length - rear) * (t - 2);
    },
  };
}

function curvesOf(frame) {
  const { template, along, length, halfWidth, height, frontAxle, clearance } = frame;
  const curve = (polygon, scale = 1) => spline(polygon.map(([t, value]) => [along(t), value * scale]));
  const ducktail = ducktailOf(template);
  const lifted = (of) => (x) => of(x) + ducktail(length - x);
  const edge = lifted(curve(template.edge, height));
  const rawRoof = curve(template.roof, height);
  let peak = 0;
  for (let x = 0; x < length; x += 0.02) peak = Math.max(peak, rawRoof(x));
  const roof = (x) => (rawRoof(x) * height) / peak;
  const slope = (of, x) => (of(x + 0.004) - of(x - 0.004)) / 0.008;
  const steepness = (of) => (x) => Math.hypot(1, slope(of, x));
  const bottom = spline(template.bottom.map(([t, rise]) => [along(t), clearance + rise]));
  const dome = (x) => smoothStep(0, 0.35, x) * smoothStep(frontAxle * 1.5, frontAxle * 1.1, x);
  const wrap = (x) => template.wrapF * smoothStep(along(1.75), along(1.1), x) - template.wrapR * smoothStep(along(1.7), along(2.6), x);
  const at = bank(
    [edge, lifted(curve(template.hood, height)), curve(template.plan, halfWidth), curve(template.inset), curve(template.crease), bottom,
      curve(template.rEdge), curve(template.rUnion), steepness(edge), dome, wrap],
    -0.3,
    length + 0.3,
  );
  const pick = (index) => (x) => at(x)[index];
  const roofAt = bank([roof, steepness(roof)], -0.6, length + 0.6);
  return {
    edge: pick(0),
    hood: pick(1),
    plan: pick(2),
    inset: pick(3),
    crease: pick(4),
    bottom: pick(5),
    edgeRadius: pick(6),
    union: pick(7),
    edgeSteepness: pick(8),
    dome: pick(9),
    wrap: pick(10),
    roof,
    roofAt,
    steepness,
    // The back of the side windows: x for a height.
    pillar: ((line) => (y) => along(line(y / height)))(polyline(template.cPillar)),
  };
}

/** How nose and tail close the body; both sweep back towards the sides. */
function endsOf(frame, bootEdge) {
  const { template, length, height } = frame;
  const { noseSweep, noseSweep4, tailSweep, tailSweep4 } = template;
  const sweep = (second, fourth, z) => z * z * (second + fourth * z * z);
  const tail = spline(template.tail);
  const { lower } = spoilersOf(template, height, bootEdge);
  // No spoiler makes a car longer than it is.
  const at = bank([spline(template.nose), (y) => smoothMax(tail(y) - lower(y), 0.004, 0.03)], -0.1, 1.4);
  return {
    nose: (x, y, z) => (at(y)[0] + sweep(noseSweep, noseSweep4, z) - x) * STEEP,
    tail: (x, y, z) => (x - length + at(y)[1] + sweep(tailSweep, tailSweep4, z)) * STEEP,
  };
}

/** Everything below the belt line: sides with their section, bonnet and boot, nose, tail, floor. */
function lowerBody(frame, curves, ends) {
  const { template, length, frontAxle, wheelbase, axles, arch, radius, clearance } = frame;
  const { edge, hood, plan, crease, bottom, edgeRadius, edgeSteepness, dome } = curves;
  const section = bank([spline(template.section.toSorted((a, b) => a[0] - b[0]))], -1.3, 1.3, 520);

  const { flare, flareW, hollow, rNose = template.rCorner } = template;
  const middle = frontAxle + wheelbase / 2;
  const side = (x, y) => {
    const shoulder = edge(x) - crease(x);
    let z = plan(x) + section(y - shoulder)[0];
    for (let i = 0; i < axles.length; i++) {
      const along = x - axles[i];
      if (along > 1.1 || along < -1.1) continue;
      const off = Math.sqrt(along * along + (y - radius) * (y - radius) * 1.08) - arch;
      const near = off < 0 ? 1 : Math.exp((-off * off) / (flareW * flareW));
      z += flare * near * smoothStep(shoulder + 0.12, shoulder - 0.18, y);
    }
    // Low in the doors the side is hollow.
    const across = (x - middle) / (wheelbase * 0.3);
    const up = (y - (clearance + 0.3)) / 0.17;
    return z - hollow * Math.exp(-across * across * across * across - up * up);
  };
  const relief = bonnetOf(template, frontAxle);
  const top = (x, z) => {
    const outward = Math.min(1.15, z / (plan(x) - 0.05));
    const sunk = dome(x);
    return edge(x) + (hood(x) - edge(x)) * (1 - outward * outward) - (sunk && sunk * relief(x, z));
  };
  const field = (x, y, z) => {
    const end = x < length / 2 ? ends.nose(x, y, z) : ends.tail(x, y, z);
    const around = smoothMax(z - side(x, y), end, x < length / 2 ? rNose : template.rCorner);
    const closed = smoothMax(around, (y - top(x, z)) / edgeSteepness(x), edgeRadius(x));
    return smoothMax(closed, bottom(x) - y, 0.09);
  };
  return { field, side };
}

/** The glasshouse: tumbling sides, the roof, and where a body has one the upright upper tail. */
function cabinOf(frame, curves, ends) {
  const { template, length, height } = frame;
  const { edge, plan, inset, roofAt, steepness, wrap } = curves;
  const { crown, rRail, rTailU, tumble: [lean, bow] } = template;
  const leanLength = Math.hypot(1, lean + 0.3 * bow);
  const upright = template.tailUpper ? spline(template.tailUpper.map(([share, x]) => [share * height, x])) : null;
  const { upper } = spoilersOf(template, height, 0);
  const upperTail = upright && ((y) => upright(y) - upper(y));
  const upperSteepness = upperTail && steepness(upperTail);

  const glassAt = (x, y) => {
    const above = y - edge(x);
    return plan(x) - inset(x) - lean * above - bow * above * Math.abs(above);
  };
  const wrapped = (x, z) => x - wrap(x) * z * z;
  const sideField = (x, y, z) => (z - glassAt(x, y)) / leanLength;
  const roofField = (x, y, z) => {
    const found = roofAt(wrapped(x, z));
    return (y - found[0] + crown * z * z) / found[1];
  };
  const upperTailField = (x, y, z) => (x - (length - upperTail(y) - template.tailSweepU * z * z)) / upperSteepness(y);
  const field = (x, y, z) => {
    let value = smoothMax(sideField(x, y, z), roofField(x, y, z), rRail);
    if (upperTail) value = smoothMax(value, upperTailField(x, y, z), rTailU);
    if (x > length / 2) {
      const behind = upperTail ? 0.012 + 0.25 * Math.max(0, edge(x) - y) : 0.03;
      value = smoothMax(value, ends.tail(x, y, z) + behind, 0.05);
    }
    return smoothMax(value, edge(x) - 0.22 - y, 0.04);
  };
  return { field, glassAt, wrapped, sideField, roofField };
}
