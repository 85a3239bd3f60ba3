// The rule editor: pickers that search, focus and unsaved changes. Everything works without it, less comfortably.

const fold = (text) => text.normalize("NFKC").toLowerCase();

// A <select> becomes a search field with a list (ARIA combobox); the select stays and is what the form sends.
class Picker {
  constructor(select) {
    this.select = select;
    this.many = select.multiple;
    this.at = -1;
    const id = select.id;
    this.box = document.createElement("div");
    this.box.className = "ed-picker";
    this.chips = document.createElement("ul");
    this.chips.className = "ed-chips";
    this.input = Object.assign(document.createElement("input"), { type: "text", id: `${id}-search`, autocomplete: "off" });
    const label = document.querySelector(`label[for="${CSS.escape(id)}"]`);
    if (label) {
      label.htmlFor = this.input.id;
      this.chips.setAttribute("aria-label", label.textContent.trim());
    }
    const list = { role: "combobox", "aria-expanded": "false", "aria-controls": `${id}-list`, "aria-autocomplete": "list" };
    for (const [name, value] of Object.entries(list)) this.input.setAttribute(name, value);
    if (select.getAttribute("aria-describedby")) this.input.setAttribute("aria-describedby", select.getAttribute("aria-describedby"));
    if (select.getAttribute("aria-invalid")) this.input.setAttribute("aria-invalid", "true");
    this.list = document.createElement("ul");
    this.list.id = `${id}-list`;
    this.list.className = "ed-listbox";
    this.list.setAttribute("role", "listbox");
    this.list.setAttribute("aria-label", label ? label.textContent.trim() : "");
    if (this.many) this.list.setAttribute("aria-multiselectable", "true");
    this.list.hidden = true;
    this.box.append(this.chips, this.input, this.list);
    select.hidden = true;
    select.after(this.box);
    this.input.addEventListener("input", (event) => { event.stopPropagation(); this.open(); });
    this.input.addEventListener("change", (event) => event.stopPropagation());
    this.input.addEventListener("focus", () => this.open());
    this.input.addEventListener("click", () => this.open());
    this.input.addEventListener("blur", () => this.shut());
    this.input.addEventListener("keydown", (event) => this.key(event));
    this.list.addEventListener("mousedown", (event) => event.preventDefault());
    this.list.addEventListener("click", (event) => {
      const item = event.target.closest("[role=option]");
      if (item) this.pick(item.dataset.value);
    });
    this.draw();
  }

  // What is picked, as buttons that take it away again.
  draw() {
    this.chips.replaceChildren(
      ...[...this.select.selectedOptions].filter((option) => option.value).map((option) => {
        const button = Object.assign(document.createElement("button"), { type: "button", className: "ed-chip", textContent: option.textContent });
        button.setAttribute("aria-label", `${editor.dataset.remove}: ${option.textContent}`);
        button.addEventListener("click", () => {
          this.toggle(option.value, false);
          this.input.focus();
        });
        const item = document.createElement("li");
        item.append(button);
        return item;
      }),
    );
    this.chips.hidden = !this.chips.children.length;
  }

  open() {
    const words = fold(this.input.value).split(/\s+/).filter(Boolean);
    const items = [];
    let group = null;
    for (const option of this.select.options) {
      if (!option.value || (this.many && option.selected)) continue;
      const parent = option.parentElement.label || "";
      const text = fold(`${option.textContent} ${option.dataset.other || ""} ${parent}`);
      if (!words.every((word) => text.includes(word))) continue;
      if (parent !== group) {
        group = parent;
        items.push(Object.assign(document.createElement("li"), { className: "ed-listgroup", textContent: parent, role: "presentation" }));
      }
      const item = Object.assign(document.createElement("li"), { id: `${this.list.id}-${option.index}`, textContent: option.textContent });
      item.setAttribute("role", "option");
      item.setAttribute("aria-selected", String(option.selected));
      item.dataset.value = option.value;
      items.push(item);
    }
    this.list.replaceChildren(...items);
    this.list.hidden = !items.length;
    this.input.setAttribute("aria-expanded", String(Boolean(items.length)));
    this.move(words.length ? 0 : -1);
  }

  shut() {
    this.list.hidden = true;
    this.input.value = "";
    this.input.setAttribute("aria-expanded", "false");
    this.input.removeAttribute("aria-activedescendant");
    this.at = -1;
  }

  get items() {
    return [...this.list.querySelectorAll("[role=option]")];
  }

  move(to) {
    const items = this.items;
    this.at = items.length ? Math.max(-1, Math.min(to, items.length - 1)) : -1;
    items.forEach((item, index) => item.classList.toggle("at", index === this.at));
    const item = items[this.at];
    if (item) {
      this.input.setAttribute("aria-activedescendant", item.id);
      item.scrollIntoView({ block: "nearest" });
    } else this.input.removeAttribute("aria-activedescendant");
  }

