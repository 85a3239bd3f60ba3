// The hand-over on a tablet: what is noted stays on it until the server has taken it, each note once, by its nonce.
// Without JavaScript, or where the browser keeps nothing, the plain form does the same.
const root = document.querySelector("[data-tablet]");
const form = root?.querySelector("[data-form]");
const state = root?.querySelector("[data-state]");
const { number, entries: endpoint, user } = root?.dataset ?? {};
const LONGEST = 1280;
const RETRY_MS = [3000, 6000, 12000, 30000, 60000];
let tries = 0;
let timer = 0;

// IndexedDB in promises: drafts (one an order) and what waits to be sent -------------------------------------------
const asked = (request) =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });

function openBase() {
  const request = indexedDB.open("handover", 1);
  request.onupgradeneeded = () => {
    request.result.createObjectStore("drafts", { keyPath: "number" });
    request.result.createObjectStore("outbox", { keyPath: "nonce" });
  };
  return asked(request);
}

async function within(stores, work) {
  const base = await openBase();
  try {
    const transaction = base.transaction(stores, "readwrite");
    const done = new Promise((resolve, reject) => {
      transaction.oncomplete = resolve;
      transaction.onerror = transaction.onabort = () => reject(transaction.error);
    });
    const result = await work(...stores.map((name) => transaction.objectStore(name)));
    await done;
    return result;
  } finally {
    base.close();
  }
}

const waiting = async () => {
  const all = await within(["outbox"], (outbox) => asked(outbox.getAll()));
  return all.filter((entry) => entry.user === user).sort((one, other) => one.seq - other.seq);
};
const entry = (kind, data) => ({
  nonce: crypto.randomUUID(),
  number,
  endpoint,
  user,
  kind,
  data,
  seq: Date.now() + Math.random(),
  recorded_at: new Date().toISOString(),
});

// Sending ----------------------------------------------------------------------------------------------------------
async function show(word, detail = "") {
  const left = (await waiting()).filter((one) => !one.refused).length;
  const words = state.dataset;
  const text = word === "online" && left ? `${words.waiting} ${left}` : `${words[word]}${detail ? ` ${detail}` : ""}`;
  const more = left && word !== "online" ? ` ${words.waiting} ${left}.` : "";
  state.hidden = false;
  state.dataset.now = word;
  state.dataset.left = left;
  state.querySelector("[data-state-text]").textContent = text + more;
  state.querySelector("[data-state-login]").hidden = word !== "signin";
  state.querySelector("[data-state-send]").hidden = !left;
}

async function freshToken() {
  const answer = await fetch(root.dataset.token, { headers: { Accept: "application/json" }, redirect: "error" });
  if (answer.status === 401) return null;
  if (!answer.ok) throw new Error(`token ${answer.status}`);
  return answer.json();
}

async function send(one, csrf) {
  const { nonce, kind, data, recorded_at } = one;
  const answer = await fetch(one.endpoint, {
    method: "POST",
    redirect: "error",
    headers: { "Content-Type": "application/json", "X-CSRFToken": csrf },
    body: JSON.stringify({ nonce, kind, data, recorded_at }),
  });
  const said = await answer.json().catch(() => ({}));
  if (answer.status === 401) return { status: "signin" };
  if (answer.ok) return said;
  // What the server understood and does not take would not be taken the next time either.
  if ([404, 409, 413, 422].includes(answer.status)) return { status: "refused", detail: said.detail ?? `${answer.status}` };
  throw new Error(`${answer.status}`);
}

async function sync() {
  clearTimeout(timer);
  if (!navigator.onLine) return show("offline");
  // Two tabs of one tablet do not send at the same time; two tablets are told apart by the server.
  return navigator.locks.request("handover-sync", async () => {
    try {
      await sendAll();
    } catch {
      await show(navigator.onLine ? "failed" : "offline");
      timer = setTimeout(sync, RETRY_MS[Math.min(tries++, RETRY_MS.length - 1)]);
    }
  });
}

async function sendAll() {
  const todo = (await waiting()).filter((one) => !one.refused);
  if (!todo.length) return show("online");
  const who = await freshToken();
  if (!who || String(who.user) !== user) return show("signin");
  for (const one of todo) {
    await show("sending");
    const result = await send(one, who.csrf);
    if (result.status === "signin") return show("signin");
    await settle(one, result);
  }
  tries = 0;
  return show("online");
}

