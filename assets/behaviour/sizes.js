// A file that the server would not take is refused before it is sent, beside its field: <input type=file data-most-mib>.
const MIB = 1024 * 1024;

function say(input, words) {
  const field = input.closest(".field");
  field.classList.toggle("has-error", Boolean(words));
  let line = field.querySelector(".field-error");
  if (!line) {
    line = document.createElement("p");
    line.className = "field-error";
    line.id = `${input.id}-size`;
    line.setAttribute("role", "alert");
    input.before(line);
    input.setAttribute("aria-describedby", [input.getAttribute("aria-describedby"), line.id].filter(Boolean).join(" "));
  }
  line.textContent = words;
  line.hidden = !words;
}

function isTooBig(input) {
  const most = Number(input.dataset.mostMib);
  const big = [...input.files].find((file) => file.size > most * MIB);
  say(input, big ? `“${big.name}”有 ${Math.ceil(big.size / MIB)} MB，最多 ${most} MB，请压缩、拆分或去掉图片后重新选择` : "");
  return Boolean(big);
}

export function startSizes() {
  document.addEventListener("change", (event) => { if (event.target.matches?.("input[type=file][data-most-mib]")) isTooBig(event.target); });
  // Before the form is held as being sent.
  document.addEventListener("submit", (event) => {
    const big = [...event.target.querySelectorAll("input[type=file][data-most-mib]")].find(isTooBig);
    if (!big) return;
    event.preventDefault();
    big.focus();
  }, true);
}
