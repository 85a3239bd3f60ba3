// "Turn in 3D" on a stage: <figure class="stage" data-car3d>, see templates/catalog/turn.html. Nothing is loaded before somebody asks.
const root = document.documentElement;
const dark = matchMedia("(prefers-color-scheme: dark)");
const themeNow = () => root.dataset.theme || (dark.matches ? "dark" : "light");
let viewer = null;
let place = null; // where the viewer is: it outlives the swaps around it

const stage = () => document.querySelector("[data-car3d]");
const part = (name) => stage()?.querySelector(`[data-car3d-${name}]`);

/** The look of the car as the stage says: its own, with what is picked. */
let fetched = { address: "", look: null };
async function wanted() {
  const { look: address, car3d } = stage().dataset;
  if (address !== fetched.address) {
    const answer = await fetch(address);
    if (!answer.ok) throw new Error(answer.statusText);
    fetched = { address, look: await answer.json() };
  }
  return { ...fetched.look, ...JSON.parse(car3d || "{}") };
}

function show(name, visible) {
  const element = part(name);
  if (element) element.hidden = !visible;
}

/** What can be pressed: the offer, the question whether to go on without a graphics card, or the controls. */
function state(now) {
  stage()?.toggleAttribute("data-turning", now === "turning");
  for (const name of ["offer", "waiting", "slow", "turning"]) show(name, name === now);
}

async function begin(software) {
  state("waiting");
  const { Viewer } = await import("./car/viewer.js");
  place = part("place");
  try {
    viewer = new Viewer(place, { modeller: place.dataset.modeller, theme: themeNow(), software, label: place.dataset.label });
  } catch (error) {
    if (software) throw error;
    state("slow");
    part("slow").querySelector("button").focus();
    return;
  }
  if (await dress()) viewer.canvas.focus({ preventScroll: true });
}

/** Show the car as the stage says; whether it is there, and nothing else was asked for meanwhile. */
async function dress() {
  const mine = viewer;
  const there = (await mine.show(await wanted())) && mine === viewer;
  if (there) state("turning");
  return there;
}

function end() {
  viewer?.stop();
  viewer = null;
  state("offer");
}

/** What fails leaves the picture, and says so. */
async function attempt(action) {
  try {
    await action();
  } catch {
    end();
    document.body.dispatchEvent(new CustomEvent("toast", { detail: { value: part("place").dataset.failed } }));
  }
}

document.addEventListener("click", (event) => {
  const act = event.target.closest?.("[data-car3d-act]")?.dataset.car3dAct;
  if (act === "begin") attempt(() => begin(false));
  else if (act === "anyway") attempt(() => begin(true));
  else if (act === "left") viewer?.turn(1);
  else if (act === "right") viewer?.turn(-1);
  else if (viewer && event.target.closest?.(".thumbs a")) end(); // another still was asked for
  else if (act === "end") {
    end();
    part("offer").querySelector("button")?.focus();
  }
});

// A swap draws the stage anew. The canvas moves into the new one, which says what the car looks like now.
document.addEventListener("htmx:afterSwap", () => {
  if (!stage()) return;
  if (!viewer) {
    state("offer");
    return;
  }
  const fresh = part("place");
  if (fresh !== place) viewer.moveTo((place = fresh));
  state(viewer.begun ? "turning" : "waiting");
  attempt(dress);
});
new MutationObserver(() => viewer?.light(themeNow())).observe(root, { attributes: true, attributeFilter: ["data-theme"] });
dark.addEventListener("change", () => viewer?.light(themeNow()));
if (stage()) state("offer");
