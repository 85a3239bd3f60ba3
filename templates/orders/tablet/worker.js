{% load static %}// Keeps the hand-over pages and what they are made of, so that they open without a connection. It sees nothing else.
const NAME = "handover-3";
const PARTS = ["{% static 'css/tokens.css' %}", "{% static 'css/site.css' %}", "{% static 'css/portal.css' %}", "{% static 'css/orders.css' %}", "{% static 'css/tablet.css' %}", "{% static 'js/tablet.js' %}", "{% static 'js/site.js' %}", "{% static 'django_htmx/htmx-2.min.js' %}", "{% static 'img/icons.svg' %}", "{% static 'img/logo.svg' %}"];
const PAGE = /\/handover\/(K[0-9]{10}\/)?$/;

self.addEventListener("install", (event) => {
  event.waitUntil(caches.open(NAME).then((cache) => cache.addAll(PARTS)).then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => {
  const old = caches.keys().then((names) => Promise.all(names.filter((name) => name.startsWith("handover-") && name !== NAME).map((name) => caches.delete(name))));
  event.waitUntil(old.then(() => self.clients.claim()));
});

// A page: from the network while there is one, else as it was. Only whole answers for the person are kept.
async function page(request) {
  const cache = await caches.open(NAME);
  const address = new URL(request.url);
  const key = address.origin + address.pathname;
  try {
    const answer = await fetch(request);
    if (answer.ok && !answer.redirected && !address.search) await cache.put(key, answer.clone());
    return answer;
  } catch (error) {
    const kept = await cache.match(key);
    if (kept) return kept;
    throw error;
  }
}

async function part(request) {
  const cache = await caches.open(NAME);
  const kept = await cache.match(request);
  if (kept) return kept;
  const answer = await fetch(request);
  if (answer.ok) await cache.put(request, answer.clone());
  return answer;
}

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const address = new URL(request.url);
  if (request.method !== "GET" || address.origin !== self.location.origin) return;
  if (request.mode === "navigate" && PAGE.test(address.pathname)) event.respondWith(page(request));
  else if (address.pathname.startsWith("/static/")) event.respondWith(part(request));
});

// The page knows whether somebody else has signed in, or an order is done: what was kept of it goes.
self.addEventListener("message", (event) => {
  const { keep, forget } = event.data;
  if (keep) event.waitUntil(page(new Request(keep, { credentials: "same-origin" })).catch(() => undefined));
  if (forget) event.waitUntil(caches.open(NAME).then(async (cache) => {
    for (const request of await cache.keys()) if (PAGE.test(new URL(request.url).pathname) && (forget === "all" || request.url.includes(forget))) await cache.delete(request);
  }));
});
