// The graphics of front lamps: for a pen, layers from the panel below to the light on top. v counts from the lamp line.

/** Lit cubes at these shares of the half width. */
const cubes = (p, places, v, half = 0.02, tall = half) => places.map((u) => ["drl2", boxAt(p, u, v, half, tall), -0.004]);
const boxAt = (p, share, v, half, tall) => (u, w) => p.box(-half, half, -tall, tall, 0.006)(u - p.scale(share), w - v);

/** Lines of light: bars over the whole width, brows, arches. */
const LINES = {
  // One thin line from side to side, its ends hooked down.
  hooks: (p) => [
    ["gloss", p.curve([[-1, 0], [0.7, 0.004], [0.96, 0.0], [1.04, -0.03], [1.0, -0.13]], 0.022)],
    ["drl", p.curve([[-1, 0], [0.7, 0.004], [0.96, 0.0], [1.04, -0.03], [1.0, -0.12]], 0.009), 0.001],
    ...main(p, [[0.66, -0.07], [0.93, -0.065], [0.9, -0.115], [0.7, -0.105]], [0.74, 0.83], -0.088),
  ],
  // An arch of light over the whole face, the main lamps far below.
  arch: (p) => [
    ["gloss", p.curve([[-1, 0.026], [0.35, 0.026], [0.85, 0.012], [1.12, -0.035]], [0.028, 0.02])],
    ["drl", p.curve([[-1, 0.026], [0.35, 0.026], [0.85, 0.012], [1.12, -0.035]], [0.013, 0.009]), 0.001],
    ...pod(p, 0.72, 0.9, -0.23, -0.15),
  ],
  // A hair of light from side to side that swells at its ends.
  hair: (p) => [
    ["gloss", p.line([[-1, 0], [0.6, 0], [1.16, 0.012]], [0.014, 0.03])],
    ["drl", p.line([[-1, 0.002], [0.6, 0.002], [1.12, 0.012]], [0.006, 0.008]), 0.001],
    ...main(p, [[0.64, -0.105], [0.98, -0.08], [0.98, -0.135], [0.7, -0.14]], [0.76, 0.86], -0.113),
  ],
  // Two short horns above, the rest is bare.
  horns: (p) => [
    ["gloss", p.curve([[0.42, -0.006], [0.72, 0.004], [0.98, 0.01], [1.1, 0.05]], 0.026)],
    ["drl", p.curve([[0.45, -0.006], [0.72, 0.004], [0.98, 0.01], [1.09, 0.046]], [0.006, 0.014]), 0.001],
    ...pod(p, 0.74, 0.93, -0.235, -0.165),
  ],
  // A straight strip over the face, dark triangles with the main lamps at its ends.
  robot: (p) => [
    ["gloss", p.line([[-1, 0], [1.16, 0.014]], 0.017)],
    ["drl", p.line([[-1, 0], [1.14, 0.014]], 0.008), 0.001],
    ...main(p, [[0.7, -0.07], [1.0, -0.055], [0.93, -0.25], [0.84, -0.25]], [0.83, 0.9], -0.105, [0.84, 0.88], -0.165),
  ],
  // A dark band from side to side with the lamps behind it.
  band: (p) => [
    ["gloss", p.box(-1, 1.16, -0.036, 0.036, 0.034)],
    ["lens", p.box(0.6, 1.1, -0.026, 0.012, 0.012), -0.003],
    ["drl", p.line([[0.56, 0.021], [1.12, 0.021]], 0.0075), 0.001],
    ...cubes(p, [0.67, 0.77, 0.87], -0.008, 0.026, 0.011),
  ],
};

