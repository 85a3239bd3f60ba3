// The photographer: a studio of soft boxes as the environment, tone mapping, a shadow on the floor, and the views.
import {
  BackSide, CanvasTexture, Color, DoubleSide, Float32BufferAttribute, Group, Mesh, MeshBasicMaterial, NeutralToneMapping, PerspectiveCamera,
  PlaneGeometry, PMREMGenerator, Scene, SphereGeometry, Vector3, WebGLRenderer,
} from "../../vendor/three/three.min.js";
import { carOf } from "./car.js";
import { paintMaterial } from "./materials.js";

/** Azimuth from the nose and elevation in degrees, distance as a factor, where to look as a share of the height, field of view. */
export const VIEWS = {
  front34: [42, 8, 1, 0.44, 20],
  side: [90, 3, 1, 0.47, 12],
  rear34: [140, 9, 1, 0.46, 20],
  front: [0, 5, 1, 0.46, 22],
  rear: [180, 6, 1, 0.46, 22],
  top: [60, 38, 1.05, 0.4, 22],
  hero: [56, 5, 1, 0.45, 18],
};
export const EXPOSURE = { light: 1.3, dark: 1.25 };
const SOFTWARE = /swiftshader|llvmpipe|softpipe|basic render/i;
const FLOOR = [6.8, 3.4]; // metres that the shadow covers

export class SoftwareRendering extends Error {}

export class Studio {
  /**
   * @param {HTMLCanvasElement} canvas
   * @param {{theme?: "light"|"dark", environment?: number, ratio?: number, software?: boolean}} options `environment` is the
   *   size of the reflection map in texels; without `software` a machine that renders on its processor is refused
   * @throws {SoftwareRendering} or the browser's own error when it has no WebGL
   */
  constructor(canvas, { theme = "light", environment = 512, ratio = Math.min(devicePixelRatio, 2), software = true } = {}) {
    this.renderer = new WebGLRenderer({
      canvas, antialias: true, alpha: true, preserveDrawingBuffer: true, powerPreference: "high-performance", failIfMajorPerformanceCaveat: !software,
    });
    if (!software) this.#refuseSoftware();
    this.renderer.setPixelRatio(ratio);
    this.renderer.toneMapping = NeutralToneMapping;
    this.scene = new Scene();
    this.camera = new PerspectiveCamera(22, 1, 0.5, 60);
    this.target = new Vector3();
    this.environment = environment;
    this.light(theme);
  }

  #refuseSoftware() {
    const gl = this.renderer.getContext();
    const name = gl.getParameter(gl.getExtension("WEBGL_debug_renderer_info")?.UNMASKED_RENDERER_WEBGL ?? gl.RENDERER);
    if (!SOFTWARE.test(name)) return;
    this.renderer.dispose();
    throw new SoftwareRendering(name);
  }

  light(theme) {
    this.theme = theme;
    const baked = new PMREMGenerator(this.renderer).fromScene(softBoxes(theme === "dark"), 0, 0.1, 100, { size: this.environment });
    this.scene.environment?.dispose();
    this.scene.environment = baked.texture;
    this.renderer.toneMappingExposure = EXPOSURE[theme];
  }

  /** Put another car on the stage; `cell` and `panels` as in car.js. */
  load(spec, cell, panels) {
    this.clear();
    const { group, body, materials } = carOf(spec, cell, panels);
    group.position.x = -body.length / 2;
    this.stage = new Group();
    this.stage.add(group, shadow(body));
    this.scene.add(this.stage);
    Object.assign(this, { spec, body, materials });
  }

  clear() {
    if (!this.stage) return;
    this.scene.remove(this.stage);
    this.stage.traverse((part) => part.geometry?.dispose());
  }

  paint(paint) {
    this.materials.paint.copy(paintMaterial(paint));
  }

  size(width, height, style = true) {
    this.renderer.setSize(width, height, style);
    this.aspect = width / height;
  }

  /** Stand where a view says, as near as the whole car fits into the frame. */
  stand(name) {
    const [azimuth, elevation, distance, look, fov] = VIEWS[name];
    const { camera, body } = this;
    const [a, e] = [(azimuth * Math.PI) / 180, (elevation * Math.PI) / 180];
    const direction = new Vector3(-Math.cos(a) * Math.cos(e), Math.sin(e), Math.sin(a) * Math.cos(e));
    camera.fov = fov;
    camera.aspect = this.aspect;
    this.target.set(0, body.height * look, 0);
    let away = 9;
    const place = () => {
      camera.position.copy(direction).multiplyScalar(away).add(this.target);
      camera.lookAt(this.target);
      camera.updateProjectionMatrix();
      camera.updateMatrixWorld();
    };
    for (let round = 0; round < 5; round++) {
      place();
      const [left, right, bottom, top] = this.#frame();
      const half = Math.tan((fov * Math.PI) / 360) * away;
      const [sideways, upwards, back] = [new Vector3(), new Vector3(), new Vector3()];
      camera.matrixWorld.extractBasis(sideways, upwards, back);
      this.target.addScaledVector(sideways, ((left + right) / 2) * half * camera.aspect);
      this.target.addScaledVector(upwards, ((bottom + top) / 2 + 0.02) * half);
      away *= Math.max((right - left) / (1.86 / distance), (top - bottom) / (1.66 / distance));
    }
    place();
  }

  /** The car's outline on the screen, from the corners of a box that narrows upwards: left, right, bottom, top in −1 … 1. */
  #frame() {
    const { length, halfWidth, height } = this.body;
    const frame = [Infinity, -Infinity, Infinity, -Infinity];
    const corner = new Vector3();
    for (const forward of [-1, 1]) {
      for (const side of [-1, 1]) {
        for (const [y, reach] of [[0, 0.93], [height * 0.5, 1], [height, 0.6]]) {
          corner.set((forward * length * reach) / 2, y, side * halfWidth * (y === height ? 0.7 : 1.02)).project(this.camera);
          frame[0] = Math.min(frame[0], corner.x);
          frame[1] = Math.max(frame[1], corner.x);
          frame[2] = Math.min(frame[2], corner.y);
          frame[3] = Math.max(frame[3], corner.y);
        }
      }
    }
    return frame;
  }

  render() {
    this.renderer.render(this.scene, this.camera);
  }

  dispose() {
    this.clear();
    this.scene.environment?.dispose();
    this.renderer.dispose();
  }
}

