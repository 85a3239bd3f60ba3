// What the configurator adds to htmx: an opened price trace stays open over a swap, and an address can be copied.
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
// Who asked "why?" reads on from the answer: the link is gone, so the focus moves to what stands in its place.
let asked = null;
document.addEventListener("click", (event) => {
  const link = event.target.closest?.("a[id^='ask-']");
  if (link) asked = link.id.slice("ask-".length);
});
document.addEventListener("htmx:afterSettle", () => {
  if (asked === null) return;
  const place = document.getElementById(`why-${asked}`);
  asked = null;
  const target = place?.querySelector("a") ?? place;
  if (target === place) place?.setAttribute("tabindex", "-1");
  target?.focus({ preventScroll: true });
});
for (const button of document.querySelectorAll("[data-copy]")) {
  if (!navigator.clipboard) continue;
  button.hidden = false;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).value);
    document.body.dispatchEvent(new CustomEvent("toast", { detail: { value: button.dataset.copied } }));
  });
}
