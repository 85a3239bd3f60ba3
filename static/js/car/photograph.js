// The other side of the commands that render: takes one picture at a time of whatever car it is told to, whole or a layer of it.
import { layerOf } from "./layers.js";
import { Studio } from "./studio.js";

const ENVIRONMENT = 512;
let studio = null;
let loaded = "";

function place({ spec, view, width, height, ratio, cell }) {
  const canvas = document.querySelector("canvas");
  studio ??= new Studio(canvas, { environment: ENVIRONMENT, ratio });
  studio.renderer.setPixelRatio(ratio);
  studio.size(width, height);
  const { paint, ...shape } = spec;
  const wanted = JSON.stringify([shape, cell]);
  if (wanted !== loaded) studio.load(spec, cell);
  else studio.paint(paint);
  loaded = wanted;
  studio.stand(view);
  return canvas;
}

/** A picture as a PNG data URL; `ratio` is how many pixels are drawn for one that is kept. */
window.photograph = (order) => {
  const canvas = place(order);
  studio.render();
  return canvas.toDataURL("image/png");
};

/** The pixels of one layer as a data URL (see layers.js); `kind` and `grey` beside what a picture needs. */
window.layer = async ({ kind, grey, ...order }) => {
  place(order);
  const reader = new FileReader();
  const read = new Promise((resolve) => reader.addEventListener("load", () => resolve(reader.result)));
  reader.readAsDataURL(new Blob([layerOf(studio, kind, grey)]));
  return read;
};
