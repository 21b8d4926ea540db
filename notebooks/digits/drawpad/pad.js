// A canvas to draw digits on: used by the notebook's widget and by the web page. No framework and nothing from other
// servers. A stroke is a list of [x, y] from 0 to 1, so that a drawing keeps its shape when the canvas is resized.

import { EXAMPLES } from "./examples.js";
import { grid } from "./grids.js";
import { createBoxes, make } from "./reading.js";

const PICTURE_SIDE = 280; // pixels of the picture that is read, ten for each of the 28 that the network sees
const PEN_WIDTH = 0.075; // of the canvas's side
const KEY_STEP = 0.03; // how far an arrow key moves the pen
const PAUSE = 40; // milliseconds between two readings while somebody draws

export function drawStrokes(context, side, strokes) {
  context.fillStyle = "white";
  context.fillRect(0, 0, side, side);
  context.strokeStyle = context.fillStyle = "black";
  context.lineWidth = PEN_WIDTH * side;
  context.lineCap = context.lineJoin = "round";
  for (const stroke of strokes) {
    context.beginPath();
    const [[x, y], ...rest] = stroke;
    context.moveTo(x * side, y * side);
    // A line without length shows as a dot, because its ends are round.
    for (const [nextX, nextY] of rest.length ? rest : [[x, y]]) context.lineTo(nextX * side, nextY * side);
    context.stroke();
  }
}

/** The ink of a canvas in black and white as a grid, 0 for white to 1 for black. */
export function inkOn(canvas) {
  const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
  const ink = grid(canvas.height, canvas.width);
  for (let place = 0; place < ink.values.length; place++) ink.values[place] = 1 - data[4 * place] / 255;
  return ink;
}

/**
 * Put a drawing area with its buttons into `container`.
 *
 * onChange(ink) is called with a grid of 280 x 280 after each change, at most every 40 ms while somebody draws, and
 * with null when the area is empty. `other` is what else may be shown in place of a drawing, for the button that clears.
 * Returns {clear, mark}: mark(digits) draws boxes over the drawing.
 */
