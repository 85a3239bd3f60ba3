// Flat shapes that lamps and intakes are drawn with: distances over (u, v), negative inside. u goes outwards from the car's middle
// and round its corner, v goes up.

/** A stroke along points, rounded at its ends; `half` its half width, or that at the beginning and that at the end. */
export function line(points, half) {
  const [from, to] = Array.isArray(half) ? half : [half, half];
  const last = points.length - 1;
  return (u, v) => {
    let best = Infinity;
    for (let i = 0; i < last; i++) {
      const [a, b] = points[i];
      const [du, dv] = [points[i + 1][0] - a, points[i + 1][1] - b];
      const t = Math.min(1, Math.max(0, ((u - a) * du + (v - b) * dv) / (du * du + dv * dv || 1e-9)));
      const away = Math.hypot(u - a - t * du, v - b - t * dv) - from - ((to - from) * (i + t)) / last;
      if (away < best) best = away;
    }
    return best;
  };
}

/** The points of a soft curve that these points pull: their corners are cut twice, the ends stay. */
export function soft(points) {
  let path = points;
  for (let round = 0; round < 2; round++) {
    const next = [path[0]];
    for (let i = 0; i + 1 < path.length; i++) {
      const [[a, b], [c, d]] = [path[i], path[i + 1]];
      next.push([a * 0.75 + c * 0.25, b * 0.75 + d * 0.25], [a * 0.25 + c * 0.75, b * 0.25 + d * 0.75]);
    }
    path = [...next, path.at(-1)];
  }
  return path;
}

/** A polygon, grown by `round` with rounded corners. */
export function area(points, round = 0.008) {
  return (u, v) => {
    let best = Infinity;
    let inside = false;
    for (let i = 0, j = points.length - 1; i < points.length; j = i++) {
      const [a, b] = points[i];
      const [du, dv] = [points[j][0] - a, points[j][1] - b];
      const t = Math.min(1, Math.max(0, ((u - a) * du + (v - b) * dv) / (du * du + dv * dv || 1e-9)));
      best = Math.min(best, Math.hypot(u - a - t * du, v - b - t * dv));
      if (b > v !== points[j][1] > v && u < a + (du * (v - b)) / dv) inside = !inside;
    }
    return (inside ? -best : best) - round;
  };
}

/** A rectangle with corners rounded by `round`. */
export function box(u0, u1, v0, v1, round = 0.01) {
  const [middleU, middleV, halfU, halfV] = [(u0 + u1) / 2, (v0 + v1) / 2, (u1 - u0) / 2 - round, (v1 - v0) / 2 - round];
  return (u, v) => {
    const [du, dv] = [Math.abs(u - middleU) - halfU, Math.abs(v - middleV) - halfV];
    return Math.hypot(Math.max(du, 0), Math.max(dv, 0)) + Math.min(Math.max(du, dv), 0) - round;
  };
}

/** What is nearer than `half` to a shape's outline, inside it. */
export const rim = (shape, half) => (u, v) => Math.abs(shape(u, v) + half) - half;

/** Where all of these hold, and where any does. */
export const both = (...shapes) => (u, v) => Math.max(...shapes.map((shape) => shape(u, v)));
export const any = (...shapes) => (u, v) => Math.min(...shapes.map((shape) => shape(u, v)));

/** Inside a shape, drawn in by `margin`, but out of another. */
export const without = (shape, hole) => (u, v) => Math.max(shape(u, v), -hole(u, v));
export const inset = (shape, margin) => (u, v) => shape(u, v) + margin;

/** Stripes across u or v: `half` wide every `pitch`. */
export const stripesU = (pitch, half) => (u) => Math.abs(u / pitch - Math.round(u / pitch)) * pitch - half;
export const stripesV = (pitch, half, from = 0) => (u, v) => Math.abs((v - from) / pitch - Math.round((v - from) / pitch)) * pitch - half;

/** Rounded squares every `pitch` both ways, `half` their half side. */
export const cells = (pitch, half, round = 0.003) => (u, v) => {
  const [du, dv] = [u, v].map((at) => Math.abs(at / pitch - Math.floor(at / pitch) - 0.5) * pitch - half + round);
  return Math.hypot(Math.max(du, 0), Math.max(dv, 0)) + Math.min(Math.max(du, dv), 0) - round;
};
