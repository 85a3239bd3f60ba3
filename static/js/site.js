// What every page needs: the theme switch without a reload, and focus that survives a swap.
const switchForm = document.querySelector("[data-theme-switch]");
switchForm?.addEventListener("submit", async (event) => {
  event.preventDefault();
  const root = document.documentElement;
  const dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  root.dataset.theme = dark ? "light" : "dark";
  const body = new FormData(switchForm);
  body.set("theme", root.dataset.theme);
  await fetch(switchForm.action, { method: "POST", body, redirect: "manual" });
});

const errorText = document.documentElement.lang.startsWith("zh") ? "连接出了问题，请重试。" : "The connection failed. Please try again.";
function toast(text) {
  const place = document.getElementById("toast");
  const item = document.createElement("p");
  item.className = "toast";
  item.textContent = text;
  place.append(item);
  setTimeout(() => item.remove(), 6000);
}
// A page that asks for news by itself tries again quietly.
const quiet = (event) => event.detail.elt?.id === "poll";
document.body.addEventListener("htmx:sendError", (event) => quiet(event) || toast(errorText));
document.body.addEventListener("htmx:responseError", (event) => quiet(event) || toast(errorText));
document.body.addEventListener("toast", (event) => toast(event.detail.value));

// A strip of links that scrolls shows the one that one is on.
function showHere(root) {
  for (const strip of root.querySelectorAll(".account-nav ul, .parts, .cats, .find .chips")) {
    const here = strip.querySelector("[aria-current]")?.getBoundingClientRect();
    const { left, width } = strip.getBoundingClientRect();
    if (here) strip.scrollLeft += here.left + here.width / 2 - left - width / 2;
  }
}
showHere(document);
document.body.addEventListener("htmx:afterSettle", (event) => showHere(event.target));

// The bar that keeps a price and its button at hand rests while the same button is in sight.
const bar = document.querySelector(".buybar");
const offer = document.querySelector(".buy .btn.primary");
if (bar && offer) new IntersectionObserver(([seen]) => bar.classList.toggle("resting", seen.isIntersecting)).observe(offer);

// The reader's time zone, so that the server writes times as their clock shows them.
const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
if (zone && !document.cookie.includes(`zone=${encodeURIComponent(zone)}`)) {
  document.cookie = `zone=${encodeURIComponent(zone)};path=/;max-age=31536000;samesite=lax`;
}

// From a card to the car's own page and back its picture moves: it has the name of the stage while the pages change.
function namePicture(address, done) {
  if (!address) return;
  const { pathname } = new URL(address);
  const link = [...document.querySelectorAll(".pc h3 a, .pc h2 a, .opening a.btn")].find((one) => one.pathname === pathname);
  const picture = link?.closest(".pc, .opening")?.querySelector(".still");
  if (!picture) return;
  picture.style.viewTransitionName = "car";
  done.finally(() => picture.style.removeProperty("view-transition-name"));
}
addEventListener("pageswap", (event) => {
  if (event.viewTransition) namePicture(event.activation?.entry?.url, event.viewTransition.finished);
});
addEventListener("pagereveal", (event) => {
  if (event.viewTransition) namePicture(globalThis.navigation?.activation?.from?.url, event.viewTransition.ready);
});

// A field that was refused is not called wrong any longer once it is changed; the server says anew what it thinks.
function forgive({ target: field }) {
  if (field.getAttribute?.("aria-invalid") !== "true") return;
  field.removeAttribute("aria-invalid");
  for (const error of field.closest(".field")?.querySelectorAll(".err") ?? []) error.hidden = true;
}
document.addEventListener("input", forgive);
document.addEventListener("change", forgive);
