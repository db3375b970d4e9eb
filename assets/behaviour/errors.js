// A form sent back with errors: the summary takes the focus, its links go to the fields, the title says so.
import { onContent } from "./page.js";

const PREFIX = "有错误：";

function announce(root) {
  const summary = root.querySelector?.(".error-summary, [data-focus]");
  if (!summary) return;
  if (!document.title.startsWith(PREFIX)) document.title = PREFIX + document.title;
  summary.focus();
}

export function startErrors() {
  onContent(announce);
  document.addEventListener("click", (event) => {
    const link = event.target.closest(".error-summary a[href^='#']");
    const field = link && document.getElementById(decodeURIComponent(link.hash.slice(1)));
    if (!field) return;
    event.preventDefault();
    (field.closest(".field") ?? field).scrollIntoView({ block: "center" });
    field.focus({ preventScroll: true });
  });
}