/** Slim lamps and split ones: a sharp light above, the main lamp apart. */
const BLADES = {
  // Slender lamps swept upwards.
  slim: (p) => [
    ["gloss", p.blob([[0.5, -0.038], [0.75, -0.03], [1.16, 0.03], [1.12, 0.05], [0.8, 0.02], [0.52, -0.02]], 0.011)],
    ["lens", p.blob([[0.54, -0.034], [0.75, -0.026], [1.1, 0.025], [1.08, 0.035], [0.8, 0.01], [0.55, -0.024]], 0.006), -0.003],
    ["drl", p.curve([[0.52, -0.026], [0.8, 0.014], [1.13, 0.046]], [0.0055, 0.0075]), 0.001],
    ...cubes(p, [0.68, 0.77, 0.86], -0.012, 0.018, 0.008),
  ],
  // Two sharp strips to a side, one along the bonnet and one falling, the main lamps in a dark wedge.
  sword: (p) => [
    ["gloss", p.area([[0.36, -0.03], [0.7, -0.012], [1.14, 0.03], [1.12, 0.05], [0.68, 0.022]], 0.003)],
    ["drl", p.line([[0.4, -0.024], [0.7, 0.008], [1.12, 0.042]], [0.004, 0.009]), 0.001],
    ["gloss", p.area([[0.68, -0.085], [1.03, -0.05], [1.0, -0.12], [0.9, -0.255], [0.87, -0.255], [0.85, -0.135]], 0.005)],
    ["drl", p.line([[1.0, -0.075], [0.9, -0.24]], [0.009, 0.004]), 0.001],
    ...cubes(p, [0.79, 0.87], -0.098, 0.02, 0.013),
  ],
  // A strip bent like a seven.
  seven: (p) => [
    ["gloss", p.area([[0.38, -0.012], [0.95, 0.014], [1.1, 0.02], [0.98, -0.15], [0.93, -0.15], [0.93, -0.045], [0.42, -0.042]], 0.006)],
    ["drl", p.line([[0.41, -0.016], [1.03, 0.01], [0.965, -0.14]], 0.0085), 0.001],
    ...cubes(p, [0.62, 0.72, 0.82], -0.032, 0.022, 0.0075),
  ],
  // Short bricks of light in a row, the main lamps in a dark box.
  bricks: (p) => [
    ["gloss", p.box(0.4, 1.12, -0.024, 0.024, 0.012)],
    ...[0.48, 0.62, 0.76, 0.9, 1.04].map((u) => ["drl", boxAt(p, u, 0, 0.05, 0.011), 0.001]),
    ...pod(p, 0.66, 0.95, -0.175, -0.105),
  ],
  // A T lying on its side.
  tee: (p) => [
    ["gloss", p.any(p.line([[0.46, 0], [1.04, 0.018]], 0.021), p.line([[0.98, 0.06], [0.92, -0.1]], 0.021))],
    ["drl", p.any(p.line([[0.47, 0], [0.98, 0.015]], 0.0095), p.line([[0.985, 0.06], [0.92, -0.1]], 0.0095)), 0.001],
    ...main(p, [[0.78, -0.14], [0.98, -0.13], [0.9, -0.27], [0.84, -0.27]], [0.88], -0.165, [0.88], -0.215),
  ],
  // Thin brows, and small lamps side by side below them.
  brows: (p) => [
    ["gloss", p.curve([[0.42, -0.012], [0.7, 0.008], [1.14, 0.03]], 0.02)],
    ["drl", p.curve([[0.44, -0.012], [0.7, 0.008], [1.12, 0.03]], 0.0085), 0.001],
    ...main(p, [[0.62, -0.13], [0.97, -0.115], [0.94, -0.165], [0.66, -0.17]], [0.7, 0.79, 0.88], -0.143),
  ],
};