export function createPad(container, onChange, other = { isThere: () => false, remove() {} }) {
  const canvas = make("canvas", { className: "digits-canvas", tabIndex: 0 });
  canvas.setAttribute("role", "application");
  canvas.setAttribute(
    "aria-label",
    "Drawing area. Draw a digit with mouse, pen or finger; or with the keyboard: arrow keys move the pen, " +
      "Space sets it down and lifts it. The button Example draws something for you.",
  );
  const undoButton = make("button", { type: "button", textContent: "Undo" });
  const clearButton = make("button", { type: "button", textContent: "Clear" });
  const exampleButton = make("button", { type: "button", textContent: "Example" });
  const boxes = createBoxes();
  const frame = make("div", { className: "digits-frame" }, canvas, boxes.layer);
  const buttons = make("div", { className: "digits-buttons" }, undoButton, clearButton, exampleButton);
  const told = make("p", { className: "digits-pen" }); // what a screen reader says of the pen
  told.setAttribute("role", "status");
  container.append(frame, buttons, told);

  let strokes = [];
  let before = []; // the drawings that Undo brings back, the last one first out
  let examples = 0; // how many were shown
  let current = null; // the stroke in work
  let pointer = null; // the pointer that draws it
  let keyPen = null; // where the keyboard's pen is
  let timer = null;
  const picture = make("canvas", { width: PICTURE_SIDE, height: PICTURE_SIDE });
  picture.getContext("2d", { willReadFrequently: true });

  function redraw() {
    const side = canvas.width;
    const context = canvas.getContext("2d");
    drawStrokes(context, side, strokes);
    if (keyPen && document.activeElement === canvas) {
      context.strokeStyle = "#d55e00";
      context.lineWidth = Math.max(2, side / 120);
      context.beginPath();
      context.arc(keyPen[0] * side, keyPen[1] * side, (PEN_WIDTH * side) / 2, 0, 2 * Math.PI);
      context.fillStyle = context.strokeStyle;
      if (current) context.fill(); // the pen is down
      context.stroke();
    }
    // A button that is really disabled loses the focus: with the keyboard one would start again at the page's top.
    undoButton.setAttribute("aria-disabled", before.length === 0);
    clearButton.setAttribute("aria-disabled", strokes.length === 0 && !other.isThere());
  }

  function send() {
    clearTimeout(timer);
    timer = null;
    if (strokes.length === 0) return onChange(null);
    drawStrokes(picture.getContext("2d"), PICTURE_SIDE, strokes);
    onChange(inkOn(picture));
  }

  function changed() {
    redraw();
    if (strokes.length) {
      timer ??= setTimeout(send, PAUSE);
    } else {
      boxes.mark([]);
      send();
    }
  }

  /** Show other strokes; Undo brings back those of now. */
  function replace(newStrokes) {
    before.push(strokes);
    strokes = newStrokes;
  }

  function place(event) {
    const box = canvas.getBoundingClientRect();
    const within = (value) => Math.min(1, Math.max(0, value));
    return [within((event.clientX - box.left) / box.width), within((event.clientY - box.top) / box.height)];
  }

  canvas.addEventListener("pointerdown", (event) => {
    if (pointer !== null || event.button !== 0) return;
    canvas.setPointerCapture(event.pointerId);
    pointer = event.pointerId;
    keyPen = null;
    current = [place(event)];
    replace([...strokes, current]);
    changed();
  });
  canvas.addEventListener("pointermove", (event) => {
    if (event.pointerId !== pointer) return;
    // A browser joins quick movements into one event; all their places make a smooth line.
    const events = event.getCoalescedEvents?.() ?? [];
    current.push(...(events.length ? events : [event]).map(place));
    changed();
  });
  for (const end of ["pointerup", "pointercancel", "lostpointercapture"]) {
    canvas.addEventListener(end, (event) => {
      if (event.pointerId !== pointer) return;
      pointer = current = null;
    });
  }

  const directions = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
  canvas.addEventListener("keydown", (event) => {
    if (event.key === " ") {
      event.preventDefault();
      if (event.repeat || pointer !== null) return;
      keyPen ??= [0.5, 0.5];
      current = current ? null : [[...keyPen]];
      if (current) replace([...strokes, current]);
      told.textContent = current ? "The pen is down." : "The pen is up.";
      changed();
    } else if (event.key in directions) {
      event.preventDefault();
      if (pointer !== null) return;
      const direction = directions[event.key];
      keyPen = (keyPen ?? [0.5, 0.5]).map((value, axis) =>
        Math.min(1, Math.max(0, value + KEY_STEP * direction[axis])),
      );
      if (!current) return redraw();
      current.push([...keyPen]);
      changed();
    }
  });
  container.addEventListener("keydown", (event) => {
    event.stopPropagation(); // a notebook has keyboard shortcuts of its own
    if (event.key !== "z" || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    undo();
  });
  canvas.addEventListener("focus", () => {
    if (pointer === null && canvas.matches(":focus-visible")) keyPen ??= [0.5, 0.5];
    redraw();
  });
  canvas.addEventListener("blur", () => {
    if (pointer === null) current = null;
    told.textContent = "";
    redraw();
  });

  function undo() {
    current = pointer = null;
    strokes = before.pop() ?? [];
    changed();
  }
  function clear() {
    current = pointer = null;
    if (strokes.length) replace([]);
    changed();
  }
  undoButton.addEventListener("click", undo);
  clearButton.addEventListener("click", () => {
    other.remove();
    clear();
  });
  exampleButton.addEventListener("click", () => {
    const example = EXAMPLES[examples++ % EXAMPLES.length];
    current = pointer = null;
    replace(example.strokes);
    told.textContent = `Drawn: ${example.name}.`;
    changed();
  });

  new ResizeObserver(() => {
    const side = Math.max(28, Math.round(canvas.clientWidth * (window.devicePixelRatio || 1)));
    if (canvas.width !== side) canvas.width = canvas.height = side;
    redraw();
  }).observe(canvas);
  redraw();
  return { clear, mark: boxes.mark };
}

/**
 * A drawing area in `container`, and `upload`, an <input type="file">, as the two ways to give a picture.
 *
 * readDrawing(ink) is called as createPad's onChange is; readFile(file) when one was chosen. One way empties the other,
 * so that what is shown is what was read; a file is shown in `preview`. Returns {mark}: mark(reading) draws its boxes
 * over the one that was given last.
 */
export function createInput(container, upload, preview, readDrawing, readFile) {
  const file = {
    isThere: () => upload.files.length > 0,
    remove() {
      upload.value = "";
      preview.show(null);
    },
  };
  const drawn = (ink) => {
    if (ink) file.remove();
    else if (file.isThere()) return; // it was cleared for the file that is being read
    readDrawing(ink);
  };
  const pad = createPad(container, drawn, file);
  upload.addEventListener("change", () => {
    const [chosen] = upload.files;
    if (!chosen) return;
    pad.clear();
    preview.show(chosen);
    readFile(chosen);
  });
  function mark(reading) {
    const digits = reading?.digits ?? [];
    pad.mark(file.isThere() ? [] : digits);
    preview.mark(file.isThere() ? digits : []);
  }
  return { mark };
}

/** Why a picture's file need not be sent, in a sentence, or null. `largest` is in MB. */
export function problemWith(file, largest) {
  if (file.size === 0) return "The picture's file is empty: choose another one.";
  if (file.size > largest * 1024 ** 2) return `The picture's file is larger than ${largest} MB: choose a smaller one.`;
  return null;
}
