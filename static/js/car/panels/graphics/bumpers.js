// The graphics of rear bumpers; v counts from the ground, `bottom` is the body's lower edge and `top` where unpainted plastic ends.

const VENT = [[0.98, 0], [1.1, 0.01], [1.08, 0.19], [1.02, 0.19]];
const at = (points, v) => points.map(([u, rise]) => [u, v + rise]);

export const BUMPERS = {
  plain: () => null,
  // Sheet metal down to a slim dark diffuser with fins.
  diffuser: (p, { bottom, top }) => {
    const low = p.area([[-1, bottom - 0.1], [0.7, bottom - 0.1], [0.6, top - 0.02], [-1, top - 0.02]], 0.012);
    return [
      ["paint", p.box(-1, 1.4, bottom + 0.05, top + 0.12, 0)],
      ["gloss", low, 0.002],
      ["gap", p.box(-1, 0.52, bottom + 0.04, top - 0.045, 0.012), -0.006],
      ["gloss", p.both(p.box(-1, 0.5, bottom + 0.04, top - 0.045, 0.012), p.stripesU(0.17, 0.011)), 0.006],
    ];
  },
  // Plastic with a silver plate against stones.
  plate: (p, { bottom, top }) => [["silver", p.area([[-1, bottom - 0.1], [0.56, bottom - 0.1], [0.46, top - 0.1], [-1, top - 0.1]], 0.016), 0.004]],
  // Sheet metal almost to the ground, and a slit.
  body: (p, { bottom }) => [["paint", p.box(-1, 1.4, bottom + 0.03, bottom + 0.4, 0)], ["gloss", p.curve([[-1, bottom + 0.1], [0.6, bottom + 0.1], [1.0, bottom + 0.13]], 0.018)]],
  // Upright openings at the corners, a dark lower part between them.
  vents: (p, { bottom, top }) => [
    ["paint", p.box(-1, 1.4, bottom + 0.06, top + 0.12, 0)],
    ["gloss", p.area([[-1, bottom - 0.1], [0.86, bottom - 0.1], [0.74, top - 0.06], [-1, top - 0.06]], 0.01), 0.001],
    ["gloss", p.area(at(VENT, top - 0.1), 0.014), 0.001],
    ["gap", p.area(at(VENT, top - 0.1), 0.003), -0.01],
  ],
  // A dark field round the plate, pointed at its sides.
  shield: (p, { bottom, top }) => [
    ["paint", p.box(-1, 1.4, bottom + 0.05, top + 0.12, 0)],
    ["gloss", p.area([[-1, bottom - 0.1], [0.62, bottom - 0.1], [1.05, top - 0.05], [1.02, top + 0.02], [0.5, top - 0.06], [-1, top - 0.06]], 0.008), 0.001],
  ],
};
