// Windows: the side windows with their surround and pillars, windscreen, rear window, glass or painted roof.
import { smoothMax } from "../curves.js";
import { extract } from "../cutting.js";

const SIDEWAYS = 0.25; // the least a normal's z may be on the side of a car
const PILLAR = 0.042; // half the width of a black pillar

/** The outline of the side windows as a field over (x, y, z), and the height of the belt line. */
export function sideWindow(body) {
  const { template, edge, roofField, pillar } = body;
  const belt = (x) => edge(x) + template.belt;
  const outline = (x, y, z) =>
    smoothMax(smoothMax(belt(x) - y, roofField(x, y, z) + template.dloTop, 0.05), x - pillar(y), 0.07);
  return { belt, outline };
}

export function glaze(work, body, spec) {
  sideWindows(work, body, spec);
  const fields = topFields(body);
  windscreen(work, body, fields);
  rearWindow(work, body, fields, spec.tail?.glass ?? "plain");
  if (spec.pillar) rearPillar(work, body, spec.pillar);
  roof(work, body, spec, fields);
}

function sideWindows(work, body, spec) {
  const { template, along } = body;
  const { belt, outline } = sideWindow(body);
  const opening = work.carve((x, y, z, nx, ny, nz) => SIDEWAYS - nz, outline);
  const { inside, rest } = extract(opening, (x, y, z) => outline(x, y, z) + 0.011);
  work.put(spec.trim === "chrome" ? "chrome" : "gloss", rest, 0.002);
  let glass = inside;
  for (const t of [template.bPillar, template.dPillar].filter(Boolean)) {
    const at = along(t);
    const across = (x, y) => x - at - (y - belt(x)) * (t === template.bPillar ? 0.1 : 0.1);
    const pillar = extract(glass, (x, y) => across(x, y) - PILLAR, (x, y) => -across(x, y) - PILLAR);
    work.put("gloss", pillar.inside, -0.001);
    glass = pillar.rest;
  }
  work.put("glass", glass, -0.003);
}

/** Fields for glass on top: above the lower body by a gap, inside the roof rails by a gap, and where along the car. */
function topFields(body) {
  return {
    above: (gap) => (x, y, z) => gap - body.lower(x, y, z),
    within: (gap) => (x, y, z) => body.sideField(x, y, z) + gap,
    before: (t, gap = 0) => (x, y, z) => body.wrapped(x, z) - body.along(t) + gap,
    behind: (t) => (x, y, z) => body.along(t) - body.wrapped(x, z),
  };
}

function windscreen(work, { template }, { above, within, before }) {
  work.takeFramed(
    { material: "gloss" },
    { material: "glass", offset: -0.001 },
    [above(0.008), within(0.045), before(template.header)],
    [above(0.03), within(0.065), before(template.header, 0.045)],
  );
}

/** `plain`; `wrap` has a dark surround to the pillars; `slot` is low; `none` leaves sheet metal. */
function rearWindow(work, body, { above, within, behind }, kind) {
  const { template, height, along } = body;
  if (kind === "none") return;
  const low = kind === "slot" ? 0.12 : 0.03;
  if (template.tailUpper) {
    const below = (rise) => (x, y) => y - height * template.rearGlassTop - rise;
    work.take("glassRoof", -0.002, (x, y, z, nx) => 0.35 - nx, above(low), within(0.075), below(0), (x) => along(2.3) - x);
    if (kind === "wrap") work.take("gloss", 0, (x, y, z, nx) => 0.3 - nx, above(0.006), within(0.012), below(0.012), (x) => along(2.3) - x);
  } else {
    work.take("glassRoof", -0.001, above(low), within(0.085), behind(template.rearHeader), (x) => along(1.9) - x);
    if (kind === "wrap") work.take("gloss", 0, above(0.008), within(0.05), behind(template.rearHeader - 0.01), (x) => along(1.9) - x);
  }
}

/** The pillar behind the side windows: `black`, so that the roof seems to float, or with a bright `fin`. */
function rearPillar(work, body, kind) {
  const { template, pillar, roofField } = body;
  const { belt } = sideWindow(body);
  const reach = kind === "fin" ? 0.17 : template.tailUpper ? 1 : 0.2;
  work.take(
    kind === "fin" ? "silver" : "gloss",
    0.001,
    (x, y, z, nx, ny, nz) => SIDEWAYS - nz,
    (x, y) => pillar(y) - 0.06 - x,
    (x, y) => x - pillar(y) - reach,
    (x, y, z) => smoothMax(belt(x) - y, roofField(x, y, z) + template.dloTop, 0.04),
  );
}

function roof(work, body, spec, { above, within, before, behind }) {
  const { template, roofField } = body;
  const end = template.tailUpper ? template.roofEnd : template.rearHeader;
  if (spec.roof?.glass) {
    work.take("glassRoof", 0, above(0.05), within(0.1), behind(template.header), before(end), (x, y, z, nx, ny) => 0.5 - ny);
  }
  if (spec.roof?.color) {
    const cap = (x, y, z) => -(roofField(x, y, z) + template.dloTop - 0.012);
    work.take("roof", 0, above(0.05), (x, y, z) => roofField(x, y, z) - 0.02, cap);
  }
}
