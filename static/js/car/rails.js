// What stands off the body: roof rails, and door handles that one grips. Tubes along points, on one side of the car.
import { BufferGeometry, Float32BufferAttribute, Mesh } from "../../vendor/three/three.min.js";

const OPENNESS = 0.95;
const SIDES = 12;

/** Meshes of the right half, as the spec asks for them. */
export function attached(body, spec, materials) {
  const found = [];
  if (spec.rails) found.push(...rail(body, spec.rails === "silver" ? materials.silver : materials.gloss));
  if (spec.handles === "pull") found.push(...grips(body, materials.paint));
  return found;
}

/** A round bar along points that hardly swing sideways; its rings stand across the way that the points lead. */
function tube(points, radius, material) {
  const [pos, nor, idx] = [[], [], []];
  points.forEach(([x, y, z], i) => {
    const [before, after] = [points[Math.max(0, i - 1)], points[Math.min(points.length - 1, i + 1)]];
    const length = Math.hypot(after[0] - before[0], after[1] - before[1]);
    const [dx, dy] = [(after[0] - before[0]) / length, (after[1] - before[1]) / length];
    for (let k = 0; k <= SIDES; k++) {
      const angle = (2 * Math.PI * k) / SIDES;
      const n = [-dy * Math.cos(angle), dx * Math.cos(angle), Math.sin(angle)];
      nor.push(...n);
      pos.push(x + radius * n[0], y + radius * n[1], z + radius * n[2]);
      if (i && k) {
        const at = i * (SIDES + 1) + k;
        idx.push(at, at - SIDES - 1, at - 1, at - 1, at - SIDES - 1, at - SIDES - 2);
      }
    }
  });
  const geometry = new BufferGeometry();
  geometry.setAttribute("position", new Float32BufferAttribute(pos, 3));
  geometry.setAttribute("normal", new Float32BufferAttribute(nor, 3));
  geometry.setAttribute("ao", new Float32BufferAttribute(new Float32Array(pos.length / 3).fill(OPENNESS), 1));
  geometry.setIndex(idx);
  return new Mesh(geometry, material);
}

/** Along the roof's edge, on the surface at both ends and clear of it between them. */
function rail({ along, glassAt, roof, inside, template }, material) {
  const [from, to] = [along(template.header + 0.02), along(Math.min(template.tailUpper ? template.roofEnd : template.rearHeader, 2.36))];
  const points = Array.from({ length: 13 }, (_, i) => {
    const share = i / 12;
    const x = from + (to - from) * share;
    const z = glassAt(x, roof(x)) - 0.035;
    let y = roof(x) + 0.08;
    while (y > 0.6 && inside(x, y, z) > 0) y -= 0.002;
    return [x, y + 0.045 * Math.min(1, 5 * share, 5 * (1 - share)) ** 0.7 - 0.012, z];
  });
  return [tube(points, 0.0155, material)];
}

function grips({ along, edge, crease, side, template }, material) {
  const places = [along(template.bPillar) - 0.1];
  if (!template.noRearDoor) places.push(along(template.door3) + template.handleOff - 0.01);
  return places.map((place) => {
    const y = edge(place) - crease(place) + 0.045;
    const z = side(place, y);
    const points = [-0.1, -0.075, 0, 0.075, 0.1].map((off, i) => [place + off, y, z + [-0.012, 0.018, 0.026, 0.018, -0.012][i]]);
    return tube(points, 0.0125, material);
  });
}
