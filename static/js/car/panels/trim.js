// Unpainted plastic: the diffuser, the sills, and for those that have it the cladding round wheels and doors.
import { smoothStep } from "../curves.js";

export function dressWithTrim(work, body, spec) {
  const { template, bottom, halfWidth, length, frontAxle, rearAxle } = body;
  const between = [(x) => frontAxle - x, (x) => x - rearAxle];
  const above = (rise) => (x, y) => y - bottom(x) - rise;
  work.take(
    "plastic",
    -0.002,
    (x) => length - 0.52 - x,
    (x, y, z, nx) => -0.02 - nx,
    (x, y, z) => y - template.diffuser - 0.1 * smoothStep(halfWidth * 0.55, halfWidth * 0.9, z),
  );
  work.take("plastic", 0, above(template.sill), ...between);
  work.take("plastic", 0, above(spec.cladding ? 0.1 : 0.035));
  if (spec.cladding) cladding(work, body, between);
}

function cladding(work, { axles, radius, arch, bottom }, between) {
  const sideways = (x, y, z, nx, ny, nz) => 0.2 - nz;
  for (const axle of axles) {
    work.take("plastic", 0.002, (x, y, z) => 0.4 - z, sideways, (x, y) => Math.hypot(x - axle, y - radius) - arch - 0.055);
  }
  work.take("plastic", 0.002, sideways, (x, y) => y - bottom(x) - 0.16, ...between);
}
