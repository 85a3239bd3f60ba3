// An implicit body as triangles: naive surface nets on a grid that passes over what is far from the surface, then every
// vertex is moved onto the surface and gets the field's own gradient as its normal.

const BLOCK = 6; // cells a side; a block whose middle is far from the surface is not looked into
const FAR = 9;
const DELTA = 0.003; // metres, for gradients
const PROJECTIONS = 3;
const CLOSE_ENOUGH = 5e-5;
const OCCLUSION_REACHES = [0.03, 0.1, 0.28]; // metres
const CORNER_PAIRS = [[0, 1], [2, 3], [4, 5], [6, 7], [0, 2], [1, 3], [4, 6], [5, 7], [0, 4], [1, 5], [2, 6], [3, 7]];

/**
 * Half of a body, z >= 0.
 * @param body see field.js
 * @param {number} cell the grid's step in metres
 * @returns {{pos: number[], nor: number[], ao: number[], idx: number[]}} `ao` is 1 where nothing shades a vertex
 */
export function polygonise(body, cell) {
  const grid = sampledGrid(body, cell);
  const mesh = { pos: [], nor: [], ao: [], idx: [] };
  const vertexOf = placeVertices(grid, mesh.pos);
  joinFaces(grid, vertexOf, mesh.idx);
  for (let i = 0; i < mesh.pos.length; i += 3) finishVertex(body.inside, cell, mesh, i);
  return mesh;
}

function sampledGrid(body, cell) {
  const { inside, length, height, halfWidth, clearance } = body;
  const size = [(length + 0.12) / cell, (height - clearance + 0.16) / cell, (halfWidth + 0.08) / cell].map((n) => Math.ceil(n) + 2);
  const origin = [-0.06, clearance - 0.08, -cell / 2];
  const [nx, ny, nz] = size;
  const values = new Float32Array(nx * ny * nz).fill(FAR);
  const at = (i, j, k) => (k * ny + j) * nx + i;
  const value = (i, j, k) => inside(origin[0] + i * cell, origin[1] + j * cell, origin[2] + k * cell);
  const reach = (cell * BLOCK * 0.9 + 0.02) * 1.9;
  for (let k = 0; k < nz; k += BLOCK) {
    for (let j = 0; j < ny; j += BLOCK) {
      for (let i = 0; i < nx; i += BLOCK) {
        const middle = value(i + BLOCK / 2, j + BLOCK / 2, k + BLOCK / 2);
        const far = Math.abs(middle) > reach;
        for (let c = k; c < Math.min(k + BLOCK, nz); c++) {
          for (let b = j; b < Math.min(j + BLOCK, ny); b++) {
            for (let a = i; a < Math.min(i + BLOCK, nx); a++) values[at(a, b, c)] = far ? middle : value(a, b, c);
          }
        }
      }
    }
  }
  return { values, size, origin, cell, at };
}

/** A vertex in every cell that the surface passes through, at the mean of the crossings of the cell's edges. */
function placeVertices({ values, size: [nx, ny, nz], origin, cell, at }, pos) {
  const vertexOf = new Int32Array(nx * ny * nz).fill(-1);
  const corners = new Float64Array(8);
  for (let k = 0; k < nz - 1; k++) {
    for (let j = 0; j < ny - 1; j++) {
      for (let i = 0; i < nx - 1; i++) {
        let mask = 0;
        for (let c = 0; c < 8; c++) {
          corners[c] = values[at(i + (c & 1), j + ((c >> 1) & 1), k + (c >> 2))];
          if (corners[c] < 0) mask |= 1 << c;
        }
        if (mask === 0 || mask === 255) continue;
        const [x, y, z] = meanCrossing(corners, mask);
        vertexOf[at(i, j, k)] = pos.length / 3;
        // The first layer lies astride the middle plane: its vertices are drawn onto it, so that both halves meet.
        pos.push(origin[0] + (i + x) * cell, origin[1] + (j + y) * cell, k === 0 ? 0 : origin[2] + (k + z) * cell);
      }
    }
  }
  return vertexOf;
}

