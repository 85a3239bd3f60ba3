// Wheels: tyre, barrel, a face with openings in one of several patterns, disc and caliper. The outer side looks to +z.
import {
  CircleGeometry, CylinderGeometry, DoubleSide, ExtrudeGeometry, Group, LatheGeometry, Mesh, MeshBasicMaterial, MeshPhysicalMaterial,
  MeshStandardMaterial, Path, Shape, TorusGeometry, Vector2,
} from "../../vendor/three/three.min.js";

// spokes; half a spoke's width (rad) at the hub and at the rim; the openings' inner and outer radius as shares of the face;
// how far a spoke twists; how deep the face is dished (metres); how wide a V opens inside each spoke.
const PATTERNS = {
  five: { spokes: 5, atHub: 0.2, atRim: 0.15, inner: 0.22, outer: 0.94, twist: 0, dish: 0.03 },
  double: { spokes: 5, atHub: 0.34, atRim: 0.235, inner: 0.24, outer: 0.95, twist: 0, dish: 0.035, split: 0.5 },
  multi: { spokes: 10, atHub: 0.1, atRim: 0.062, inner: 0.27, outer: 0.95, twist: 0, dish: 0.035 },
  turbine: { spokes: 9, atHub: 0.13, atRim: 0.17, inner: 0.26, outer: 0.94, twist: 0.34, dish: 0.022 },
  aero: { spokes: 5, atHub: 0.4, atRim: 0.42, inner: 0.46, outer: 0.9, twist: 0.12, dish: 0.012 },
  blade: { spokes: 7, atHub: 0.2, atRim: 0.24, inner: 0.28, outer: 0.94, twist: 0.24, dish: 0.02 },
  star: { spokes: 6, atHub: 0.26, atRim: 0.1, inner: 0.3, outer: 0.95, twist: 0, dish: 0.028 },
  six: { spokes: 6, atHub: 0.22, atRim: 0.2, inner: 0.34, outer: 0.86, twist: 0, dish: 0.03 },
  mesh: { spokes: 15, atHub: 0.07, atRim: 0.05, inner: 0.34, outer: 0.95, twist: 0.1, dish: 0.03 },
};
const INCH = 0.0254;
const FLANGE = 0.017; // a rim is named by the tyre's seat; its flange stands this much further out, metres
const CALIPER = 0.042; // half a caliper's depth

/** A wheel of the spec's size (inches), width (mm) and pattern; `radius` is that of the tyre in metres. */
export function wheelOf(wheels, radius) {
  const rim = (wheels.size * INCH) / 2 + FLANGE;
  const half = (wheels.width ?? 235) / 2000;
  const pattern = PATTERNS[wheels.style];
  const dark = new MeshPhysicalMaterial({ color: wheels.dark ?? "#101215", roughness: 0.32, metalness: 0.5, clearcoat: 0.6 });
  const bright = new MeshPhysicalMaterial({ color: wheels.face ?? "#e6e9ec", roughness: 0.46, metalness: 0.72, clearcoat: 0.7 });
  const wheel = new Group();
  wheel.name = "wheel";
  wheel.add(
    tyre(rim, radius, half),
    turned(barrelProfile(rim, half), 72, dark),
    turned(lipProfile(rim, half), 96, bright),
    new Mesh(faceOf(rim - 0.013, half, pattern), [wheels.twoTone === false ? dark : bright, dark]),
    ...hub(half * 0.86 - pattern.dish, dark),
    ...brake(rim, half, pattern.dish, wheels.caliper ?? "#2a2d31"),
  );
  return wheel;
}

const turned = (profile, segments, material) => {
  const geometry = new LatheGeometry(profile.map((point) => new Vector2(...point)), segments).rotateX(Math.PI / 2);
  return new Mesh(geometry, Object.assign(material.clone(), { side: DoubleSide }));
};

function tyre(rim, radius, half) {
  const profile = [
    [rim - 0.004, -half * 0.86], [rim + 0.012, -half * 0.98], [(rim + radius) / 2, -half * 1.04], [radius - 0.022, -half * 0.97],
    [radius - 0.008, -half * 0.84], [radius, -half * 0.6], [radius, half * 0.6], [radius - 0.008, half * 0.84], [radius - 0.022, half * 0.97],
    [radius - 0.032, half], [radius - 0.034, half * 1.012], [(rim + radius) / 2, half * 1.045], [rim + 0.02, half * 1.01],
    [rim + 0.014, half * 0.965], [rim + 0.004, half * 0.94], [rim - 0.006, half * 0.86],
  ];
  const geometry = new LatheGeometry(profile.map((point) => new Vector2(...point)), 72).rotateX(Math.PI / 2);
  return new Mesh(geometry, new MeshStandardMaterial({ color: "#1a1b1d", roughness: 0.72, envMapIntensity: 0.8 }));
}

