// Gaps between panels: doors, bonnet, bumpers, tailgate, charging flap; and the flush handles.
import { smoothMax } from "../curves.js";
import { extract } from "../cutting.js";
import { sideWindow } from "./glazing.js";

const sideways = (x, y, z, nx, ny, nz) => 0.22 - nz;
const upwards = (x, y, z, nx, ny) => 0.3 - ny;

export function drawShutLines(work, body, spec) {
  const { bottom, template } = body;
  const side = {
    belt: sideWindow(body).belt,
    sill: (x) => bottom(x) + template.sill + 0.012,
    cantRail: (x, y, z) => body.roofField(x, y, z) + template.dloTop - 0.028,
  };
  doors(work, body, side);
  bonnet(work, body, spec);
  bumpers(work, body);
  tailgate(work, body);
  handles(work, body, spec);
  const [x0, y0] = [body.along(template.flap), body.edge(body.along(template.flap)) - 0.12];
  work.shut((x, y) => smoothMax(Math.abs(x - x0) - 0.075, Math.abs(y - y0) - 0.065, 0.05), sideways);
}

function doors(work, body, { belt, sill, cantRail }) {
  const { template, along, height, edge, pillar, rearAxle, radius, arch } = body;
  const [front, middle, back] = [along(template.door1), along(template.bPillar) + 0.005, along(template.door3)];
  const aboveSill = (x, y) => sill(x) - y;
  const bowed = (at, bow) => (x, y) => {
    const share = Math.min(1, Math.max(0, (y - 0.25) / (height * 0.62 - 0.25)));
    return x - at - bow * Math.sin(share * Math.PI);
  };
  work.shut(bowed(front, -0.012), sideways, aboveSill, (x, y) => y - edge(x) + 0.01);
  work.shut(bowed(middle, 0.006), sideways, aboveSill, (x, y) => y - belt(x) - 0.002);
  work.shut(aboveSill, sideways, (x) => front - x, (x) => x - back + 0.16);
  if (!template.noRearDoor) {
    // Down from the pillar and round the wheel.
    const end = template.slide ? along(template.slide) : null;
    const outline = (x, y) => smoothMax(x - (end ?? pillar(y) + 0.035), arch + 0.075 - Math.hypot(x - rearAxle, y - radius), 0.1);
    work.shut(outline, sideways, aboveSill, cantRail, (x) => along(1.62) - x);
    // The rail that a sliding door runs in.
    if (end) work.shut((x, y) => y - edge(x) + 0.1, sideways, (x) => end - x, (x) => x - along(2.7));
  }
  work.shut((x, y, z) => -cantRail(x, y, z), sideways, (x, y) => belt(x) + 0.01 - y, (x, y) => x - pillar(y) - 0.03);
}

function bonnet(work, { plan, along, frontAxle, height, template }, spec) {
  const lamps = height * (spec.lights?.frontY ?? template.lampY);
  const edgeOf = (x, z) => z - (plan(x) - 0.115);
  work.shut((x, y, z) => edgeOf(x, z), upwards, (x) => 0.37 - x, (x) => x - along(1.18));
  const front = (x, y, z) => x - (0.095 + 0.34 * z * z);
  work.shut(front, (x, y, z, nx, ny) => 0.1 - ny, (x, y, z) => edgeOf(0.37, z), (x) => x - frontAxle, (x, y, z) => lamps + 0.05 * z - y);
}

function bumpers(work, { template, height, rearAxle }) {
  work.shut((x, y) => y - height * template.bumperSeam, (x) => rearAxle + 0.2 - x, (x, y, z, nx) => -nx - 0.9);
}

function tailgate(work, { template, plan, along, edge, glassAt, height, length }) {
  if (template.tailUpper) {
    const side = (x, y, z) => z - glassAt(x, Math.max(y, edge(x))) + 0.06 + Math.max(0, edge(x) - y) * 0.15;
    work.shut(side, (x, y, z, nx) => 0.3 - nx, (x) => along(2.4) - x, (x, y) => height * 0.5 - y);
  } else {
    work.shut((x, y, z) => z - (plan(x) - 0.135), upwards, (x) => along(2.52) - x, (x) => x - length + 0.02);
  }
}

function handles(work, body, spec) {
  if (spec.handles === "pull") return; // they stand off the doors: rails.js
  const { template, along, edge, crease } = body;
  const places = [along(template.bPillar) - 0.09];
  if (!template.noRearDoor) places.push(along(template.door3) + template.handleOff);
  for (const place of places) {
    const outline = (x, y) => Math.hypot(Math.max(Math.abs(x - place) - 0.075, 0), y - (edge(x) - crease(x) + 0.045)) - 0.016;
    const { inside, rest } = extract(work.carve(sideways, (x, y) => outline(x, y) - 0.0015), (x, y) => outline(x, y) + 0.0015);
    work.put("gap", rest, -0.001);
    work.put("paint", inside, 0.0025);
  }
}
