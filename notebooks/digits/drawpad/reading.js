// What a network has read: in words and bars, and as boxes over the picture.

const ROOM = 0.1; // of the drawing area's height; with less, a box's label finds no place
const SETTLED = 1000; // milliseconds without a new reading, after which a screen reader says the last one

export function make(tag, properties = {}, ...children) {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children);
  return element;
}

const NO_DIGIT = 10; // the place of the answer "no digit", for networks that give it

const percent = (probability) => `${Math.round(100 * probability)} %`;

// "7", or "7?" where the network is not sure; a mark that is no digit has a sign, too.
const signOf = ({ digit, sure }) => `${digit ?? "–"}${sure ? "" : "?"}`;

function boxAround(mark) {
  const [left, top, right, bottom] = mark.box;
  const kind = mark.digit === null ? "none" : mark.sure ? "sure" : "unsure";
  const place = top > ROOM ? "above" : bottom < 1 - ROOM ? "below" : "inside";
  const label = make("span", { className: `digits-label digits-${place}`, textContent: signOf(mark) });
  const box = make("div", { className: `digits-box digits-${kind}` }, label);
  // Some pixels of air between the ink and the line, as far as the picture reaches.
  const edges = [top, 1 - right, 1 - bottom, left];
  box.style.inset = edges.map((edge) => `max(0px, ${100 * edge}% - 6px)`).join(" ");
  return box;
}

/** A layer for boxes, to lie over a picture; mark(digits) draws one around each, in place of those before. */
export function createBoxes() {
  const layer = make("div", { className: "digits-boxes" });
  layer.setAttribute("aria-hidden", "true"); // the headline says the same
  return { layer, mark: (digits) => layer.replaceChildren(...digits.map(boxAround)) };
}

/** A picture's file as it looks, with boxes over it; nothing where the browser cannot show it, or where it is null. */
export function createPreview() {
  const boxes = createBoxes();
  const element = make("div", { className: "digits-preview" });
  let latest = null;
  async function show(file) {
    latest = file;
    element.replaceChildren();
    boxes.mark([]);
    if (!file) return;
    const address = URL.createObjectURL(file);
    const image = make("img", { src: address, alt: `The picture ${file.name}` });
    try {
      await image.decode();
    } catch {
      return; // HEIC or TIFF, in most browsers
    } finally {
      URL.revokeObjectURL(address);
    }
    if (file !== latest) return;
    element.style.setProperty("--ratio", image.naturalWidth / image.naturalHeight);
    element.append(image, boxes.layer);
  }
  return { element, show, mark: boxes.mark };
}

function image28(pixels) {
  const canvas = make("canvas", { className: "digits-seen", width: 28, height: 28 });
  canvas.setAttribute("role", "img");
  canvas.setAttribute("aria-label", "The 28 by 28 pixels that the network saw");
  const context = canvas.getContext("2d");
  const data = context.createImageData(28, 28);
  pixels.forEach((ink, index) => data.data.set([255 - ink, 255 - ink, 255 - ink, 255], 4 * index));
  context.putImageData(data, 0, 0);
  return canvas;
}

/** The maps of a convolution side by side: where a filter answers positively is red, where negatively is blue. */
function featureMaps({ values, shape: [rows, columns, count] }) {
  const across = 8;
  const [height, width] = [Math.ceil(count / across) * (rows + 1), across * (columns + 1)];
  const canvas = make("canvas", { className: "digits-maps", width, height });
  canvas.setAttribute("role", "img");
  canvas.setAttribute("aria-label", `What the ${count} filters of the first layer make of it`);
  const context = canvas.getContext("2d");
  const picture = context.createImageData(width, height);
  const most = values.reduce((largest, value) => Math.max(largest, Math.abs(value)), 1e-6);
  values.forEach((value, place) => {
    const map = place % count;
    const pixel = (place - map) / count;
    const row = Math.floor(map / across) * (rows + 1) + Math.floor(pixel / columns);
    const column = (map % across) * (columns + 1) + (pixel % columns);
    const pale = 255 * (1 - Math.abs(value) / most);
    const colour = value > 0 ? [255 - 0.3 * (255 - pale), pale, pale] : [pale, pale, 255 - 0.3 * (255 - pale)];
    picture.data.set([...colour, 255], 4 * (row * width + column));
  });
  context.putImageData(picture, 0, 0);
  return canvas;
}

