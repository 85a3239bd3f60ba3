// What unfold lets a mouse press alone (filters, the own menu) is a button of the keyboard's, too.
const PRESSED = [
  ".filter-open-button:not([href])",
  "[x-on\\:click*=openUserLinks]",
  "[x-on\\:click*=openRelatedWidgetWrapper]",
  "span[x-on\\:click='sidebarToggle()']",
].join();

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

/** A table that scrolls sideways within a page is scrolled by the keyboard, too. */
function reachTables() {
  for (const frame of document.querySelectorAll("#main .formset-wrapper")) {
    const title = document.getElementById(frame.closest("fieldset")?.getAttribute("aria-labelledby"));
    frame.tabIndex = 0;
    frame.setAttribute("role", "group");
    if (title) frame.setAttribute("aria-label", title.textContent.trim());
  }
}

addEventListener("DOMContentLoaded", reachTables);
addEventListener("load", () => {
  unfoldTabs();
  addEventListener("resize", unfoldTabs); // after unfold's own
  showPlace();
});
document.addEventListener("alpine:initialized", () => {
  const words = document.getElementById("main")?.dataset;
  if (!words) return;
  for (const element of document.querySelectorAll(PRESSED)) asButton(element, nameOf(element, words));
});
