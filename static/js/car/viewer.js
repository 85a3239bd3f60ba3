// A car to turn, on top of the still that shows it. Loaded when somebody asks for it, see ../stage.js.
import { OrbitControls } from "../../vendor/three/three.min.js";
import { Studio } from "./studio.js";

const CELL = 0.018; // coarser than a still's grid: the car moves
const ENVIRONMENT = 256;
const TURN = Math.PI / 12; // an arrow key's, or a button's
const SWING_MS = 500;
const REDUCED = matchMedia("(prefers-reduced-motion: reduce)");

/** Models cars in a worker, one after the other; only the last one that was asked for is of interest. */
class Modeller {
  #worker;
  #number = 0;
  constructor(address) {
    this.#worker = new Worker(address, { type: "module" });
  }

  /** @returns {Promise<object|null>} the panels, or null when another car was asked for meanwhile */
  panels(spec) {
    const number = ++this.#number;
    return new Promise((resolve, reject) => {
      const done = ({ data }) => {
        if (data.number !== number) return;
        stop();
        if (data.error) reject(new Error(data.error));
        else resolve(number === this.#number ? data.panels : null);
      };
      const broken = (event) => {
        stop();
        reject(new Error(event.message ?? "worker"));
      };
      const stop = () => {
        this.#worker.removeEventListener("message", done);
        this.#worker.removeEventListener("error", broken);
      };
      this.#worker.addEventListener("message", done);
      this.#worker.addEventListener("error", broken);
      this.#worker.postMessage({ number, spec, cell: CELL });
    });
  }

  stop() {
    this.#worker.terminate();
  }
}

export class Viewer {
  #modeller;
  #studio;
  #controls;
  #spec = null;
  #frame = 0;
  #sizes;

  /**
   * @param {HTMLElement} place where the canvas goes
   * @param {{modeller: string, theme: "light"|"dark", software: boolean, label: string}} options `modeller` is the worker's address
   * @throws where there is no graphics card and `software` does not allow for it
   */
  constructor(place, { modeller, theme, software, label }) {
    const canvas = document.createElement("canvas");
    canvas.tabIndex = 0;
    canvas.setAttribute("role", "img");
    canvas.setAttribute("aria-label", label);
    this.#studio = new Studio(canvas, { theme, software, environment: ENVIRONMENT, ratio: software ? 1 : Math.min(devicePixelRatio, 2) });
    this.#modeller = new Modeller(modeller);
    place.append(canvas);
    this.canvas = canvas;
    this.place = place;
    canvas.addEventListener("keydown", (event) => this.#key(event));
    this.#sizes = new ResizeObserver(() => this.#fit());
    this.#sizes.observe(place);
  }

  /** Whether there is a car to see. */
  get begun() {
    return this.#controls !== undefined;
  }

  /** Show this car: another paint at once, anything else as soon as it is modelled. Whether it came to that. */
  async show(spec) {
    const before = this.#spec;
    this.#spec = spec;
    if (before && shapeOf(before) === shapeOf(spec)) {
      this.#studio.paint(spec.paint);
      this.draw();
      return this.begun;
    }
    const panels = await this.#modeller.panels(spec);
    if (panels === null || !this.canvas.isConnected) return false;
    this.#studio.load(spec, CELL, panels);
    this.#studio.paint(this.#spec.paint);
    if (this.#controls) this.draw();
    else this.#begin();
    return true;
  }

  /** Move into another element of the page. */
  moveTo(place) {
    this.#sizes.disconnect();
    place.append(this.canvas);
    this.place = place;
    this.#sizes.observe(place);
  }

  light(theme) {
    if (theme === this.#studio.theme) return;
    this.#studio.light(theme);
    this.draw();
  }

  /** Turn by so many steps to the left (or, below zero, to the right). */
  turn(steps) {
    this.#swing(this.#controls.getAzimuthalAngle() - steps * TURN);
  }

  stop() {
    cancelAnimationFrame(this.#frame);
    this.#sizes.disconnect();
    this.#modeller.stop();
    this.#controls?.dispose();
    this.#studio.dispose();
    this.canvas.remove();
  }

  draw() {
    cancelAnimationFrame(this.#frame);
    this.#frame = requestAnimationFrame(() => this.#studio.body && this.#studio.render());
  }

  #begin() {
    this.#fit();
    const controls = new OrbitControls(this.#studio.camera, this.canvas);
    Object.assign(controls, { enableZoom: false, enablePan: false, rotateSpeed: 0.7 });
    controls.minPolarAngle = Math.PI * 0.32;
    controls.maxPolarAngle = Math.PI * 0.495; // never from below the floor
    controls.target.copy(this.#studio.target);
    controls.addEventListener("change", () => this.draw());
    // A finger that moves upwards scrolls the page; one that moves sideways turns the car.
    this.canvas.style.touchAction = "pan-y";
    this.#controls = controls;
    controls.update();
    this.#studio.render();
  }

  #fit() {
    const { clientWidth, clientHeight } = this.place;
    if (!clientWidth || !clientHeight || !this.#studio.body) return;
    const angle = this.#controls?.getAzimuthalAngle();
    this.#studio.size(clientWidth, clientHeight, false);
    this.#studio.stand("front34");
    if (angle !== undefined) {
      this.#controls.target.copy(this.#studio.target);
      this.#turnTo(angle);
    }
    this.draw();
  }

  #key(event) {
    const steps = { ArrowLeft: 1, ArrowRight: -1 }[event.key];
    if (!steps || !this.#controls) return;
    event.preventDefault();
    this.turn(steps);
  }

  #swing(angle) {
    const from = this.#controls.getAzimuthalAngle();
    if (REDUCED.matches) {
      this.#turnTo(angle);
      return;
    }
    const began = performance.now();
    const step = (now) => {
      const share = Math.min(1, (now - began) / SWING_MS);
      this.#turnTo(from + (angle - from) * (1 - (1 - share) ** 3));
      this.#studio.render();
      if (share < 1) this.#frame = requestAnimationFrame(step);
    };
    cancelAnimationFrame(this.#frame);
    this.#frame = requestAnimationFrame(step);
  }

  /** Put the camera where the angle says, as far away and as high as it is. */
  #turnTo(angle) {
    const { camera } = this.#studio;
    const { target } = this.#controls;
    const offset = camera.position.clone().sub(target);
    const away = Math.hypot(offset.x, offset.z);
    camera.position.set(target.x + away * Math.sin(angle), camera.position.y, target.z + away * Math.cos(angle));
    this.#controls.update();
    this.draw();
  }
}

const shapeOf = ({ paint, ...shape }) => JSON.stringify([shape, paint.finish]);
