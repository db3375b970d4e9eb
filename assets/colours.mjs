// Rewrites colour functions that browsers of a few years ago don't know: oklch() becomes hex,
// light-dark(a, b) becomes a (pages are light only), so that Tabler looks the same there.

function channel(linear) {
  const value = linear <= 0.0031308 ? 12.92 * linear : 1.055 * linear ** (1 / 2.4) - 0.055;
  return Math.round(Math.min(1, Math.max(0, value)) * 255).toString(16).padStart(2, "0");
}

/** oklch to #rrggbb after Björn Ottosson's matrices. */
export function oklchToHex(lightness, chroma, hue) {
  const a = chroma * Math.cos((hue * Math.PI) / 180);
  const b = chroma * Math.sin((hue * Math.PI) / 180);
  const l = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const m = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const s = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3;
  return "#" +
    channel(4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s) +
    channel(-1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s) +
    channel(-0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s);
}

/** The arguments of the call whose opening bracket stands at `open`, and where the call ends. */
function argumentsAt(css, open) {
  const parts = [];
  let depth = 0;
  let start = open + 1;
  for (let at = open; at < css.length; at += 1) {
    if (css[at] === "(") depth += 1;
    if (css[at] === ")") depth -= 1;
    if ((css[at] === "," && depth === 1) || depth === 0) {
      parts.push(css.slice(start, at).trim());
      start = at + 1;
    }
    if (depth === 0) return { parts, end: at + 1 };
  }
  throw new Error("a bracket stays open in the style sheet");
}

function keepLight(css) {
  let at = css.indexOf("light-dark(");
  while (at !== -1) {
    const { parts, end } = argumentsAt(css, at + "light-dark".length);
    css = css.slice(0, at) + parts[0] + css.slice(end);
    at = css.indexOf("light-dark(", at);
  }
  return css;
}

export function lowerColours(css) {
  const plain = /oklch\(([\d.]+)% ([\d.]+) ([\d.]+)deg\)/g;
  const inUrl = /oklch%28([\d.]+)%25 ([\d.]+) ([\d.]+)deg%29/g;
  return keepLight(css)
    .replace(plain, (_, l, c, h) => oklchToHex(l / 100, +c, +h))
    .replace(inUrl, (_, l, c, h) => oklchToHex(l / 100, +c, +h).replace("#", "%23"));
}
