// What the configurator adds to htmx. Without it every button and box still works, only less smoothly.
const SETTLING_MS = 350; // arrow keys walk through a radio group; the one that was meant is the one they stop at
const page = document.getElementById("main");

// An opened price trace stays open over a swap.
const opened = new Set();
document.addEventListener(
  "toggle",
  (event) => {
    const box = event.target;
    if (!box.matches?.("details[data-keep-open]")) return;
    if (box.open) opened.add(box.id);
    else if (box.isConnected) opened.delete(box.id);
  },
  true,
);
document.addEventListener("htmx:afterSwap", () => {
  for (const id of opened) document.getElementById(id)?.setAttribute("open", "");
});

// Arrow keys change a radio group at every step: ask the server once, when they rest.
let arrow = false;
let resting = 0;
document.addEventListener("keydown", (event) => {
  arrow = event.key.startsWith("Arrow") && event.target.matches?.("#cfg-form input[type=radio]");
});
document.addEventListener("pointerdown", () => (arrow = false), true);
document.addEventListener(
  "change",
  (event) => {
    const form = event.target.closest?.("#cfg-form");
    if (!form) return;
    clearTimeout(resting);
    if (!arrow || event.detail === "rested") return;
    arrow = false;
    event.stopImmediatePropagation();
    const { id } = event.target;
    resting = setTimeout(() => {
      const box = document.getElementById(id); // an earlier answer may have drawn it anew meanwhile
      if (!usable(box)) return;
      box.checked = true;
      box.dispatchEvent(new CustomEvent("change", { bubbles: true, detail: "rested" }));
    }, SETTLING_MS);
  },
  true,
);
// A button that is pressed before the keys rest sends the form as it stands: nothing is left to ask for.
document.addEventListener("htmx:beforeRequest", () => clearTimeout(resting));

// Focus survives a swap: the same control if it is still there, else what took its place.
let last = null;
function remember(event) {
  const control = event.target.closest?.("#configurator [id]");
  if (control) last = { id: control.id, name: control.name ?? "", value: control.value ?? "" };
}
page.addEventListener("click", remember, true);
page.addEventListener("focusin", remember, true);
function usable(element) {
  return element && !element.disabled && element.getClientRects().length > 0;
}
function successors({ id, name, value }) {
  const of = (prefix) => (id.startsWith(prefix) ? id.slice(prefix.length) : null);
  const asked = of("ask-") ?? of("fix-");
  const found = [];
  if (asked) found.push(`fix-${asked}`, `why-${asked}`, `opt-${asked}`, `ask-${asked}`);
  if (name === "step") found.push(`group-${value}`);
  if (of("cfg-clear-")) found.push(`group-${of("cfg-clear-")}`);
  if (of("opt-")) found.push(`ask-${of("opt-")}`);
  return [...found, "cfg-total"].map((one) => document.getElementById(one));
}
document.addEventListener("htmx:afterSettle", () => {
  if (last === null) return;
  const here = document.activeElement;
  const lost = here === null || here === document.body || !here.isConnected;
  const moved = last.name === "step";
  if (!lost && !moved) return;
  const same = document.getElementById(last.id);
  const control = usable(same) && !moved ? same : successors(last).find((one) => one && one.getClientRects().length > 0);
  last = null;
  if (!control) return;
  const inner =
    control.matches("fieldset") && [...control.querySelectorAll("input:checked, input")].find((one) => usable(one));
  const target = inner || control;
  if (!target.matches("a, button, input, select, summary")) target.setAttribute("tabindex", "-1");
  if (moved) control.scrollIntoView({ block: "start" });
  target.focus({ preventScroll: true });
});

// An address can be copied.
for (const button of document.querySelectorAll("[data-copy]")) {
  button.hidden = !navigator.clipboard;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).value);
    document.body.dispatchEvent(new CustomEvent("toast", { detail: { value: button.dataset.copied } }));
  });
}

// A picture that nobody has asked for yet takes the server a moment: until it is there the one before stays in its place.
const SHOWN = ".cfg-stage > picture";
let before = null;
document.addEventListener("htmx:beforeSwap", () => {
  const picture = document.querySelector(`${SHOWN}:not(.before)`);
  if (picture?.querySelector("img").naturalWidth) before = picture;
});
document.addEventListener("htmx:afterSwap", () => {
  const picture = document.querySelector(SHOWN);
  const image = picture?.querySelector("img");
  if (!before || !image || before === picture || image.complete) return;
  const earlier = before;
  earlier.classList.add("before");
  earlier.querySelector("img").alt = "";
  picture.before(earlier);
  for (const end of ["load", "error"]) image.addEventListener(end, () => earlier.remove(), { once: true });
});
