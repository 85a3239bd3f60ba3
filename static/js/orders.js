// The checkout: stores near the reader, asked for by a button and never by itself.
const button = document.querySelector("[data-locate]");
if (button) {
  button.hidden = !("geolocation" in navigator);
  button.addEventListener("click", () => {
    button.disabled = true;
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => {
        button.disabled = false;
        const near = `${coords.latitude.toFixed(4)},${coords.longitude.toFixed(4)}`;
        window.htmx.ajax("GET", `${button.dataset.locate}?near=${near}`, { target: "#stores", swap: "outerHTML" });
      },
      () => {
        button.disabled = false;
        document.body.dispatchEvent(new CustomEvent("toast", { detail: { value: button.dataset.failed } }));
      },
      { timeout: 8000 },
    );
  });
}

// An error summary is where a reader must begin.
document.querySelector(".error-summary")?.focus();
document.body.addEventListener("htmx:afterSettle", (event) => event.target.querySelector?.(".error-summary")?.focus());

// An order that follows by itself: what was open, typed or focused survives the swap, and what is new is said aloud.
const AGAIN_MS = 15000;
let kept = null;
const typed = (root) => [...root.querySelectorAll("input:not([type=hidden]), textarea, select")].filter((field) => field.id);

document.body.addEventListener("htmx:beforeSwap", (event) => {
  if (event.detail.requestConfig?.elt?.id !== "poll") return;
  const order = document.getElementById("order");
  if (!order || event.detail.xhr.getResponseHeader("HX-Retarget") !== "#order") return;
  kept = {
    open: [...order.querySelectorAll("details[open][id]")].map((one) => one.id),
    shut: [...order.querySelectorAll("details:not([open])[id]")].map((one) => one.id),
    fields: typed(order).map((field) => [field.id, field.value, field.checked]),
    focus: order.contains(document.activeElement) ? document.activeElement.id : "",
    headline: order.dataset.headline,
  };
});

document.body.addEventListener("htmx:afterSwap", () => {
  const order = document.getElementById("order");
  if (!kept || !order) return;
  for (const id of kept.open) document.getElementById(id)?.setAttribute("open", "");
  for (const id of kept.shut) document.getElementById(id)?.removeAttribute("open");
  for (const [id, value, checked] of kept.fields) {
    const field = document.getElementById(id);
    if (!field || !order.contains(field)) continue;
    if (field.type === "checkbox" || field.type === "radio") field.checked = checked;
    else field.value = value;
  }
  if (kept.focus) document.getElementById(kept.focus)?.focus({ preventScroll: true });
  const news = document.querySelector("[data-order-news]");
  if (news && order.dataset.headline !== kept.headline) news.textContent = order.dataset.headline;
  kept = null;
});

// Without a connection it tries again; back at the page it asks at once.
const ask = () => document.getElementById("poll") && window.htmx.trigger("#poll", "again");
for (const name of ["htmx:sendError", "htmx:responseError"]) {
  document.body.addEventListener(name, (event) => event.detail.elt?.id === "poll" && setTimeout(ask, AGAIN_MS));
}
document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && ask());
window.addEventListener("online", ask);
document.querySelector("[data-focus]")?.focus();
