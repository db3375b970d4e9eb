// 大字版: base font 20 px. The cookie lets the server send the first page right; the copy kept per person wins
// when several people share one PC.
import { kept } from "./page.js";

const COOKIE = "lvzhi_font";

function apply(isLarge) {
  document.documentElement.classList.toggle("font-large", isLarge);
  const secure = location.protocol === "https:" ? "; Secure" : "";
  document.cookie = `${COOKIE}=${isLarge ? "large" : "normal"}; Path=/; Max-Age=31536000; SameSite=Lax${secure}`;
  for (const button of document.querySelectorAll("[data-font-switch]")) {
    button.setAttribute("aria-pressed", String(isLarge));
  }
}

export function startFontSwitch() {
  const remembered = kept.read("font");
  const shown = document.documentElement.classList.contains("font-large");
  apply(remembered ? remembered === "large" : shown);
  document.addEventListener("click", (event) => {
    if (!event.target.closest("[data-font-switch]")) return;
    const isLarge = !document.documentElement.classList.contains("font-large");
    kept.write("font", isLarge ? "large" : "normal");
    apply(isLarge);
  });
}