function softBoxes(dark) {
  const scene = new Scene();
  scene.add(shell(dark));
  const box = (width, height, place, strength, color = "#ffffff") => {
    const lit = new MeshBasicMaterial({ color: new Color(color).multiplyScalar(strength), side: DoubleSide });
    const panel = new Mesh(new PlaneGeometry(width, height), lit);
    panel.position.set(...place);
    panel.lookAt(0, 0.6, 0);
    scene.add(panel);
  };
  box(12, 4.6, [0, 9, 0], 5);
  for (const side of [1, -1]) {
    // Strips that draw the highlights along shoulder and doors.
    box(15, 1.5, [0, 4.6, 10 * side], dark ? 4 : 4.4);
    box(16, 0.9, [0, 1.5, 11 * side], dark ? 0.9 : 1.5);
    box(16, 0.5, [0, 2.5, 11 * side], dark ? 0.4 : 0.7);
    box(6.5, 2.6, [-3.2, 7.6, 7.6 * side], dark ? 0.9 : 1.5);
  }
  box(4.2, 2.2, [-10, 4.2, 4.5], 3, "#f4f8ff");
  box(4.2, 2.2, [10, 4, -4], dark ? 3 : 2.6, "#fff6ea");
  return scene;
}

/** The room: the floor brightens downwards, the horizon is dark, the walls brighten upwards. */
function shell(dark) {
  const geometry = new SphereGeometry(30, 48, 48);
  const place = geometry.attributes.position;
  const colours = [];
  const light = (y) => {
    if (dark) return y < 0 ? 0.02 + 0.1 * Math.min(1, -y * 1.6) : 0.015 + 0.06 * y;
    return y < 0 ? 0.05 + 0.34 * (1 - Math.exp(-Math.max(0, -y - 0.03) * 4)) : 0.05 + 0.5 * (1 - Math.exp(-Math.max(0, y - 0.06) * 2.4));
  };
  for (let i = 0; i < place.count; i++) {
    const value = light(place.getY(i) / 30);
    colours.push(value, value, value * 1.02);
  }
  geometry.setAttribute("color", new Float32BufferAttribute(colours, 3));
  return new Mesh(geometry, new MeshBasicMaterial({ vertexColors: true, side: BackSide }));
}

function shadow(body) {
  const texture = new CanvasTexture(shadowCanvas(body));
  texture.anisotropy = 8;
  const material = new MeshBasicMaterial({ map: texture, transparent: true, depthWrite: false, toneMapped: false });
  const floor = new Mesh(new PlaneGeometry(...FLOOR).rotateX(-Math.PI / 2), material);
  floor.position.y = -0.003;
  floor.renderOrder = -1;
  return floor;
}

function shadowCanvas({ length, halfWidth, axles }) {
  const canvas = document.createElement("canvas");
  const scale = 512 / FLOOR[1];
  canvas.width = FLOOR[0] * scale;
  canvas.height = FLOOR[1] * scale;
  const brush = canvas.getContext("2d");
  const [across, down] = [(x) => canvas.width / 2 + (x - length / 2) * scale, (z) => canvas.height / 2 + z * scale];
  const soft = (margin, width, corner, blur, strength) => {
    brush.filter = `blur(${blur}px)`;
    brush.fillStyle = `rgba(0,0,0,${strength})`;
    brush.beginPath();
    brush.roundRect(across(margin), down(-width), (length - 2 * margin) * scale, 2 * width * scale, corner * scale);
    brush.fill();
  };
  soft(0.05, halfWidth * 0.98, 0.5, 34, 0.34);
  soft(0.21, halfWidth * 0.86, 0.4, 15, 0.5);
  soft(0.4, halfWidth * 0.78, 0.3, 9, 0.45);
  brush.filter = "blur(5px)";
  brush.fillStyle = "rgba(0,0,0,.9)";
  for (const axle of axles) {
    for (const side of [-1, 1]) {
      brush.beginPath();
      brush.ellipse(across(axle), down(side * (halfWidth - 0.15)), 0.17 * scale, 0.13 * scale, 0, 0, Math.PI * 2);
      brush.fill();
    }
  }
  return canvas;
}