const barrelProfile = (rim, half) => [
  [rim - 0.003, half * 0.88], [rim - 0.006, half * 0.9], [rim - 0.016, half * 0.86], [rim - 0.026, half * 0.6], [rim - 0.05, -half * 0.2],
  [rim - 0.04, -half * 0.85],
];
const lipProfile = (rim, half) => [
  [rim - 0.001, half * 0.86], [rim - 0.001, half * 0.905], [rim - 0.007, half * 0.915], [rim - 0.014, half * 0.88],
];

/** A plate with openings between the spokes, bevelled, then dished. */
function faceOf(size, half, pattern) {
  const plate = new Shape();
  plate.absarc(0, 0, size, 0, Math.PI * 2);
  const pitch = (Math.PI * 2) / pattern.spokes;
  const { atHub, atRim, inner, outer, split } = pattern;
  for (let spoke = 0; spoke < pattern.spokes; spoke++) {
    const middle = spoke * pitch + Math.PI / 2;
    const gap = { from: [middle + atHub, middle + atRim], to: [middle + pitch - atHub, middle + pitch - atRim], inner };
    plate.holes.push(opening(gap, size, outer, pattern.twist));
    if (split) {
      const slot = { from: [middle - atHub * split * 0.25, middle - atRim * split], to: [middle + atHub * split * 0.25, middle + atRim * split], inner: inner + 0.22 };
      plate.holes.push(opening(slot, size, outer, pattern.twist));
    }
  }
  const geometry = new ExtrudeGeometry(plate, {
    depth: 0.03, bevelEnabled: true, bevelThickness: 0.006, bevelSize: 0.004, bevelOffset: -0.004, bevelSegments: 2, curveSegments: 64,
  });
  const place = geometry.attributes.position;
  for (let i = 0; i < place.count; i++) {
    const share = Math.hypot(place.getX(i), place.getY(i)) / size;
    place.setZ(i, place.getZ(i) - 0.036 + half * 0.86 - pattern.dish * (1 - share * share) - (share > 0.2 ? 0 : 0.01));
  }
  geometry.computeVertexNormals();
  return geometry;
}

/** One opening; `from` and `to` are its edges' angles at the inner and the outer end. */
function opening({ from, to, inner }, size, outer, twist) {
  const [steps, arc] = [12, 8];
  const points = [];
  const radial = (edge, t) => [(inner + (outer - inner) * t) * size, edge[0] + (edge[1] - edge[0]) * t + twist * t * t];
  for (let i = 0; i <= steps; i++) points.push(radial(from, i / steps));
  for (let i = 1; i < arc; i++) points.push([outer * size, from[1] + twist + ((to[1] - from[1]) * i) / arc]);
  for (let i = steps; i >= 0; i--) points.push(radial(to, i / steps));
  for (let i = arc - 1; i > 0; i--) points.push([inner * size * (1 - 0.04 * Math.sin((i / arc) * Math.PI)), from[0] + ((to[0] - from[0]) * i) / arc]);
  const corners = points.map(([radius, angle]) => new Vector2(radius * Math.cos(angle), radius * Math.sin(angle)));
  // One pass of corner cutting rounds what would look stamped.
  const rounded = corners.flatMap((corner, i) => {
    const next = corners[(i + 1) % corners.length];
    return [corner.clone().lerp(next, 0.25), corner.clone().lerp(next, 0.75)];
  });
  return new Path(rounded);
}

function hub(depth, dark) {
  const cap = new Mesh(new CylinderGeometry(0.032, 0.034, 0.012, 40).rotateX(Math.PI / 2), dark);
  cap.position.z = depth + 0.004;
  const nuts = Array.from({ length: 5 }, (_, i) => {
    const nut = new Mesh(new CylinderGeometry(0.009, 0.009, 0.01, 12).rotateX(Math.PI / 2), dark);
    const angle = i * Math.PI * 0.4 + 0.3;
    nut.position.set(0.056 * Math.cos(angle), 0.056 * Math.sin(angle), depth - 0.001);
    return nut;
  });
  return [cap, ...nuts];
}

/** Disc and caliper, far enough inside that they never stand through the face of a narrow wheel. */
function brake(rim, half, dish, color) {
  const face = half * 0.86 - 0.036;
  const steel = new MeshStandardMaterial({ color: "#5d6166", metalness: 0.9, roughness: 0.42 });
  const disc = new Mesh(new CylinderGeometry(rim * 0.72, rim * 0.72, 0.025, 64).rotateX(Math.PI / 2), steel);
  disc.position.z = Math.min(half * 0.15, face - dish - 0.02);
  const caliper = new Mesh(new TorusGeometry(rim * 0.66, 0.032, 10, 24, 0.95).scale(1, 1, 1.3), new MeshPhysicalMaterial({ color, roughness: 0.4, clearcoat: 1 }));
  caliper.position.z = Math.min(half * 0.3, face - dish * 0.56 + 0.03 - CALIPER);
  caliper.rotation.z = -0.45;
  const back = new Mesh(new CircleGeometry(rim, 48), new MeshBasicMaterial({ color: "#030303" }));
  back.position.z = -half * 0.5;
  return [disc, caliper, back];
}
