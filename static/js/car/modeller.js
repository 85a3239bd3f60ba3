// A worker that models cars while the page goes on: {number, spec, cell} → {number, panels}, or {number, error}.
import { panelled } from "./modelling.js";

self.addEventListener("message", ({ data: { number, spec, cell } }) => {
  try {
    const panels = panelled(spec, cell);
    const arrays = Object.values(panels).flatMap((part) => Object.values(part));
    self.postMessage({ number, panels }, arrays.map((array) => array.buffer));
  } catch (error) {
    self.postMessage({ number, error: String(error) });
  }
});
