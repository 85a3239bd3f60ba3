// A body that panels are taken out of, one after the other. What is left at the end is painted sheet metal.
import { asMesh, cut, extract } from "../cutting.js";

const SHUT_LINE = 0.0022; // half the width of a gap between panels, metres

export class Workpiece {
  /** @param {number} cell the step of the surface's grid in metres */
  constructor(surface, cell) {
    this.left = asMesh(surface);
    this.cell = cell;
    this.parts = [];
  }

  /** Work on the triangles near where a field is negative as on a piece of its own: many small cuts then cost little. */
  apart(field, work) {
    const { pool, idx } = this.left;
    const whole = this.left;
    const { pos, nor } = pool;
    const near = new Map();
    const isNear = (i) => {
      if (!near.has(i)) near.set(i, field(pos[3 * i], pos[3 * i + 1], pos[3 * i + 2], nor[3 * i], nor[3 * i + 1], nor[3 * i + 2]) < 2 * this.cell);
      return near.get(i);
    };
    const [inner, outer] = [[], []];
    for (let at = 0; at < idx.length; at += 3) {
      const [a, b, c] = [idx[at], idx[at + 1], idx[at + 2]];
      (isNear(a) || isNear(b) || isNear(c) ? inner : outer).push(a, b, c);
    }
    this.left = { pool, idx: inner };
    work(this);
    this.left = { pool: whole.pool, idx: outer.concat(this.left.idx) };
  }

  /** Make a piece a part of this material, pushed out along its normals by so many metres. */
  put(material, mesh, offset = 0) {
    if (mesh.idx.length) this.parts.push({ material, mesh, offset });
  }

  /** Take the piece where all fields are negative out of the body, without giving it a material yet. */
  carve(...fields) {
    const { inside, rest } = extract(this.left, ...fields);
    this.left = rest;
    return inside;
  }

  take(material, offset, ...fields) {
    this.put(material, this.carve(...fields), offset);
  }

  /** A frame of one material round a piece of another: the piece is where `inner` holds too. */
  takeFramed(outer, inner, fields, innerFields) {
    const { inside, rest } = extract(this.carve(...fields), ...innerFields);
    this.put(outer.material, rest, outer.offset ?? 0);
    this.put(inner.material, inside, inner.offset ?? 0);
  }

  /** A gap along the zero line of a field, within limits. */
  shut(line, ...limits) {
    this.take("gap", -0.001, ...limits, (x, y, z) => line(x, y, z) - SHUT_LINE, (x, y, z) => -line(x, y, z) - SHUT_LINE);
  }

  /** Cut an opening and turn its edge inwards by `depth`: what one sees of the sheet metal's thickness round a wheel. */
  open(field, depth, material, normal, wanted) {
    const { pos } = cut(this.left, field);
    this.put(material, lip(this.left.pool.pos, pos.edge, depth, normal, wanted));
    this.left = { pool: pos.pool, idx: pos.idx };
  }
}

function lip(pos, edge, depth, normal, wanted) {
  const strip = { pos: [], nor: [], ao: [], idx: [] };
  for (let at = 0; at < edge.length; at += 2) {
    const ends = [edge[at], edge[at + 1]].map((i) => [pos[3 * i], pos[3 * i + 1], pos[3 * i + 2]]);
    if (!ends.every((end) => wanted(...end))) continue;
    const base = strip.ao.length;
    for (const [x, y, z] of ends) {
      const n = normal(x, y, z);
      strip.pos.push(x, y, z, x, y, z - depth);
      strip.nor.push(...n, ...n);
      strip.ao.push(0.8, 0.3);
    }
    const [[x0, y0], [x1, y1]] = ends;
    const [nx, ny] = normal(...ends[0]);
    const outward = (y1 - y0) * nx - (x1 - x0) * ny > 0;
    strip.idx.push(...(outward ? [0, 1, 2, 2, 1, 3] : [0, 2, 1, 2, 3, 1]).map((i) => base + i));
  }
  return strip;
}
