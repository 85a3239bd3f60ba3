// The graphics of air intakes (u and v in metres over the ground and off the middle) and of the bumper's corners.

const trapeze = (p, { bottom, top, half }, wider = 0.1, round = 0.02) =>
  p.area([[-half, bottom + round], [half, bottom + round], [half + wider, top - round], [-half - wider, top - round]], round);

/** Sunk behind the face: an opening, and what crosses it. */
const opening = (shape, ...across) => [["gap", shape, -0.012], ...across];

export const INTAKES = {
  none: () => null,
  // A low opening with three bars.
  slot: (p, m) => {
    const hole = trapeze(p, m, -0.05, 0.025);
    const pitch = (m.top - m.bottom) / 3.4;
    return opening(hole, ["gloss", p.both(hole, p.stripesV(pitch, 0.009, m.bottom + pitch * 0.7)), 0.004]);
  },
  // A thin slit from corner to corner.
  slit: (p, { bottom, half }) => opening(p.curve([[-half - 0.06, bottom + 0.055], [-half * 0.96, bottom + 0.02], [half * 0.96, bottom + 0.02], [half + 0.06, bottom + 0.055]], 0.018)),
  // Two openings, sheet metal between them.
  pair: (p, { bottom, top, half }) => {
    const hole = p.area([[half * 0.62, bottom + 0.012], [half + 0.02, bottom], [half + 0.1, top], [half * 0.8, top - 0.012]], 0.012);
    return [["gloss", p.inset(hole, -0.008), 0.002], ["gap", hole, -0.012], ["gloss", p.line([[half * 0.5, bottom], [-half * 0.5, bottom]], 0.006), 0.002]];
  },
  // A level dark strip, cut off slanting at its ends, an opening in the middle.
  strip: (p, { bottom, top, half }) => [
    ["gloss", p.area([[-half, bottom], [half, bottom], [half + 0.09, top], [-half - 0.09, top]], 0.006), 0.002],
    ["gap", p.box(-half * 0.7, half * 0.7, bottom + 0.008, top - 0.008, 0.012), -0.01],
  ],
  // A wide mouth with bright level slats, higher in the middle.
  mouth: (p, m) => {
    const { bottom, top, half } = m;
    const hole = p.area([[-half * 0.86, bottom + 0.02], [half * 0.86, bottom + 0.02], [half + 0.06, bottom + (top - bottom) * 0.55], [half * 0.92, top - 0.02], [-half * 0.92, top - 0.02], [-half - 0.06, bottom + (top - bottom) * 0.55]], 0.02);
    return opening(hole, ["chrome", p.both(p.inset(hole, 0.026), p.stripesV(0.036, 0.0065, bottom)), 0.004], ["chrome", p.rim(hole, 0.0075), 0.004]);
  },
  // Upright bars.
  bars: (p, m) => {
    const hole = trapeze(p, m, 0.06);
    return opening(hole, ["silver", p.both(p.inset(hole, 0.018), p.stripesU(0.05, 0.0085)), 0.004]);
  },
  // Dashes in rows without a frame, ever shorter outwards.
  dashes: (p, m) => {
    const { bottom, top, half } = m;
    const field = p.area([[-half * 0.8, bottom], [half * 0.8, bottom], [half + 0.1, top], [-half - 0.1, top]], 0);
    const dash = (u, v) => {
      const row = Math.floor((v - bottom) / 0.044);
      const along = Math.abs((u / 0.088 + row / 2) % 1 - 0.5) * 0.088 - 0.041 + 0.034 * Math.min(1, (Math.abs(u) / half) ** 2);
      return Math.max(along, Math.abs((v - bottom) / 0.044 - row - 0.5) * 0.044 - 0.0125);
    };
    return [["gap", p.both(field, dash), -0.006]];
  },
  // Bright rings like ripples round a stone in water.
  ripple: (p, m) => {
    const hole = trapeze(p, m, 0.08);
    const waves = (u, v) => Math.abs(((Math.hypot(u * 0.34, v - m.top - 0.1) / 0.036) % 1) - 0.5) * 0.036 - 0.0065;
    return opening(hole, ["silver", p.both(p.inset(hole, 0.012), waves), 0.004]);
  },
  // A smile.
  smile: (p, { bottom, top, half }) => opening(p.curve([[-half, top], [-half * 0.5, bottom], [half * 0.5, bottom], [half, top]], [0.014, 0.014])),
  // A rounded dark frame, a bar across.
  frame: (p, { bottom, top, half }) => {
    const hole = p.box(-half, half, bottom, top, 0.035);
    return [["gloss", p.inset(hole, -0.014), 0.003], ["gap", hole, -0.014], ["gloss", p.both(hole, p.stripesV(0.052, 0.008, bottom)), -0.002]];
  },
  // A dark field pointed downwards at its sides, two bars.
  shield: (p, { bottom, top, half }) => {
    const hole = p.area([[-half - 0.1, bottom], [-half + 0.12, bottom + 0.03], [half - 0.12, bottom + 0.03], [half + 0.1, bottom], [half + 0.02, top - 0.02], [-half - 0.02, top - 0.02]], 0.014);
    return [["gloss", hole], ["gap", p.inset(hole, 0.02), -0.01], ["gloss", p.both(p.inset(hole, 0.02), p.stripesV(0.046, 0.008, top)), 0]];
  },
};

/** The corners; here u is in shares of the half width, and `lamp` how high the lamps stand. */
export const CORNERS = {
  none: () => null,
  // Slanting slits.
  slits: (p, { top }) => {
    const slit = p.area([[0.94, top - 0.05], [0.965, top - 0.05], [1.01, top + 0.12], [0.985, top + 0.12]], 0.004);
    return [["gloss", p.inset(slit, -0.008), 0.001], ["gap", slit, -0.01]];
  },
  // Upright openings.
  gills: (p, { bottom, lamp }) => {
    const gill = p.area([[0.97, bottom + 0.05], [1.05, bottom + 0.05], [1.08, lamp - 0.17], [1.02, lamp - 0.17]], 0.012);
    return [["gloss", p.inset(gill, -0.012), 0.001], ["gap", gill, -0.01]];
  },
  // Dark wedges, wide below: with the lamps above them they draw an X on the face.
  wedges: (p, { bottom, lamp }) => {
    const wedge = p.area([[0.74, bottom + 0.02], [1.1, bottom + 0.06], [1.05, lamp - 0.2], [0.98, lamp - 0.16]], 0.008);
    return [["gloss", wedge], ["gap", p.area([[0.84, bottom + 0.05], [1.03, bottom + 0.08], [1.0, bottom + 0.17]], 0.006), -0.008]];
  },
  // Hooks that go on from the intake and rise round the corner.
  hooks: (p, { bottom, top }) => [["gloss", p.curve([[0.58, bottom + 0.03], [0.92, bottom + 0.03], [1.06, bottom + 0.06], [1.1, top + 0.13]], [0.026, 0.009])]],
  // Three level dashes.
  fins: (p, { top }) => [0, 1, 2].map((i) => ["gap", p.line([[0.84 + 0.03 * i, top - 0.01 - i * 0.045], [1.06, top + 0.01 - i * 0.045]], 0.011), -0.006]),
  // A flat dark pod with a fog lamp.
  pods: (p, { top }) => [["gloss", p.box(0.66, 1.0, top - 0.055, top + 0.03, 0.04)], ["drl2", p.box(0.72, 0.9, top - 0.02, top - 0.006, 0.006), -0.001]],
};
