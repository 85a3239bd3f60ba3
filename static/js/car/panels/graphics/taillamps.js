// The graphics of tail lamps; v counts from the lamp line. `redDark` is a lamp that is off, `red` one that is lit.

const strip = (p, points, half, lit = 0.45) => [["redDark", p.line(points, half)], ["red", p.line(points, half * lit), 0.001]];

export const TAIL_LAMPS = {
  // One line over the whole width.
  bar: (p) => strip(p, [[-1, 0], [1.4, 0]], 0.03, 0.42),
  // A hair of a line, swelling outwards.
  hair: (p) => [["gloss", p.line([[-1, 0], [0.5, 0], [1.4, 0.005]], [0.012, 0.03])], ["red", p.line([[-1, 0], [0.5, 0], [1.3, 0.006]], [0.005, 0.012]), 0.001]],
  // A line whose ends hook down.
  hooks: (p) => [["redDark", p.curve([[-1, 0], [0.8, 0], [1.1, 0], [1.08, -0.13]], 0.028)], ["red", p.curve([[-1, 0], [0.8, 0], [1.1, 0], [1.08, -0.12]], 0.011), 0.001]],
  // A loop of light round a dark band.
  halo: (p) => {
    const band = p.box(-1, 1.26, -0.062, 0.04, 0.05);
    return [["gloss", band], ["redDark", p.rim(band, 0.014)], ["red", p.rim(p.inset(band, 0.006), 0.0085), 0.001]];
  },
  // Two stacked lamps to a side, joined by a dark panel.
  stack: (p) => [
    ["gloss", p.any(p.box(-1, 0.9, -0.036, 0.036, 0.012), p.box(0.56, 1.3, -0.082, 0.07, 0.05))],
    ["redDark", p.any(p.box(0.6, 1.24, 0.006, 0.058, 0.026), p.box(0.6, 1.24, -0.07, -0.018, 0.026)), -0.002],
    ["red", p.any(p.rim(p.box(0.61, 1.22, 0.009, 0.055, 0.023), 0.0075), p.rim(p.box(0.61, 1.22, -0.067, -0.021, 0.023), 0.0075)), 0.001],
  ],
  // A line with a knot of two links at each end.
  knot: (p) => {
    const links = p.any(p.rim(p.box(0.6, 0.92, -0.075, 0.036, 0.016), 0.0085), p.rim(p.box(0.8, 1.16, -0.036, 0.075, 0.016), 0.0085));
    return [
      ["gloss", p.any(p.box(-1, 0.7, -0.026, 0.026, 0.01), p.box(0.55, 1.24, -0.09, 0.09, 0.03))],
      ["red", p.any(links, p.line([[-1, 0], [0.6, 0]], 0.009)), 0.001],
    ];
  },
  // Short upright strokes side by side.
  dots: (p) => [["redDark", p.box(-1, 1.4, -0.042, 0.042, 0.01)], ["red", p.both(p.stripesU(0.042, 0.012), p.box(0.3, 1.35, -0.03, 0.03, 0.004)), 0.001]],
  // Drops of light strung on a line.
  drops: (p) => [
    ["gloss", p.box(-1, 1.35, -0.042, 0.042, 0.03)],
    ["red", p.any(p.line([[-1, 0], [1.3, 0]], 0.0055), ...[0.2, 0.38, 0.56, 0.74, 0.92, 1.1].map((u, i) => p.disc(u, 0, 0.014 + 0.003 * i))), 0.001],
  ],
  // Small squares in rows.
  matrix: (p) => [["gloss", p.box(-1, 1.4, -0.055, 0.055, 0.012)], ["red", p.both(p.cells(0.03, 0.01), p.box(0.44, 1.3, -0.045, 0.045, 0)), 0.001], ["red", p.line([[-1, 0.0], [0.36, 0.0]], 0.006), 0.001]],
  // A lamp to each side, lit round its outline.
  pair: (p) => {
    const lamp = p.box(0.5, 1.4, -0.062, 0.062, 0.03);
    return [["gloss", p.box(-1, 0.6, -0.016, 0.016, 0.004)], ["redDark", lamp, -0.002], ["red", p.rim(p.inset(lamp, 0.008), 0.0085), 0.001]];
  },
  // A C to each side, open inwards.
  claws: (p) => [["redDark", p.curve([[0.56, 0.05], [1.16, 0.07], [1.3, 0.0], [1.16, -0.06], [0.66, -0.055]], 0.024)], ["red", p.curve([[0.56, 0.05], [1.16, 0.07], [1.3, 0.0], [1.16, -0.06], [0.66, -0.055]], [0.007, 0.012]), 0.001]],
  // Upright lamps at the corners.
  upright: (p) => [["gloss", p.box(0.82, 1.12, -0.16, 0.14, 0.03)], ["red", p.rim(p.box(0.85, 1.08, -0.14, 0.12, 0.03), 0.011), 0.001], ["redDark", p.box(0.93, 1.0, -0.08, 0.06, 0.012), -0.002]],
  // Round lamps.
  round: (p) => [["gloss", p.any(p.disc(0.84, 0, 0.092), p.box(-1, 0.8, -0.034, 0.034, 0.004))], ["red", p.rim(p.disc(0.84, 0, 0.08), 0.011), 0.001], ["redDark", p.disc(0.84, 0, 0.046), -0.002]],
  // Two parallel lines.
  twin: (p) => [["gloss", p.box(-1, 1.4, -0.042, 0.042, 0.02)], ["red", p.any(p.line([[-1, 0.022], [1.3, 0.022]], 0.008), p.line([[0.5, -0.022], [1.3, -0.022]], 0.008)), 0.001]],
  // Three slanting blades to a side.
  blades: (p) => [
    ["gloss", p.area([[-1, -0.024], [0.5, -0.024], [0.62, -0.062], [1.4, -0.05], [1.4, 0.05], [0.6, 0.036], [-1, 0.022]], 0.004)],
    ...[0, 1, 2].map((i) => ["red", p.area([[0.56 + 0.22 * i, 0.026], [0.71 + 0.22 * i, 0.032], [0.79 + 0.22 * i, -0.042], [0.66 + 0.22 * i, -0.042]], 0.002), 0.001]),
  ],
  // A T lying on its side at each end.
  tee: (p) => [
    ["gloss", p.any(p.line([[-1, 0], [1.2, 0]], 0.018), p.line([[1.04, 0.075], [1.0, -0.09]], 0.024))],
    ["red", p.any(p.line([[0.4, 0], [1.02, 0]], 0.0095), p.line([[1.04, 0.07], [1.0, -0.085]], 0.0105)), 0.001],
  ],
  // An arch over the tail.
  arch: (p) => [["redDark", p.curve([[-1, 0.03], [0.6, 0.03], [1.1, 0.012], [1.34, -0.06]], 0.024)], ["red", p.curve([[-1, 0.03], [0.6, 0.03], [1.1, 0.012], [1.34, -0.06]], 0.011), 0.001]],
  // A line with a seven at each end.
  seven: (p) => [["gloss", p.area([[-1, 0.02], [1.4, 0.024], [1.12, -0.13], [1.02, -0.13], [1.02, -0.03], [-1, -0.022]], 0.006)], ["red", p.line([[-1, 0], [1.2, 0.002], [1.07, -0.115]], 0.0095), 0.001]],
  // A thin line above, dark wedges with the lamps at the corners below.
  robot: (p) => [
    ["gloss", p.line([[-1, 0], [1.4, 0]], 0.016)],
    ["red", p.line([[-1, 0], [1.36, 0]], 0.008), 0.001],
    ["redDark", p.area([[0.62, -0.052], [1.2, -0.045], [1.14, -0.1], [0.74, -0.09]], 0.006), -0.002],
    ["red", p.line([[0.72, -0.07], [1.12, -0.068]], 0.007), 0.001],
  ],
  // Strokes one above the other, each shorter than the one above.
  ripple: (p) => [["gloss", p.area([[-1, 0.02], [0.5, 0.024], [0.6, 0.055], [1.4, 0.055], [1.2, -0.075], [0.7, -0.075], [0.5, -0.016], [-1, -0.016]], 0.006)], ...[0, 1, 2, 3].map((i) => ["red", p.line([[0.6 + 0.09 * i, 0.042 - 0.032 * i], [1.3 - 0.05 * i, 0.042 - 0.032 * i]], 0.008), 0.001])],
};
