// Names what unfold and Django's admin leave without a name: fields in rows of a table, boxes that search, hints.
const main = () => document.getElementById("main");

/** What an element says, without its icons, which are words of a font, and without what marks a field as required. */
function wordsOf(element) {
  const copy = element?.cloneNode(true);
  for (const icon of copy?.querySelectorAll(".material-symbols-outlined") ?? []) icon.remove();
  return copy?.textContent.replace("*", "").replace(/\s+/g, " ").trim();
}

/** The words of a label that belongs to a field. */
const labelOf = (id) => id && wordsOf(document.querySelector(`label[for="${CSS.escape(id)}"]`));

/** What stands above a field in a table and, in a list, what its row is called. */
function headOf(field) {
  const cell = field.closest("td, th");
  if (!cell) return "";
  const table = cell.closest("table");
  const column = /\b(?:field|column)-([\w-]+)/.exec(cell.className)?.[1];
  const named = column && table.querySelector(`thead .column-${CSS.escape(column)}`);
  const head = wordsOf(named || table.tHead?.rows[0]?.cells[cell.cellIndex]);
  const row = wordsOf(cell.parentElement.querySelector("th"));
  return row && head ? `${head}: ${row}` : head;
}

function nameFields() {
  const nameless = "#main :is(input:not([type=hidden], [type=submit]), select, textarea):not([aria-label], [aria-labelledby])";
  for (const field of document.querySelectorAll(nameless)) {
    if (field.labels?.length && field.labels[0].textContent.trim()) continue;
    // Of a field in two parts only the first has the label's id.
    const name = labelOf(field.id) || labelOf(field.id.replace(/_\d$/, "")) || labelOf(field.id.replace(/_\d$/, "_0")) || headOf(field);
    if (name) field.setAttribute("aria-label", name);
  }
}

/** A box of select2 is named by what is chosen in it alone, and by nothing while nothing is. */
function nameBoxes() {
  const nameless = ".select2-selection [role=textbox]:not([aria-label]), .select2-selection[role=combobox]:not([aria-label])";
  for (const box of document.querySelectorAll(nameless)) {
    const select = box.closest(".select2")?.previousElementSibling;
    const name = labelOf(select?.id) || (select && headOf(select));
    if (name) box.setAttribute("aria-label", name);
  }
}

function nameRest() {
  for (const head of document.querySelectorAll("#main thead th")) {
    if (!head.textContent.trim() && !head.children.length) {
      head.innerHTML = '<span class="named"></span>';
      head.firstChild.textContent = main().dataset.remove;
    }
  }
  for (const hint of document.querySelectorAll("span.help-tooltip[aria-label]:not([role])")) hint.setAttribute("role", "img");
}

let waits = 0;
function name() {
  waits = 0;
  nameFields();
  nameBoxes();
  nameRest();
}
addEventListener("DOMContentLoaded", () => {
  if (!main()) return;
  name();
  new MutationObserver(() => (waits ||= requestAnimationFrame(name))).observe(main(), { childList: true, subtree: true });
});
