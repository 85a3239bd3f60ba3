// One layer of a picture at a time, for the render_layers command. Layers are premultiplied and add up: what a layer leaves out
// is still drawn, but as depth alone, so every sample of every pixel belongs to exactly one of them.
import { HalfFloatType, MeshBasicMaterial, WebGLRenderTarget } from "../../vendor/three/three.min.js";
import { GLASS } from "./car.js";

// What a layer shows. Glass and the shadow on the floor belong to the rest. What lies behind glass is in no other layer: a painted
// mirror behind a window is left dark, as the window nearly is.
const SHOWN = { rest: ["other", "clear"], wheels: ["wheel"], paint: ["paint"], whole: ["other", "clear", "wheel", "paint"] };
const SAMPLES = 4;
const FIRST = -10;

const held = [0, 1, 2].map((side) => new MeshBasicMaterial({ colorWrite: false, side }));
const firstOf = (material) => (Array.isArray(material) ? material[0] : material);

/**
 * @param {Studio} studio with a car on the stage, standing where a view says
 * @param {"rest"|"wheels"|"paint"|"whole"} kind `whole` leaves nothing out, to compare with
 * @param {number} [grey] the paint's linear value, for the layer of the paint
 * @returns {Uint8Array|Uint16Array} RGBA from the bottom row up: bytes as on the screen, or for the paint linear light, not tone
 *   mapped, as half floats
 */
export function layerOf(studio, kind, grey) {
  const parts = partsOf(studio);
  for (const part of parts) leaveOut(part, SHOWN[kind]);
  try {
    studio.renderer.setClearColor(0, 0);
    return kind === "paint" ? linear(studio, grey) : displayed(studio);
  } finally {
    for (const { mesh, material, order } of parts) Object.assign(mesh, { material, visible: true, renderOrder: order });
  }
}

function partsOf({ stage, materials }) {
  const parts = [];
  stage.traverse((mesh) => {
    if (!mesh.isMesh) return;
    const { material, renderOrder: order } = mesh;
    parts.push({ mesh, material, order, kind: kindOf(mesh, firstOf(material), materials) });
  });
  return parts;
}

function kindOf(mesh, material, materials) {
  if (material === materials.paint) return "paint";
  for (let part = mesh; part; part = part.parent) if (part.name === "wheel") return "wheel";
  return material.transparent ? "clear" : "other";
}

function leaveOut({ mesh, material, kind }, shown) {
  if (shown.includes(kind)) return;
  if (kind === "clear" && mesh.name !== GLASS) mesh.visible = false;
  else Object.assign(mesh, { material: held[firstOf(material).side], renderOrder: FIRST });
}

function displayed({ renderer, scene, camera }) {
  renderer.render(scene, camera);
  const gl = renderer.getContext();
  const [width, height] = [gl.drawingBufferWidth, gl.drawingBufferHeight];
  const pixels = new Uint8Array(width * height * 4);
  gl.readPixels(0, 0, width, height, gl.RGBA, gl.UNSIGNED_BYTE, pixels);
  return pixels;
}

function linear({ renderer, scene, camera, materials }, grey) {
  materials.paint.color.setRGB(grey, grey, grey);
  const gl = renderer.getContext();
  const [width, height] = [gl.drawingBufferWidth, gl.drawingBufferHeight];
  const target = new WebGLRenderTarget(width, height, { type: HalfFloatType, samples: SAMPLES });
  renderer.setRenderTarget(target);
  renderer.clear();
  renderer.render(scene, camera);
  const pixels = new Uint16Array(width * height * 4);
  renderer.readRenderTargetPixels(target, 0, 0, width, height, pixels);
  renderer.setRenderTarget(null);
  target.dispose();
  return pixels;
}
