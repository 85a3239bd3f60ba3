// "Turn in 3D" on a page. The still stays until the first frame is there, and for good where a machine has no real GPU.
//
//   <div class="stage" data-car3d="look-id" data-paint="#2f6b60" data-finish="metallic">still, button[data-turn][hidden]</div>
//
// where look-id is a script element with the car's spec as JSON. Whoever changes data-paint sees the car repainted.
import { OrbitControls } from "../../vendor/three/three.min.js";
import { Studio } from "./studio.js";

const CELL = 0.02; // metres; finer takes seconds to build on a phone

export async function turnable(stage, spec, { theme, software = false }) {
  const canvas = document.createElement("canvas");
  canvas.className = "turntable";
  canvas.tabIndex = 0;
  canvas.setAttribute("role", "img");
  canvas.setAttribute("aria-label", stage.dataset.label ?? "");
  const studio = new Studio(canvas, { theme, environment: 256, software });
  studio.load({ ...spec, paint: paintOf(stage, spec) }, CELL);
  stage.append(canvas);
  const controls = orbit(studio, canvas);
  const fit = () => {
    studio.size(stage.clientWidth, stage.clientHeight, false);
    studio.stand("front34");
    controls.target.copy(studio.target);
    controls.update();
    studio.render();
  };
  fit();
  const resized = new ResizeObserver(fit);
  resized.observe(stage);
  const painted = new MutationObserver(() => {
    studio.paint(paintOf(stage, spec));
    studio.render();
  });
  painted.observe(stage, { attributes: true, attributeFilter: ["data-paint", "data-finish"] });
  canvas.addEventListener("keydown", (event) => turnByKey(event, studio, controls));
  return () => {
    resized.disconnect();
    painted.disconnect();
    controls.dispose();
    studio.dispose();
    canvas.remove();
  };
}

function paintOf({ dataset }, spec) {
  return { color: dataset.paint || spec.paint.color, finish: dataset.finish || spec.paint.finish };
}

function orbit(studio, canvas) {
  const controls = new OrbitControls(studio.camera, canvas);
  Object.assign(controls, { enablePan: false, minPolarAngle: 0.9, maxPolarAngle: 1.54, minDistance: 5, maxDistance: 20 });
  // A finger that moves up or down scrolls the page.
  canvas.style.touchAction = "pan-y";
  controls.addEventListener("change", () => studio.render());
  return controls;
}

function turnByKey(event, studio, controls) {
  const step = { ArrowLeft: -0.15, ArrowRight: 0.15 }[event.key];
  if (step === undefined) return;
  event.preventDefault();
  const { camera, target } = studio;
  camera.position.sub(target).applyAxisAngle({ x: 0, y: 1, z: 0 }, step).add(target);
  controls.update();
  studio.render();
}
