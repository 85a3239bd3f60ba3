// The other side of the commands that render: takes one picture at a time of whatever car it is told to, whole or a layer of it.
import { layerOf } from "./layers.js";
import { Studio } from "./studio.js";

const ENVIRONMENT = 512;
const KEPT = 6; // bodies: layers ask for each of them many times, and the next car is modelled while one is drawn
const modeller = new Worker(new URL("modeller.js", import.meta.url), { type: "module" });
const modelled = new Map();
const waiting = new Map();
let studio = null;
let loaded = "";
let asked = 0;

modeller.addEventListener("message", ({ data: { number, panels, error } }) => {
  const { resolve, reject } = waiting.get(number);
  waiting.delete(number);
  if (error) reject(new Error(error));
  else resolve(panels);
});

/** What decides a body's shape: neither its paint nor its seats, and of the wheels how large they are. */
function shapeOf({ spec, cell }) {
  const { paint, interior, wheels, ...body } = spec;
  return JSON.stringify([body, wheels.size, wheels.sidewall, cell]);
}

function panelsOf(order) {
  const key = shapeOf(order);
  const panels = modelled.get(key) ?? model(order);
  modelled.delete(key);
  modelled.set(key, panels);
  if (modelled.size > KEPT) modelled.delete(modelled.keys().next().value);
  return panels;
}

function model({ spec, cell }) {
  const number = asked++;
  modeller.postMessage({ number, spec, cell });
  return new Promise((resolve, reject) => waiting.set(number, { resolve, reject }));
}

async function place(order) {
  const { spec, view, width, height, ratio, cell } = order;
  const canvas = document.querySelector("canvas");
  studio ??= new Studio(canvas, { environment: ENVIRONMENT, ratio });
  studio.renderer.setPixelRatio(ratio);
  studio.size(width, height);
  const { paint, ...shape } = spec;
  const wanted = JSON.stringify([shape, cell]);
  if (wanted !== loaded) studio.load(spec, cell, await panelsOf(order));
  else studio.paint(paint);
  loaded = wanted;
  studio.stand(view);
  return canvas;
}

/** Begin to model a car that will soon be asked for. */
window.prepare = (order) => {
  panelsOf(order).catch(() => {}); // whoever asks for it is told
};

/** A picture as a PNG data URL; `ratio` is how many pixels are drawn for one that is kept. */
window.photograph = async (order) => {
  const canvas = await place(order);
  studio.render();
  return canvas.toDataURL("image/png");
};

/** The pixels of one layer as a data URL (see layers.js); `kind` and `grey` beside what a picture needs. */
window.layer = async ({ kind, grey, ...order }) => {
  await place(order);
  const reader = new FileReader();
  const read = new Promise((resolve) => reader.addEventListener("load", () => resolve(reader.result)));
  reader.readAsDataURL(new Blob([layerOf(studio, kind, grey)]));
  return read;
};
