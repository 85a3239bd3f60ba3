// Smooth curves and smooth set operations: what a car's body is drawn with.

const SAMPLES_PER_SPAN = 24;
const SMOOTHINGS = 2;

/**
 * A clamped cubic B-spline along a control polygon, tabulated as y(x); it goes on straight beyond its ends.
 * @param {[number, number][]} polygon points with rising x
 * @param {number} size how many values the table has
 * @returns {(x: number) => number}
 */
export function spline(polygon, size = 320) {
  const points = sampled(polygon);
  const start = points[0][0];
  const step = (points.at(-1)[0] - start) / (size - 1);
  const table = tabulated(points, start, step, size);
  return (x) => {
    const at = (x - start) / step;
    if (at <= 0) return table[1] + (table[2] - table[1]) * at;
    if (at >= size - 1) return table[size] + (table[size] - table[size - 1]) * (at - size + 1);
    const i = Math.floor(at);
    return catmullRom(table[i], table[i + 1], table[i + 2], table[i + 3], at - i);
  };
}

function sampled(polygon) {
  const first = polygon[0];
  const last = polygon.at(-1);
  const control = [first, first, ...polygon, last, last];
  const points = [];
  for (let i = 0; i + 3 < control.length; i++) {
    for (let k = 0; k < SAMPLES_PER_SPAN; k++) {
      const t = k / SAMPLES_PER_SPAN;
      const weights = [(1 - t) ** 3 / 6, (3 * t ** 3 - 6 * t * t + 4) / 6, (-3 * t ** 3 + 3 * t * t + 3 * t + 1) / 6, t ** 3 / 6];
      points.push([0, 1].map((axis) => weights.reduce((sum, weight, n) => sum + weight * control[i + n][axis], 0)));
    }
  }
  points.push(last);
  return points;
}

function tabulated(points, start, step, size) {
  const table = new Float64Array(size + 3);
  for (let i = 0, j = 0; i < size; i++) {
    const x = start + i * step;
    while (j < points.length - 2 && points[j + 1][0] < x) j++;
    const [left, right] = [points[j], points[j + 1]];
    const share = (x - left[0]) / (right[0] - left[0] || 1e-9);
    table[i + 1] = left[1] + (right[1] - left[1]) * Math.min(1, Math.max(0, share));
  }
  table[0] = 2 * table[1] - table[2];
  table[size + 1] = 2 * table[size] - table[size - 1];
  table[size + 2] = 2 * table[size + 1] - table[size];
  for (let round = 0; round < SMOOTHINGS; round++) {
    // The last noise of the table would show in the highlights.
    const before = table.slice();
    for (let i = 1; i < size + 2; i++) table[i] = (before[i - 1] + 2 * before[i] + before[i + 1]) / 4;
  }
  return table;
}

function catmullRom(a, b, c, d, t) {
  return b + 0.5 * t * (c - a + t * (2 * a - 5 * b + 4 * c - d + t * (3 * (b - c) + d - a)));
}

/**
 * Several functions of one variable, tabulated together: the weights are worked out once for all of them, and asking for
 * the same x again is free.
 * @returns {(x: number) => Float64Array} the values in the order of `functions`; the array is reused
 */
export function bank(functions, from, to, size = 420) {
  const width = functions.length;
  const step = (to - from) / (size - 1);
  const table = new Float64Array((size + 3) * width);
  for (let i = 0; i < size + 3; i++) {
    for (let k = 0; k < width; k++) table[i * width + k] = functions[k](from + (i - 1) * step);
  }
  const values = new Float64Array(width);
  let last = NaN;
  return (x) => {
    if (x === last) return values;
    last = x;
    const at = Math.min(size - 1, Math.max(0, (x - from) / step));
    const i = Math.floor(at);
    const t = at - i;
    const t2 = t * t;
    const t3 = t2 * t;
    const a = 0.5 * (-t3 + 2 * t2 - t);
    const b = 0.5 * (3 * t3 - 5 * t2 + 2);
    const c = 0.5 * (-3 * t3 + 4 * t2 + t);
    const d = 0.5 * (t3 - t2);
    for (let k = 0, o = i * width; k < width; k++, o++) {
      values[k] = a * table[o] + b * table[o + width] + c * table[o + 2 * width] + d * table[o + 3 * width];
    }
    return values;
  };
}

/** The intersection of two fields whose edge is rounded over the length `radius`; its second derivative is steady. */
export function smoothMax(a, b, radius) {
  const near = Math.max(radius - Math.abs(a - b), 0) / radius;
  return Math.max(a, b) + (near * near * near * radius) / 6;
}

/** The union of two fields, rounded like `smoothMax`. */
export const smoothMin = (a, b, radius) => -smoothMax(-a, -b, radius);

/** 0 up to `from`, 1 beyond `to`, without a kink in between; `from` may be the larger one. */
export function smoothStep(from, to, x) {
  const t = Math.min(1, Math.max(0, (x - from) / (to - from)));
  return t * t * t * (t * (6 * t - 15) + 10);
}

/** |x| with a rounded bottom of the given radius. */
export const softAbs = (x, radius) => Math.sqrt(x * x + radius * radius) - radius;

/** Straight pieces through points: y(x), held beyond the ends by the outer pieces. */
export function polyline(points) {
  return (x) => {
    let i = 0;
    while (i < points.length - 2 && x > points[i + 1][0]) i++;
    const [left, right] = [points[i], points[i + 1]];
    return left[1] + ((right[1] - left[1]) * (x - left[0])) / (right[0] - left[0]);
  };
}
