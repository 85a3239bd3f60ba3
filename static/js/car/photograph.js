// The other side of the render_cars command: takes one picture at a time of whatever car it is told to.
import { Studio } from "./studio.js";

const ENVIRONMENT = 512;
let studio = null;
let loaded = "";

/** A picture as a PNG data URL; `ratio` is how many pixels are drawn for one that is kept. */
window.photograph = ({ spec, view, width, height, ratio, cell }) => {
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
  studio.render();
  return canvas.toDataURL("image/png");
};
