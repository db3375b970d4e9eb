// What phones fold away: the side menu opens over the page by its button, Esc or a tap beside it closes it;
// filter bars and the ends of long tables start closed.

export function startMenu() {
  const phone = matchMedia("(max-width: 47.99rem)");
  const fold = () => {
    // What the address points at stays open.
    const wanted = document.querySelector(":target");
    for (const bar of document.querySelectorAll("[data-closes-on-phones]")) bar.open = !phone.matches || bar.contains(wanted);
  };
  fold();
  phone.addEventListener("change", fold);
  const button = document.querySelector("[data-menu-button]");
  const menu = document.getElementById("menu");
  if (!button || !menu) return;

  const show = (isOpen) => {
    document.body.classList.toggle("menu-open", isOpen);
    button.setAttribute("aria-expanded", String(isOpen));
    if (isOpen) menu.querySelector("a, summary")?.focus();
  };
  button.addEventListener("click", () => show(button.getAttribute("aria-expanded") !== "true"));
  document.addEventListener("click", (event) => {
    if (document.body.classList.contains("menu-open") && !event.target.closest("#menu, [data-menu-button]")) show(false);
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !document.body.classList.contains("menu-open")) return;
    show(false);
    button.focus();
  });
}