// The server has it: gone from here. What it did not accept comes back as a draft, so that it can be put right.
async function settle(one, result) {
  const refused = result.status === "refused";
  await within(["outbox", "drafts"], async (outbox, drafts) => {
    outbox.delete(one.nonce);
    if (refused && one.kind === "finish") drafts.put({ number: one.number, user, data: one.data });
  });
  if (one.number !== number) return;
  if (refused) {
    if (form) form.hidden = false;
    await fill();
    state.after(problemOf(result.detail));
  } else if (one.kind === "finish") {
    finished(result.status);
    tellWorker({ forget: `/${number}/` });
  }
}

function problemOf(detail) {
  document.querySelector("[data-refused-note]")?.remove();
  const note = document.createElement("p");
  note.className = "note bad";
  note.dataset.refusedNote = "";
  note.setAttribute("role", "alert");
  note.textContent = `${state.dataset.refused} ${detail}`;
  return note;
}

function finished(status) {
  const place = root.querySelector("[data-done]");
  const text = place?.querySelector("[data-done-text]");
  if (!text) return;
  text.textContent = text.dataset[status] ?? text.dataset.accepted;
  place.hidden = false;
  document.querySelector("[data-refused-note]")?.remove();
  if (form) form.hidden = true;
  place.focus({ preventScroll: false });
}

// The form -----------------------------------------------------------------------------------------------------------
const strokes = [];
const path = () => strokes.filter((one) => one.length > 1).map((one) => `M${one.map(([x, y]) => `${x} ${y}`).join(" L")}`).join(" ");

function collect() {
  const given = new FormData(form);
  const items = {};
  for (const box of form.querySelectorAll("[name^=ok_]:checked")) {
    const name = box.name.slice(3);
    items[name] = { ok: box.value === "yes", remark: given.get(`remark_${name}`).trim() };
  }
  return { vin: given.get("vin").trim().toUpperCase(), signature: given.get("signature").trim(), path: path(), items };
}

async function fill() {
  const draft = await within(["drafts"], (drafts) => asked(drafts.get(number)));
  if (!draft || draft.user !== user || !form) return;
  const { vin, signature, items } = draft.data;
  form.elements.vin.value = vin;
  form.elements.signature.value = signature;
  for (const [name, { ok, remark }] of Object.entries(items)) {
    const box = form.querySelector(`[name="ok_${name}"][value="${ok ? "yes" : "no"}"]`);
    if (box) box.checked = true;
    const field = form.elements[`remark_${name}`];
    if (field) field.value = remark;
  }
  checkVin();
}

let saving = 0;
function keepDraft() {
  clearTimeout(saving);
  saving = setTimeout(() => within(["drafts"], (drafts) => drafts.put({ number, user, data: collect() })), 250);
}

function checkVin() {
  const said = form.querySelector("[data-vin-said]");
  const typed = form.elements.vin.value.trim().toUpperCase();
  const right = typed === root.dataset.vin;
  said.textContent = typed.length < 17 ? "" : right ? said.dataset.right : said.dataset.wrong;
  said.classList.toggle("is-wrong", typed.length >= 17 && !right);
  return right;
}

function problem(data) {
  const words = form.querySelector("[data-problem]");
  const names = [...new Set([...form.querySelectorAll("[name^=ok_]")].map((box) => box.name.slice(3)))];
  const open = names.find((name) => !data.items[name]);
  const silent = names.find((name) => data.items[name] && !data.items[name].ok && !data.items[name].remark);
  let [text, field] = ["", null];
  if (data.vin !== root.dataset.vin) [text, field] = [words.dataset.vin, form.elements.vin];
  else if (open) [text, field] = [words.dataset.points, form.querySelector(`[name="ok_${open}"]`)];
  else if (silent) [text, field] = [words.dataset.remarks, form.elements[`remark_${silent}`]];
  else if (!data.signature) [text, field] = [words.dataset.name, form.elements.signature];
  words.textContent = text;
  words.hidden = !text;
  field?.focus();
  return Boolean(text);
}

async function end(event) {
  event.preventDefault();
  const data = collect();
  if (problem(data)) return;
  clearTimeout(saving);
  await within(["outbox", "drafts"], async (outbox, drafts) => {
    outbox.put(entry("finish", data));
    drafts.delete(number);
  });
  finished("kept");
  await sync();
}

