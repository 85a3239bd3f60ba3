// Cutting a mesh by scalar fields. A mesh is { pool, idx }: all pieces of a body share one pool of vertices, so a cut only
// sorts triangles anew and adds the vertices on the cut. Fields are (x, y, z, nx, ny, nz) => number, negative inside.

const MOST_VERTICES = 4194304; // what the key of an edge has room for
let stamp = 0;

export const asMesh = ({ pos, nor, ao, idx }) => ({ pool: { pos, nor, ao }, idx });

/**
 * Cut by one field.
 * @returns {{neg, pos}} the pieces where it is negative and where it is not; `pos.edge` is the cut as pairs of vertices
 */
export function cut(mesh, field) {
  const { pool } = mesh;
  const valueOf = remembered(pool, field);
  const between = splitter(pool);
  const [negative, positive, edge] = [[], [], []];
  const { idx } = mesh;
  for (let at = 0; at < idx.length; at += 3) {
    const a = idx[at];
    const b = idx[at + 1];
    const c = idx[at + 2];
    const inA = valueOf(a) < 0;
    const inB = valueOf(b) < 0;
    const inC = valueOf(c) < 0;
    const count = inA + inB + inC;
    if (count === 0) positive.push(a, b, c);
    else if (count === 3) negative.push(a, b, c);
    else {
      // One corner is alone on its side; it keeps a triangle, the other two a quadrangle.
      const odd = count === 1;
      const [p, u, v] = inA === odd ? [a, b, c] : inB === odd ? [b, c, a] : [c, a, b];
      const [m, n] = [between(p, u), between(p, v)];
      (odd ? negative : positive).push(p, m, n);
      (odd ? positive : negative).push(m, u, v, m, v, n);
      edge.push(m, n);
    }
  }
  return { neg: { pool, idx: negative }, pos: { pool, idx: positive, edge } };
}

/** A vertex's value of the field, worked out once; the room for it is kept in the pool from cut to cut. */
function remembered(pool, field) {
  const { pos, nor, ao } = pool;
  stamp++;
  if (!pool.values || pool.values.length < ao.length) {
    pool.values = new Float64Array(ao.length * 2);
    pool.stamps = new Int32Array(ao.length * 2);
  }
  const { values, stamps } = pool;
  const mine = stamp;
  return (i) => {
    if (stamps[i] !== mine) {
      stamps[i] = mine;
      values[i] = field(pos[3 * i], pos[3 * i + 1], pos[3 * i + 2], nor[3 * i], nor[3 * i + 1], nor[3 * i + 2]) || 1e-12;
    }
    return values[i];
  };
}

/** The vertex where an edge crosses zero; both triangles of the edge get the same one. */
function splitter(pool) {
  const { pos, nor, ao, values } = pool;
  const known = new Map();
  return (first, second) => {
    const [a, b] = first < second ? [first, second] : [second, first];
    const key = a * MOST_VERTICES + b;
    const before = known.get(key);
    if (before !== undefined) return before;
    const t = values[a] / (values[a] - values[b]);
    const mix = (array, part) => array[3 * a + part] * (1 - t) + array[3 * b + part] * t;
    const vertex = ao.length;
    known.set(key, vertex);
    pos.push(mix(pos, 0), mix(pos, 1), mix(pos, 2));
    const [x, y, z] = [mix(nor, 0), mix(nor, 1), mix(nor, 2)];
    const size = Math.hypot(x, y, z) || 1;
    nor.push(x / size, y / size, z / size);
    ao.push(ao[a] * (1 - t) + ao[b] * t);
    return vertex;
  };
}

/** The piece where every field is negative, and the rest. */
export function extract(mesh, ...fields) {
  let inside = mesh;
  let rest = [];
  for (const field of fields) {
    const { neg, pos } = cut(inside, field);
    rest = rest.length ? rest.concat(pos.idx) : pos.idx;
    inside = neg;
    if (!inside.idx.length) break;
  }
  return { inside, rest: { pool: mesh.pool, idx: rest } };
}

/** Pieces as one compact mesh; each piece may be pushed out along its normals by `offset` metres. */
export function gather(pieces) {
  const whole = { pos: [], nor: [], ao: [], idx: [] };
  for (const { mesh, offset } of pieces) {
    const { pos, nor, ao } = mesh.pool ?? mesh;
    const moved = new Map();
    for (const i of mesh.idx) {
      let vertex = moved.get(i);
      if (vertex === undefined) {
        vertex = whole.ao.length;
        moved.set(i, vertex);
        for (let part = 0; part < 3; part++) {
          whole.pos.push(pos[3 * i + part] + nor[3 * i + part] * offset);
          whole.nor.push(nor[3 * i + part]);
        }
        whole.ao.push(ao[i]);
      }
      whole.idx.push(vertex);
    }
  }
  return whole;
}
