// Offers "Turn in 3D" where a machine can do it, and loads the viewer when it is asked for: 130 KB that nobody else pays.
const SOFTWARE = /swiftshader|llvmpipe|softpipe|basic render/i;
const LABELS = ["data-turn", "data-still"];
let close = null;

/** Whether WebGL runs on a graphics card; a processor would draw the car at two frames a second. */
function hasGraphicsCard() {
  const gl = document.createElement("canvas").getContext("webgl2", { failIfMajorPerformanceCaveat: true });
  if (!gl) return false;
  const name = gl.getParameter(gl.getExtension("WEBGL_debug_renderer_info")?.UNMASKED_RENDERER_WEBGL ?? gl.RENDERER);
  gl.getExtension("WEBGL_lose_context")?.loseContext();
  return !SOFTWARE.test(name);
}

function theme() {
  const chosen = document.documentElement.dataset.theme;
  return chosen ?? (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light");
}

async function toggle(button) {
  const stage = button.closest("[data-car3d]");
  if (close) {
    close();
    close = null;
  } else {
    button.disabled = true;
    stage.setAttribute("aria-busy", "true");
    // The browser paints the busy state before building the car keeps it busy.
    await new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
    try {
      const { turnable } = await import(button.dataset.module);
      const spec = JSON.parse(document.getElementById(stage.dataset.car3d).textContent);
      close = await turnable(stage, spec, { theme: theme(), software: "software" in button.dataset });
    } catch (error) {
      console.warn(error);
      button.hidden = true;
    }
    stage.removeAttribute("aria-busy");
    button.disabled = false;
  }
  stage.classList.toggle("turning", close !== null);
  button.setAttribute("aria-pressed", String(close !== null));
  button.querySelector("span").textContent = button.getAttribute(LABELS[close === null ? 0 : 1]);
}

document.addEventListener("click", (event) => {
  const button = event.target.closest?.("button[data-turn]");
  if (button) toggle(button);
});
function offer() {
  for (const button of document.querySelectorAll("button[data-turn][hidden]")) button.hidden = false;
}
if (document.querySelector("button[data-turn]") && ("software" in document.querySelector("button[data-turn]").dataset || hasGraphicsCard())) {
  offer();
  document.addEventListener("htmx:afterSwap", offer);
}