function bars(probabilities, most) {
  const list = make("ul", { className: "digits-bars" });
  probabilities.forEach((probability, number) => {
    const bar = make("span", { className: "digits-bar" });
    bar.style.width = `${100 * probability}%`;
    const track = make("span", { className: "digits-track" }, bar);
    const name = make("span", { className: "digits-name", textContent: number < 10 ? number : "none" });
    const value = make("span", { className: "digits-value", textContent: percent(probability) });
    list.append(make("li", { className: number === most ? "digits-most" : "" }, name, track, value));
  });
  return list;
}

/** All that is shown of one mark: what the network saw, its first maps if there are any, and its answers. */
function detailsOf({ image, maps, probabilities, digit, name, beside = [] }) {
  const seen = make("div", { className: "digits-images" }, image28(image));
  if (maps) seen.append(featureMaps(maps));
  const answers = [{ name, probabilities, most: digit ?? NO_DIGIT }];
  for (const other of beside) answers.push({ ...other, most: other.probabilities.indexOf(Math.max(...other.probabilities)) });
  const columns = answers.map((one) => {
    const column = make("div", { className: "digits-answers" });
    if (beside.length) column.append(make("p", { className: "digits-network", textContent: one.name }));
    column.append(bars(one.probabilities, one.most));
    return column;
  });
  return make("div", { className: "digits-one" }, seen, ...columns);
}

/** The same for ears: a voice leaves out dashes and question marks. */
function aloud(reading) {
  if (!reading.digits || reading.digits.length === 1) return headline(reading);
  const words = ({ digit, sure }) => `${sure ? "" : "perhaps "}${digit ?? "no digit"}`;
  return `I read ${reading.digits.map(words).join(", ")}.`;
}

/** What a reading says in one line: {digits: [...]}, {error: "..."} or, while there is none yet, {notice: "..."}. */
export function headline(reading) {
  if (!reading.digits) return reading.error ?? reading.notice;
  if (reading.digits.length === 1) {
    const [{ digit, sure, probabilities }] = reading.digits;
    if (digit === null) return `${sure ? "This is" : "Perhaps this is"} no digit (${percent(probabilities[NO_DIGIT])}).`;
    const likeliest = `${digit} (${percent(probabilities[digit])})`;
    return sure ? `I read ${likeliest}.` : `I don't know. Perhaps ${likeliest}?`;
  }
  return `I read ${reading.digits.map(signOf).join(" ")}.`;
}

/**
 * Put a view of readings into `container`, with a place for the preview of a picture.
 *
 * Returns {show, preview}: show(reading), where null stands for an empty drawing area.
 */
export function createReading(container, invitation) {
  const line = make("p", { className: "digits-headline" });
  const details = make("div", { className: "digits-details" });
  // A screen reader says whatever stands here. The line itself changes too often while somebody draws.
  const spoken = make("p", { className: "digits-spoken" });
  spoken.setAttribute("role", "status");
  const preview = createPreview();
  container.append(line, preview.element, details, spoken);
  let timer = null;
  function show(reading) {
    const text = reading ? headline(reading) : invitation;
    if (line.textContent !== text) line.textContent = text;
    clearTimeout(timer);
    const words = reading ? aloud(reading) : invitation;
    timer = setTimeout(() => (spoken.textContent = words), SETTLED);
    line.classList.toggle("digits-error", Boolean(reading?.error));
    const digits = reading?.digits ?? [];
    details.replaceChildren(...digits.map(detailsOf));
  }
  show(null);
  return { show, preview };
}