/** Lamps with a body of their own. */
const BODIES = {
  // Two round-cornered eyes behind a dark panel; an arc of light above and one below in each.
  eyes: (p) => {
    const eye = p.box(0.6, 1.06, -0.07, 0.048, 0.055);
    const arcs = p.without(p.rim(p.inset(eye, 0.006), 0.0085), p.any(p.box(0.3, 0.69, -0.03, 0.008, 0.002), p.box(0.97, 1.3, -0.03, 0.008, 0.002)));
    return [
      ["gloss", p.any(p.box(-1, 0.9, -0.048, 0.026, 0.02), p.inset(eye, -0.014))],
      ["lens", eye, -0.004],
      ["drl", arcs, 0.001],
      ...cubes(p, [0.74, 0.83, 0.92], -0.011, 0.026, 0.013),
    ];
  },
  // Round lamps, a ring of light in each.
  round: (p) => rings(p, 0.74, -0.005, 0.085),
  // Round lamps joined by a dark smile.
  goggles: (p) => [["gloss", p.curve([[-1, -0.02], [0.4, -0.02], [0.7, -0.006]], 0.038)], ...rings(p, 0.76, 0, 0.09)],
  // A tall box of light to a side.
  boxes: (p) => {
    const lamp = p.box(0.6, 1.0, -0.085, 0.06, 0.028);
    return [
      ["gloss", p.any(p.box(-1, 0.7, -0.085, 0.06, 0.012), p.inset(lamp, -0.01))],
      ["lens", p.inset(lamp, 0.02), -0.004],
      ["drl", p.rim(p.inset(lamp, 0.003), 0.0095), 0.001],
      ...cubes(p, [0.72, 0.86], -0.012, 0.03, 0.03),
    ];
  },
  // A drop lying on its side, its outline lit at the top and the outer end.
  drop: (p) => {
    const drop = p.blob([[0.5, -0.018], [0.66, 0.055], [0.98, 0.075], [1.12, 0.03], [1.04, -0.06], [0.78, -0.075]], 0.014);
    return [
      ["gloss", p.inset(drop, -0.006)],
      ["lens", drop, -0.004],
      ["drl", p.without(p.rim(drop, 0.0075), p.area([[0.4, -0.2], [0.62, -0.01], [0.93, -0.02], [0.93, -0.2]], 0)), 0.001],
      ["drl2", p.disc(0.75, -0.004, 0.026), -0.002],
      ["drl2", p.disc(0.92, 0.006, 0.026), -0.002],
    ];
  },
  // Lamps drawn to a point inwards, joined by a bright bar; the light runs along the lower edge and up.
  dragon: (p) => [
    ["chrome", p.line([[-1, 0.0], [0.66, -0.004]], 0.0125), 0.004],
    ["gloss", p.area([[0.52, -0.024], [0.6, -0.062], [0.96, -0.05], [1.18, 0.028], [1.14, 0.05], [0.62, 0.014]], 0.008)],
    ["lens", p.area([[0.6, -0.022], [0.64, -0.046], [0.94, -0.036], [1.12, 0.028], [0.66, 0.002]], 0.004), -0.004],
    ["drl", p.line([[0.585, -0.012], [0.625, -0.055], [0.955, -0.042], [1.15, 0.034]], 0.0072), 0.001],
    ...cubes(p, [0.72, 0.81, 0.9], -0.018, 0.02, 0.011),
  ],
  // A lamp that hooks down into the corner, with strokes like ripples below it.
  wave: (p) => [
    ["gloss", p.area([[0.56, -0.03], [0.94, 0.02], [1.12, 0.036], [1.05, -0.09], [0.92, -0.11], [0.88, -0.052], [0.62, -0.062]], 0.008)],
    ["lens", p.area([[0.62, -0.04], [0.92, -0.01], [0.9, -0.042], [0.66, -0.052]], 0.004), -0.004],
    ["drl", p.curve([[0.57, -0.026], [0.96, 0.022], [1.1, 0.028], [1.05, -0.03], [1.0, -0.095], [0.93, -0.1]], 0.0085), 0.001],
    ...cubes(p, [0.75, 0.85], -0.032, 0.02, 0.009),
    ...[0.15, 0.185, 0.22].map((drop, i) => ["drl2", p.line([[0.9 - 0.025 * i, -drop], [0.99 - 0.03 * i, -drop + 0.008]], 0.007), 0.001]),
  ],
  // Two stacked bars of light, closed by an upright one outside: jaws.
  jaws: (p) => [
    ["gloss", p.box(0.52, 1.12, -0.075, 0.055, 0.02)],
    ["lens", p.box(0.6, 0.94, -0.03, 0.012, 0.008), -0.004],
    ["drl", p.line([[0.57, 0.036], [1.04, 0.036], [1.04, -0.056], [0.57, -0.056]], 0.0105), 0.001],
    ...cubes(p, [0.66, 0.76, 0.86], -0.009, 0.024, 0.014),
  ],
  // Three strokes spread like feathers.
  wing: (p) => [
    ["gloss", p.blob([[0.5, -0.05], [0.9, -0.065], [1.08, -0.05], [1.18, 0.06], [0.9, 0.04], [0.6, -0.01]], 0.012)],
    ...[[0.0, 0.048], [-0.028, 0.014], [-0.05, -0.02]].map(([from, to], i) => ["drl", p.curve([[0.56 + 0.05 * i, from - 0.026 + 0.008 * i], [0.86, (from + to) / 2 - 0.012], [1.13 - 0.03 * i, to]], [0.004, 0.0085]), 0.001]),
  ],
  // Small lit squares to both sides of a dark band.
  matrix: (p) => [
    ["gloss", p.box(-1, 1.14, -0.048, 0.04, 0.03)],
    ["drl", p.both(p.cells(0.03, 0.0095), p.area([[0.48, -0.03], [0.48, 0.03], [1.1, 0.03], [1.02, -0.03]], 0)), 0.001],
    ["lens", p.box(-0.3, 0.36, -0.036, 0.028, 0.02), -0.002],
  ],
  // A frame of light with short bars in it, upright and square.
  frame: (p) => [
    ["gloss", p.box(-1, 1.04, -0.075, 0.07, 0.014)],
    ["drl", p.rim(p.box(0.62, 1.0, -0.062, 0.057, 0.018), 0.009), 0.001],
    ...cubes(p, [0.72, 0.8, 0.88], -0.002, 0.02, 0.034),
    ["drl", p.both(p.stripesU(0.13, 0.045), p.box(-0.5, 0.5, -0.008, 0.008, 0.001)), 0.001],
  ],
  // A bow of light like a C round the outer end.
  bow: (p) => [
    ["gloss", p.blob([[0.56, -0.02], [0.62, 0.05], [1.08, 0.06], [1.12, -0.09], [0.9, -0.09], [0.7, -0.075]], 0.012)],
    ["lens", p.box(0.66, 0.95, -0.04, 0.02, 0.018), -0.004],
    ["drl", p.curve([[0.6, 0.032], [1.02, 0.054], [1.1, 0.02], [1.06, -0.08], [0.84, -0.078]], 0.0095), 0.001],
    ...cubes(p, [0.73, 0.84], -0.01, 0.028, 0.02),
  ],
  // Strokes of light one above the other, each shorter than the one above.
  ripple: (p) => [
    ["gloss", p.area([[0.5, 0.03], [1.16, 0.05], [1.1, -0.09], [0.88, -0.09]], 0.012)],
    ...[0, 1, 2, 3].map((i) => ["drl", p.curve([[0.53 + 0.1 * i, 0.024 - 0.033 * i], [0.85 + 0.03 * i, 0.026 - 0.033 * i], [1.13 - 0.02 * i, 0.042 - 0.033 * i]], 0.0085 - 0.001 * i), 0.001]),
  ],
  // An upright lamp in a dark panel, three cubes on each other.
  stack: (p) => [
    ["gloss", p.box(0.72, 1.08, -0.16, 0.07, 0.03)],
    ...[0.032, -0.042, -0.116].map((v) => ["drl2", boxAt(p, 0.88, v, 0.045, 0.02), -0.003]),
    ["drl", p.curve([[0.77, 0.054], [1.03, 0.054], [1.03, -0.145]], 0.0085), 0.001],
  ],
};

