// Questions about the page that several helpers ask.

/** Calls `work(root)` for the page now and for every part that htmx puts in later. */
export function onContent(work) {
  work(document);
  document.addEventListener("htmx:after:swap", (event) => work(event.target?.isConnected ? event.target : document));
}

export function isTyping(element) {
  return element.isContentEditable || element.matches("textarea, select, input:not([type=checkbox], [type=radio], [type=button], [type=submit])");
}

export function isVisible(element) {
  return element.getClientRects().length > 0;
}

/** A value kept on this device for the signed-in person, or null where storage is barred. */
export const kept = {
  key: (name) => `lvzhi.${document.body.dataset.actor || "guest"}.${name}`,
  read(name) {
    try { return localStorage.getItem(this.key(name)); } catch { return null; }
  },
  write(name, value) {
    try { localStorage.setItem(this.key(name), value); } catch { /* storage is full or barred: the page works without it */ }
  },
  forget(name) {
    try { localStorage.removeItem(this.key(name)); } catch { /* as above */ }
  },
};

/** Says one sentence in the corner and to screen readers. */
export function toast(text, kind = "danger") {
  const corner = document.getElementById("toasts");
  const template = document.getElementById("toast-template");
  if (!corner || !template) return;
  const item = template.content.firstElementChild.cloneNode(true);
  item.classList.add(`toast-note-${kind}`);
  item.querySelector("[data-text]").textContent = text;
  corner.append(item);
}
