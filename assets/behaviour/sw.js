// The service worker: without signal any page of the platform leads to the one for writing down what was done.
// It keeps nothing personal: only the built files and that page as a stranger sees it (fetched without cookies).
/* global FILES, VERSION */
const CACHE = `lvzhi-${VERSION}`;
const SHELL = "/duty-eval/offline";

async function store() {
  const cache = await caches.open(CACHE);
  await cache.addAll(FILES);
  const shell = await fetch(SHELL, { credentials: "omit", cache: "no-store" });
  if (!shell.ok) throw new Error(`shell ${shell.status}`);
  await cache.put(SHELL, shell);
  await self.skipWaiting();
}

async function tidy() {
  for (const name of await caches.keys()) if (name !== CACHE) await caches.delete(name);
  await self.clients.claim();
}

const kept = (path) => caches.match(path, { ignoreVary: true });

async function page(request) {
  try {
    return await fetch(request);
  } catch (error) {
    const shell = await kept(SHELL);
    if (!shell) throw error;
    return shell;
  }
}

self.addEventListener("install", (event) => event.waitUntil(store()));
self.addEventListener("activate", (event) => event.waitUntil(tidy()));
self.addEventListener("fetch", (event) => {
  const { request } = event;
  const path = new URL(request.url).pathname;
  if (request.method !== "GET" || new URL(request.url).origin !== self.location.origin) return;
  if (request.mode === "navigate") event.respondWith(page(request));
  else if (FILES.includes(path)) event.respondWith(kept(path).then((found) => found ?? fetch(request)));
});
