// A spec as panels, numbers only: neither three nor a page is needed, so that it runs in a worker as well.
import { gather } from "./cutting.js";
import { bodyOf } from "./field.js";
import { panelsOf } from "./panels/index.js";

/**
 * Half of a car by material.
 * @param {number} cell the step of the body's grid in metres
 * @returns {Record<string, {pos: Float32Array, nor: Float32Array, ao: Float32Array, idx: Uint32Array}>}
 */
export function panelled(spec, cell, body = bodyOf(spec)) {
  const byMaterial = Object.entries(Object.groupBy(panelsOf(body, spec, cell), (part) => part.material));
  return Object.fromEntries(byMaterial.map(([name, pieces]) => [name, packed(gather(pieces))]));
}

function packed({ pos, nor, ao, idx }) {
  return { pos: new Float32Array(pos), nor: new Float32Array(nor), ao: new Float32Array(ao), idx: new Uint32Array(idx) };
}