  key(event) {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (this.list.hidden) this.open();
      this.move(this.at + (event.key === "ArrowDown" ? 1 : -1));
    } else if (event.key === "Enter" && !this.list.hidden && !event.ctrlKey && !event.metaKey) {
      event.preventDefault();
      const item = this.items[this.at];
      if (item) this.pick(item.dataset.value);
    } else if (event.key === "Escape" && !this.list.hidden) {
      event.preventDefault();
      event.stopPropagation();
      this.shut();
    } else if (event.key === "Backspace" && !this.input.value && this.many) {
      const last = [...this.select.selectedOptions].pop();
      if (last) this.toggle(last.value, false);
    }
  }

  pick(value) {
    this.toggle(value, true);
    this.input.value = "";
    if (this.many) this.open();
    else this.shut();
  }

  toggle(value, on) {
    if (!this.many && on) this.select.value = value;
    else if (!this.many) this.select.value = "";
    else for (const option of this.select.options) if (option.value === value) option.selected = on;
    this.draw();
    this.select.dispatchEvent(new Event("change", { bubbles: true }));
  }
}

const dress = (root) => {
  for (const select of root.querySelectorAll("select[data-picker]:not([hidden])")) new Picker(select);
};

const editor = document.querySelector(".ed");
const said = (text) => {
  const place = document.getElementById("ed-said");
  if (place) place.textContent = text;
};

if (editor) {
  dress(editor);
  const dirty = () => [...editor.querySelectorAll("form[data-dirty]")];
  const touched = (event) => {
    const form = event.target.closest("form[data-edit]");
    if (form) form.dataset.dirty = "";
  };
  editor.addEventListener("input", touched);
  editor.addEventListener("change", touched);
  editor.addEventListener("submit", (event) => delete event.target.dataset.dirty);
  addEventListener("beforeunload", (event) => { if (dirty().length) event.preventDefault(); });

  // A swap that would take away a form with something typed in it asks first.
  document.body.addEventListener("htmx:confirm", (event) => {
    const target = event.detail.target;
    const cancels = event.detail.elt.matches("[data-cancel]");
    const own = event.detail.elt.closest("form");
    const lost = target ? dirty().filter((form) => target.contains(form) && (form !== own || cancels)) : [];
    if (!lost.length) return;
    event.preventDefault();
    if (confirm(editor.dataset.unsaved)) event.detail.issueRequest(true);
  });
  document.body.addEventListener("htmx:load", (event) => {
    const fresh = event.detail.elt.querySelector?.("[data-fresh]");
    for (const part of fresh?.children || []) document.getElementById(part.dataset.for)?.replaceChildren(...part.childNodes);
    fresh?.remove();
    dress(event.detail.elt.parentElement || event.detail.elt);
    const form = event.detail.elt.matches?.(".ed-form") ? event.detail.elt : null;
    if (!form) return;
    const first = form.querySelector("[autofocus], [aria-invalid=true], .ed-note[role=alert], .ed-fields input:not([type=hidden]), .ed-fields select:not([hidden]), .ed-fields textarea");
    if (first) {
      if (first.matches(".ed-note")) first.tabIndex = -1;
      first.focus({ preventScroll: true });
    }
    form.scrollIntoView({ block: "nearest" });
  });
  for (const name of ["htmx:responseError", "htmx:sendError"]) {
    document.body.addEventListener(name, (event) => {
      said(editor.dataset.failed);
      const form = event.detail.elt.closest("form[data-edit]");
      if (form) form.dataset.dirty = "";
    });
  }
  editor.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-cancel]:not([hx-get])");
    if (!link || !link.closest("#ed-new, #ed-new-groups, [id^=ed-new-option-], [id^=ed-new-rental-]")) return;
    event.preventDefault();
    const form = link.closest("form[data-dirty]");
    if (form && !confirm(editor.dataset.unsaved)) return;
    link.closest("li").remove();
    document.getElementById("ed-add-rule")?.focus();
  });
  editor.addEventListener("keydown", (event) => {
    const form = event.target.closest("form[data-edit]");
    if (!form) return;
    if (event.key === "Escape") form.querySelector("a[data-cancel]")?.click();
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      form.requestSubmit();
    }
  });
  // A link to an option opens the group that holds it.
  const reveal = () => {
    const target = location.hash.length > 1 ? document.getElementById(decodeURIComponent(location.hash.slice(1))) : null;
    if (!target) return;
    const box = target.closest("details");
    if (box) box.open = true;
    target.scrollIntoView({ block: "center" });
    target.focus({ preventScroll: true });
  };
  addEventListener("hashchange", reveal);
  reveal();
}
