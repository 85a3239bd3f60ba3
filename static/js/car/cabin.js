// What one sees of the inside through the windows: seats, dashboard, screen, steering wheel. Not a picture of a cabin.
import { BoxGeometry, Mesh, MeshStandardMaterial, SphereGeometry, TorusGeometry } from "../../vendor/three/three.min.js";

export const WELL_DEPTH = 0.42; // from a flank to the inner wall of a wheel's well, metres
const OVER_AXLE = 1.95; // rows further back than this share of the wheelbase, counted from 1, are over the rear axle

export function cabinOf(body, spec) {
  const trim = new MeshStandardMaterial({ color: spec.interior?.color ?? "#3a3633", roughness: 0.8, envMapIntensity: 0.7 });
  const dark = new MeshStandardMaterial({ color: "#111214", roughness: 0.8, envMapIntensity: 0.4 });
  return [...seats(body, trim), ...cockpit(body, dark), floor(body, dark)];
}

/** A rounded block of these outer measures. */
function cushion([length, height, width], material, [x, y, z], lean = 0) {
  const geometry = new SphereGeometry(1, 24, 18);
  const place = geometry.attributes.position;
  const squared = (value) => Math.sign(value) * Math.abs(value) ** 0.45;
  for (let i = 0; i < place.count; i++) {
    place.setXYZ(i, (squared(place.getX(i)) * length) / 2, (squared(place.getY(i)) * height) / 2, (squared(place.getZ(i)) * width) / 2);
  }
  geometry.computeVertexNormals();
  const mesh = new Mesh(geometry, material);
  mesh.position.set(x, y, z);
  mesh.rotation.z = lean;
  return mesh;
}

function seats({ along, template, height, halfWidth, axles, arch, radius, side: flank }, trim) {
  const base = height * 0.36;
  // A row over the rear axle sits between the wheels' wells, or it would show in them.
  const well = flank(axles[1], radius + arch) - WELL_DEPTH;
  return template.rows.flatMap((t) =>
    [-1, 1].flatMap((side) => {
      const x = along(t);
      const z = side * (t > OVER_AXLE ? Math.min(halfWidth * 0.42, well - 0.27) : halfWidth * 0.42);
      return [
        cushion([0.52, 0.16, 0.5], trim, [x - 0.12, base, z]),
        cushion([0.16, 0.62, 0.48], trim, [x + 0.2, base + 0.32, z], -0.3),
        cushion([0.09, 0.17, 0.26], trim, [x + 0.33, base + 0.7, z], -0.2),
      ];
    }),
  );
}

function cockpit({ along, edge, halfWidth }, dark) {
  const x = along(1.24);
  const y = edge(x) - 0.02;
  const lit = new MeshStandardMaterial({ color: "#05070a", emissive: "#20405a", emissiveIntensity: 0.5, roughness: 0.2 });
  const screen = new Mesh(new BoxGeometry(0.012, 0.17, 0.3), lit);
  screen.position.set(x + 0.26, y + 0.05, 0);
  screen.rotation.z = -0.2;
  const wheel = new Mesh(new TorusGeometry(0.17, 0.016, 12, 40), dark);
  wheel.rotation.set(0, Math.PI / 2, 0);
  wheel.rotateX(-0.35);
  wheel.position.set(x + 0.34, y, halfWidth * 0.42);
  return [cushion([0.5, 0.16, halfWidth * 1.42], dark, [x + 0.02, y - 0.06, 0]), screen, wheel];
}

function floor({ along, wheelbase, halfWidth, height }, dark) {
  const plate = new Mesh(new BoxGeometry(wheelbase * 0.9, 0.05, halfWidth * 1.3), dark);
  plate.position.set(along(1.6), height * 0.28, 0);
  return plate;
}