async function addPhoto(item, input, count) {
  const file = input.files[0];
  input.value = "";
  if (!file) return;
  const jpeg = await smaller(file);
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", jpeg));
  const sha256 = [...digest].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  const base64 = btoa(Array.from(new Uint8Array(jpeg), (byte) => String.fromCharCode(byte)).join(""));
  await within(["outbox"], async (outbox) => outbox.put(entry("photo", { item, jpeg: base64, sha256 })));
  count.textContent = `${Number.parseInt(count.textContent || "0", 10) + 1} ✓`;
  await sync();
}

async function smaller(file) {
  const picture = await createImageBitmap(file);
  const scale = Math.min(1, LONGEST / Math.max(picture.width, picture.height));
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [Math.round(picture.width * scale), Math.round(picture.height * scale)];
  canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
  const blob = await new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", 0.8));
  return blob.arrayBuffer();
}

function pad() {
  const canvas = form.querySelector("canvas");
  const pen = canvas.getContext("2d");
  const at = (event) => {
    const box = canvas.getBoundingClientRect();
    return [
      Math.round(((event.clientX - box.left) * canvas.width) / box.width),
      Math.round(((event.clientY - box.top) * canvas.height) / box.height),
    ];
  };
  const draw = () => {
    pen.clearRect(0, 0, canvas.width, canvas.height);
    Object.assign(pen, { lineWidth: 4, lineCap: "round", lineJoin: "round", strokeStyle: getComputedStyle(canvas).color });
    pen.stroke(new Path2D(path()));
  };
  canvas.addEventListener("pointerdown", (event) => {
    canvas.setPointerCapture(event.pointerId);
    strokes.push([at(event)]);
  });
  canvas.addEventListener("pointermove", (event) => {
    if (!canvas.hasPointerCapture(event.pointerId)) return;
    strokes.at(-1).push(at(event));
    draw();
  });
  form.querySelector("[data-clear]").addEventListener("click", () => {
    strokes.length = 0;
    draw();
  });
  form.querySelector("[data-pad]").hidden = false;
}

async function scan(input) {
  const said = form.querySelector("[data-vin-said]");
  const codes = await new window.BarcodeDetector().detect(await createImageBitmap(input.files[0])).catch(() => []);
  const found = codes.map((code) => code.rawValue.toUpperCase().match(/[A-HJ-NPR-Z0-9]{17}/)?.[0]).find(Boolean);
  if (!found) {
    said.textContent = said.dataset.none;
    return;
  }
  form.elements.vin.value = found;
  checkVin();
  keepDraft();
}

// The service worker ------------------------------------------------------------------------------------------------
async function tellWorker(message) {
  const registration = await navigator.serviceWorker?.ready;
  registration?.active?.postMessage(message);
}

async function startWorker() {
  if (!("serviceWorker" in navigator)) return;
  try {
    await navigator.serviceWorker.register(root.dataset.worker, { scope: root.dataset.scope });
  } catch {
    return; // everything but opening the page without a connection works all the same
  }
  const before = localStorage.getItem("handover-user");
  if (before && before !== user) await tellWorker({ forget: "all" });
  localStorage.setItem("handover-user", user);
  if (navigator.onLine && !location.search) await tellWorker({ keep: location.href });
  root.dataset.ready = "";
}

async function startForm() {
  const pending = (await waiting()).some((one) => one.number === number && one.kind === "finish");
  if (pending) {
    finished("kept");
    return;
  }
  await fill();
  form.addEventListener("submit", end);
  form.addEventListener("input", keepDraft);
  form.elements.vin.addEventListener("input", checkVin);
  pad();
  for (const place of form.querySelectorAll("[data-photos]")) {
    const input = place.querySelector("input");
    place.hidden = false;
    input.addEventListener("change", () => addPhoto(place.dataset.photos, input, place.querySelector("[data-count]")));
  }
  if ("BarcodeDetector" in window) {
    const place = form.querySelector("[data-scan]");
    place.hidden = false;
    place.querySelector("input").addEventListener("change", (event) => scan(event.target));
  }
}

if (root && window.isSecureContext && "indexedDB" in window && navigator.locks) {
  startWorker();
  if (form) await startForm();
  state.querySelector("[data-state-send]").addEventListener("click", sync);
  window.addEventListener("online", sync);
  window.addEventListener("offline", () => show("offline"));
  document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && sync());
  await sync();
  root.dataset.alive = "";
}
