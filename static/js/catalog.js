// Car list and comparison. Everything works without this file; it adds: search while typing (also with an input
// method), filter groups that stay as they were, and ticked cars that survive a swap.

const DELAY = 350;

function liveSearch(input) {
  let timer;
  const ask = () => {
    clearTimeout(timer);
    timer = setTimeout(() => input.form?.requestSubmit(), DELAY);
  };
  // While Chinese is being composed, the box holds half-typed pinyin: wait for the end of the composition.
  input.addEventListener("input", (event) => event.isComposing || ask());
  input.addEventListener("compositionend", ask);
}

function bindSearch() {
  for (const input of document.querySelectorAll("#q, [data-live]")) {
    if (input.dataset.bound) continue;
    input.dataset.bound = "true";
    liveSearch(input);
  }
}

document.addEventListener("change", (event) => {
  if (event.target.dataset?.submit) document.getElementById(event.target.dataset.submit)?.requestSubmit();
});

// Filter groups keep their state over a swap.
let openState = new Map();
document.body.addEventListener("htmx:beforeSwap", () => {
  openState = new Map([...document.querySelectorAll("details[data-keep-open]")].map((box) => [box.id, box.open]));
});

// Ticked cars: remembered for this tab, so that they survive filters and pages.
const KEY = "compare";
const MOST = 5;
let ticked = new Set();
try {
  ticked = new Set(JSON.parse(sessionStorage.getItem(KEY) ?? "[]"));
} catch {
  // storage may be off: then ticks last as long as the page
}

function showTicked() {
  const form = document.querySelector("[data-compare]");
  if (!form) return;
  form.querySelectorAll("input[type=hidden]").forEach((field) => field.remove());
  const boxes = [...document.querySelectorAll('input[name="trim"][form="compare"]')];
  const here = new Set(boxes.map((box) => box.value));
  for (const box of boxes) {
    box.checked = ticked.has(box.value);
    box.disabled = !box.checked && ticked.size >= MOST;
  }
  for (const code of ticked) {
    if (!here.has(code)) form.append(Object.assign(document.createElement("input"), { type: "hidden", name: "trim", value: code }));
  }
  form.querySelector("[data-compare-count]").textContent = ticked.size ? `${ticked.size} / ${MOST}.` : "";
  form.hidden = ticked.size === 0;
}

document.addEventListener("change", (event) => {
  const box = event.target;
  if (box.name !== "trim" || box.getAttribute("form") !== "compare") return;
  box.checked ? ticked.add(box.value) : ticked.delete(box.value);
  try {
    sessionStorage.setItem(KEY, JSON.stringify([...ticked]));
  } catch {
    // see above
  }
  showTicked();
});

document.body.addEventListener("htmx:afterSwap", () => {
  for (const [id, open] of openState) {
    const box = document.getElementById(id);
    if (box) box.open = open;
  }
  bindSearch();
  showTicked();
});
bindSearch();
showTicked();
