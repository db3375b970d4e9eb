// A field and the words of the source that it came from: following a link from one to the other marks all of both.
// Without this script the links still lead there and the first words are marked.

function mark() {
  const [, side, key] = location.hash.match(/^#(w|r)-([a-z]+-\d+)$/) ?? [];
  if (!side || !document.querySelector(".review")) return;
  for (const one of document.querySelectorAll(".review .is-marked")) one.classList.remove("is-marked");
  for (const one of document.querySelectorAll(`[data-words~="${key}"], #r-${key}`)) one.classList.add("is-marked");
}

export function startWords() {
  window.addEventListener("hashchange", mark);
  mark();
}
