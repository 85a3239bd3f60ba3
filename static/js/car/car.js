// A spec as a car: panels dressed in materials, wheels in their wells, mirrors, plates, cabin. The spec is that of README.md.
import {
  BackSide, BoxGeometry, BufferGeometry, CircleGeometry, CylinderGeometry, DoubleSide, Float32BufferAttribute, Group, Mesh, MeshBasicMaterial,
  MeshStandardMaterial, SphereGeometry,
} from "../../vendor/three/three.min.js";
import { cabinOf, WELL_DEPTH } from "./cabin.js";
import { bodyOf } from "./field.js";
import { materialsOf } from "./materials.js";
import { panelled } from "./modelling.js";
import { attached } from "./rails.js";
import { wheelOf } from "./wheels.js";

/** What the panes that one looks through are called. */
export const GLASS = "glass";
const SEE_THROUGH_LAST = 3;
const STEERED = 0.21; // the rims' turn, so that front and rear do not look copied
const ROLLED = 0.55;

/**
 * @param {number} cell the step of the body's grid in metres
 * @param panels what `panelled` made of the same spec, where that was done elsewhere
 * @returns {{group: Group, body: object, materials: object}} the group stands on y = 0 with its nose at x = 0
 */
export function carOf(spec, cell = 0.014, panels = undefined) {
  const body = bodyOf(spec);
  const materials = materialsOf(spec);
  const half = new Group();
  half.add(...dressed(panels ?? panelled(spec, cell, body), materials), ...wheelsOf(body, spec), ...mirror(body, materials), ...attached(body, spec, materials));
  const other = half.clone();
  other.scale.z = -1;
  const group = new Group();
  group.add(half, other, underbody(body), ...plates(body, spec), ...cabinOf(body, spec));
  return { group, body, materials };
}

function dressed(panels, materials) {
  const meshes = [];
  for (const [name, panel] of Object.entries(panels)) {
    const geometry = geometryOf(panel);
    const mesh = new Mesh(geometry, materials[name]);
    mesh.name = name;
    if (name === GLASS) mesh.renderOrder = SEE_THROUGH_LAST;
    meshes.push(mesh);
    // From inside, through the windows, sheet metal is dark.
    if (name === "paint" || name === "roof") meshes.push(new Mesh(geometry, materials.inner));
  }
  return meshes;
}

function geometryOf({ pos, nor, ao, idx }) {
  const geometry = new BufferGeometry();
  geometry.setAttribute("position", new Float32BufferAttribute(pos, 3));
  geometry.setAttribute("normal", new Float32BufferAttribute(nor, 3));
  geometry.setAttribute("ao", new Float32BufferAttribute(ao, 1));
  geometry.setIndex(Array.from(idx));
  return geometry;
}

function open(geometry, openness) {
  geometry.setAttribute("ao", new Float32BufferAttribute(new Float32Array(geometry.attributes.position.count).fill(openness), 1));
  return geometry;
}

function wheelsOf(body, spec) {
  const { axles, arch, radius, clearance, side, template } = body;
  const width = (spec.wheels.width ?? 235) / 1000;
  const sweep = Math.asin(Math.min(0.9, (radius - clearance - 0.06) / arch));
  const [start, turn] = [-sweep, Math.PI + 2 * sweep];
  return axles.flatMap((axle, index) => {
    const face = side(axle, radius + arch);
    const tunnel = new CylinderGeometry(arch + 0.012, arch + 0.012, 0.5, 48, 1, true, Math.PI / 2 + start, turn).rotateX(Math.PI / 2);
    const well = new Mesh(tunnel, new MeshBasicMaterial({ color: "#050505", side: BackSide }));
    well.position.set(axle, radius, face - 0.28);
    const wall = new Mesh(new CircleGeometry(arch + 0.012, 48, start, turn), new MeshBasicMaterial({ color: "#030303", side: DoubleSide }));
    wall.position.set(axle, radius, face - WELL_DEPTH);
    const wheel = wheelOf(spec.wheels, radius);
    wheel.position.set(axle, radius, face - width / 2 - template.wheelInset);
    wheel.rotation.z = index === 0 ? STEERED : ROLLED;
    return [well, wall, wheel];
  });
}

function mirror({ along, edge, glassAt, template }, materials) {
  const x = along(template.mirror);
  const y = edge(x) + 0.085;
  const z = glassAt(x, y) + 0.155;
  const shell = mirrorShell();
  const cap = new Mesh(shell, materials.paint);
  cap.position.set(x, y, z);
  const foot = new Mesh(open(new CylinderGeometry(0.016, 0.028, 0.16, 16).rotateX(Math.PI / 2).scale(1.9, 0.8, 1), 0.9), materials.gloss);
  foot.position.set(x + 0.005, y - 0.052, z - 0.1);
  foot.rotation.x = 0.35;
  const base = new Mesh(shell.clone().scale(1.005, 0.5, 1.005), materials.gloss);
  base.position.set(x + 0.001, y - 0.034, z);
  return [cap, foot, base];
}

function mirrorShell() {
  const geometry = new SphereGeometry(1, 40, 28);
  const place = geometry.attributes.position;
  const power = (value, exponent) => Math.sign(value) * Math.abs(value) ** exponent;
  for (let i = 0; i < place.count; i++) {
    const [x, y, z] = [power(place.getX(i), 0.8), power(place.getY(i), 0.72), power(place.getZ(i), 0.72)];
    place.setXYZ(i, (x > 0 ? x * 0.42 : x) * 0.085 + z * 0.018, y * (0.062 - 0.012 * z) + 0.006 * z, z * 0.105);
  }
  geometry.computeVertexNormals();
  return open(geometry, 1);
}

function underbody({ length, halfWidth, clearance }) {
  const plate = new Mesh(new BoxGeometry(length * 0.86, 0.04, halfWidth * 1.5), new MeshBasicMaterial({ color: "#040404" }));
  plate.position.set(length / 2, clearance + 0.1, 0);
  return plate;
}

/** Empty number plates where the body is met from in front and from behind. */
function plates({ inside, length, height, template }, spec) {
  const surface = (y, direction) => {
    let x = direction > 0 ? -0.05 : length + 0.05;
    for (let step = 0; step < 600 && inside(x, y, 0) >= 0; step++) x += direction * 0.002;
    return x;
  };
  const material = new MeshStandardMaterial({ color: spec.plate ?? "#cfe6da", roughness: 0.6, envMapIntensity: 0.8 });
  return [[template.plateY, 1], [height * template.rearPlateY, -1]].map(([y, direction]) => {
    const plate = new Mesh(new BoxGeometry(0.012, 0.112, 0.4), material);
    plate.position.set(surface(y, direction) - direction * 0.012, y, 0);
    plate.rotation.z = direction > 0 ? 0.06 : 0;
    return plate;
  });
}
