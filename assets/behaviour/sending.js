// A form is sent once: a second tap while the answer is on its way does nothing. Forms that fetch a file (data-download)
// leave the page where it is and may be sent again at once.

const PATIENCE_MS = 15_000;

function hold(event) {
  const form = event.target;
  if (event.defaultPrevented || form.method !== "post" || form.matches("[hx-post], [hx-put], [hx-patch], [hx-delete], [data-download]")) return;
  if (form.dataset.sending) {
    event.preventDefault();
    return;
  }
  form.dataset.sending = "yes";
  // A download leaves the page where it is, so the form must work again.
  setTimeout(() => delete form.dataset.sending, PATIENCE_MS);
}

export function startSending() {
  document.addEventListener("submit", hold);
  window.addEventListener("pageshow", () => {
    for (const form of document.querySelectorAll("form[data-sending]")) delete form.dataset.sending;
  });
}
