// A finer mesh where something small is to be cut out of it: edges are halved, and no crack opens towards what stays coarse.

const MOST_VERTICES = 4194304; // what the key of an edge has room for

const keyOf = (a, b) => (a < b ? a * MOST_VERTICES + b : b * MOST_VERTICES + a);

/** The edges that only one triangle has: their neighbours are elsewhere and would not be halved with them. */
function borderOf(idx) {
  const border = new Set();
  for (let at = 0; at < idx.length; at += 3) {
    for (let k = 0; k < 3; k++) {
      const key = keyOf(idx[at + k], idx[at + ((k + 1) % 3)]);
      if (!border.delete(key)) border.add(key);
    }
  }
  return border;
}

/**
 * Halve every edge with an end where the field is below `reach`.
 * @param {(x: number, y: number, z: number) => number} field a distance, never negative
 */
export function refined(mesh, field, reach) {
  const { pool, idx } = mesh;
  const { pos } = pool;
  const known = new Map();
  const near = (i) => {
    let found = known.get(i);
    if (found === undefined) known.set(i, (found = field(pos[3 * i], pos[3 * i + 1], pos[3 * i + 2]) < reach));
    return found;
  };
  const border = borderOf(idx);
  const halve = halver(pool);
  const between = (a, b) => (border.has(keyOf(a, b)) ? -1 : halve(a, b));
  const finer = [];
  for (let at = 0; at < idx.length; at += 3) {
    const [a, b, c] = [idx[at], idx[at + 1], idx[at + 2]];
    const [atA, atB, atC] = [near(a), near(b), near(c)];
    split(finer, a, b, c, atA || atB ? between(a, b) : -1, atB || atC ? between(b, c) : -1, atC || atA ? between(c, a) : -1);
  }
  return { pool, idx: finer };
}

/** The triangle a b c with the middles of its edges, -1 where an edge stays whole. */
function split(into, a, b, c, ab, bc, ca) {
  const halved = (ab >= 0) + (bc >= 0) + (ca >= 0);
  if (halved === 0) into.push(a, b, c);
  else if (halved === 3) into.push(a, ab, ca, ab, b, bc, ca, bc, c, ab, bc, ca);
  else if (halved === 2 && ab < 0) into.push(c, ca, bc, ca, a, b, ca, b, bc);
  else if (halved === 2 && bc < 0) into.push(a, ab, ca, ab, b, c, ab, c, ca);
  else if (halved === 2) into.push(b, bc, ab, bc, c, a, bc, a, ab);
  else if (ab >= 0) into.push(a, ab, c, ab, b, c);
  else if (bc >= 0) into.push(b, bc, a, bc, c, a);
  else into.push(c, ca, b, ca, a, b);
}

function halver({ pos, nor, ao }) {
  const known = new Map();
  return (first, second) => {
    const key = keyOf(first, second);
    const before = known.get(key);
    if (before !== undefined) return before;
    const vertex = ao.length;
    known.set(key, vertex);
    const middle = (array, part) => (array[3 * first + part] + array[3 * second + part]) / 2;
    pos.push(middle(pos, 0), middle(pos, 1), middle(pos, 2));
    const [x, y, z] = [middle(nor, 0), middle(nor, 1), middle(nor, 2)];
    const size = Math.hypot(x, y, z) || 1;
    nor.push(x / size, y / size, z / size);
    ao.push((ao[first] + ao[second]) / 2);
    return vertex;
  };
}