export const LAMPS = { ...LINES, ...BLADES, ...BODIES };

/** Main lamps in a dark field; one row of cubes or two. */
function main(p, corners, places, v, lower = [], lowerV = 0) {
  return [["gloss", p.area(corners, 0.008)], ...cubes(p, places, v, 0.02, 0.012), ...cubes(p, lower, lowerV, 0.02, 0.012)];
}

function pod(p, from, to, low, high) {
  const lamp = p.box(from, to, low, high, 0.022);
  const middle = (low + high) / 2;
  return [["gloss", p.inset(lamp, -0.008)], ["lens", lamp, -0.004], ...cubes(p, [from + (to - from) * 0.3, from + (to - from) * 0.7], middle, 0.022, 0.016)];
}

/** A lamp that looks round from in front: the face falls away towards its outer edge. */
function rings(p, share, v, radius) {
  const round = (size) => (u, w) => Math.hypot((u - p.scale(share)) * 0.78, w - v) - size;
  return [
    ["gloss", round(radius + 0.012)],
    ["lens", round(radius), -0.004],
    ["drl", p.rim(round(radius - 0.004), 0.009), 0.001],
    ["lens", round(0.046), 0],
    ["drl2", p.both(round(0.04), (u, w) => 0.006 - Math.abs(w - v)), 0.001],
  ];
}