function meanCrossing(corners, mask) {
  let [count, x, y, z] = [0, 0, 0, 0];
  for (let pair = 0; pair < CORNER_PAIRS.length; pair++) {
    const a = CORNER_PAIRS[pair][0];
    const b = CORNER_PAIRS[pair][1];
    if (((mask >> a) & 1) === ((mask >> b) & 1)) continue;
    const t = corners[a] / (corners[a] - corners[b]);
    x += (a & 1) * (1 - t) + (b & 1) * t;
    y += ((a >> 1) & 1) * (1 - t) + ((b >> 1) & 1) * t;
    z += (a >> 2) * (1 - t) + (b >> 2) * t;
    count++;
  }
  return [x / count, y / count, z / count];
}

function joinFaces({ values, size: [nx, ny, nz], at }, vertexOf, idx) {
  const quad = (a, b, c, d, flipped) => {
    if (a < 0 || b < 0 || c < 0 || d < 0) return;
    if (flipped) idx.push(a, b, c, a, c, d);
    else idx.push(a, c, b, a, d, c);
  };
  const v = (i, j, k) => vertexOf[at(i, j, k)];
  for (let k = 0; k < nz - 1; k++) {
    for (let j = 0; j < ny - 1; j++) {
      for (let i = 0; i < nx - 1; i++) {
        const here = values[at(i, j, k)] < 0;
        if (j && k && here !== values[at(i + 1, j, k)] < 0) quad(v(i, j, k), v(i, j - 1, k), v(i, j - 1, k - 1), v(i, j, k - 1), here);
        if (i && k && here !== values[at(i, j + 1, k)] < 0) quad(v(i, j, k), v(i, j, k - 1), v(i - 1, j, k - 1), v(i - 1, j, k), here);
        if (i && j && here !== values[at(i, j, k + 1)] < 0) quad(v(i, j, k), v(i - 1, j, k), v(i - 1, j - 1, k), v(i, j - 1, k), here);
      }
    }
  }
}

const gradient = new Float64Array(3);

function measureGradient(inside, x, y, z) {
  gradient[0] = (inside(x + DELTA, y, z) - inside(x - DELTA, y, z)) / (2 * DELTA);
  gradient[1] = (inside(x, y + DELTA, z) - inside(x, y - DELTA, z)) / (2 * DELTA);
  // On the middle plane both halves meet without a fold.
  gradient[2] = z === 0 ? 0 : (inside(x, y, z + DELTA) - inside(x, y, z - DELTA)) / (2 * DELTA);
  return gradient[0] * gradient[0] + gradient[1] * gradient[1] + gradient[2] * gradient[2] || 1e-9;
}

function finishVertex(inside, cell, mesh, at) {
  const { pos } = mesh;
  let square = measureGradient(inside, pos[at], pos[at + 1], pos[at + 2]);
  for (let round = 0; round < PROJECTIONS; round++) {
    const value = inside(pos[at], pos[at + 1], pos[at + 2]);
    if (Math.abs(value) < CLOSE_ENOUGH) break;
    const furthest = (cell * 0.8) / Math.sqrt(square);
    const step = Math.max(-furthest, Math.min(furthest, value / square));
    for (let axis = 0; axis < 3; axis++) pos[at + axis] -= step * gradient[axis];
  }
  square = measureGradient(inside, pos[at], pos[at + 1], pos[at + 2]);
  const size = Math.sqrt(square);
  const [nx, ny, nz] = [gradient[0] / size, gradient[1] / size, gradient[2] / size];
  mesh.nor.push(nx, ny, nz);
  mesh.ao.push(openness(inside, pos[at], pos[at + 1], pos[at + 2], nx, ny, nz));
}

/** How open a vertex is, 0.12 to 1: along its normal the field (and the ground) should be as far away as one has gone. */
function openness(inside, x, y, z, nx, ny, nz) {
  let shade = 0;
  for (const reach of OCCLUSION_REACHES) {
    const free = Math.min(inside(x + nx * reach, y + ny * reach, z + nz * reach), y + ny * reach);
    shade += Math.max(0, reach - free) / reach;
  }
  return Math.max(0.12, 1 - shade * 0.38);
}
