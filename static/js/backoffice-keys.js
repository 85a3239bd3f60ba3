// What unfold lets a mouse press alone (groups of the navigation, filters, the own menu) is a button of the keyboard's, too.
const PRESSED = [
  ".filter-open-button:not([href])",
  "[x-on\\:click*=openUserLinks]",
  "[x-on\\:click*=openRelatedWidgetWrapper]",
  "span[x-on\\:click='sidebarToggle()']",
].join();

/** A heading that folds stays a heading: what it says becomes the button. */
function splitHeading(heading) {
  const button = document.createElement("span");
  button.className = "presses";
  button.append(...heading.childNodes);
  heading.append(button);
  return button;
}

function asButton(element, name) {
  element.setAttribute("role", "button");
  element.tabIndex = 0;
  if (name) element.setAttribute("aria-label", name);
  element.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" && event.key !== " ") return;
    event.preventDefault();
    element.click();
  });
}

/** Whether what it folds can be seen is said, at once and after each press. */
function tellOpen(button, folded) {
  const tell = () => button.setAttribute("aria-expanded", String(folded.checkVisibility()));
  tell();
  new MutationObserver(tell).observe(folded, { attributes: true, attributeFilter: ["style"] });
}

function nameOf(element, words) {
  if (element.matches("[x-on\\:click*=sidebarToggle]")) return words.navigation;
  return element.matches("[x-on\\:click*=openRelatedWidgetWrapper]") ? words.more : "";
}

/** The page that is open is in sight in the navigation, however long that is. */
function showPlace() {
  document.querySelector("#nav-sidebar-inner a.active")?.scrollIntoView({ block: "nearest" });
}

/** Tabs that do not fit go to a second line: unfold hid some of them when it measured before the styles were there. */
function unfoldTabs() {
  const hidden = document.getElementById("tabs-dropdown");
  if (!hidden) return;
  while (hidden.lastElementChild) document.getElementById("tabs-items").append(hidden.lastElementChild);
  hidden.parentElement.classList.add("hidden");
}

addEventListener("load", () => {
  unfoldTabs();
  showPlace();
});
document.addEventListener("alpine:initialized", () => {
  const words = document.getElementById("main")?.dataset;
  if (!words) return;
  for (const element of document.querySelectorAll(PRESSED)) asButton(element, nameOf(element, words));
  for (const heading of document.querySelectorAll("h2[x-on\\:click*=navigationOpen]")) {
    const button = splitHeading(heading);
    asButton(button);
    if (heading.nextElementSibling) tellOpen(button, heading.nextElementSibling);
  }
});
