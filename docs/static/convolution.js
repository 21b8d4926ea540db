// An animated convolution: a window of 3 x 3 slides over a digit, and what a filter answers fills the map beside it.
import { likeMnist } from "./form.js";
import { convolution } from "./network.js";
import { drawStrokes, inkOn } from "./pad.js";
import { make } from "./reading.js";

const FIVE = [[[0.68, 0.2], [0.38, 0.2], [0.36, 0.48], [0.5, 0.44], [0.64, 0.53], [0.66, 0.68], [0.55, 0.82], [0.34, 0.8]]];
const FILTERS = {
  "upright edges": [-1, 0, 1, -1, 0, 1, -1, 0, 1],
  "level edges": [-1, -1, -1, 0, 0, 0, 1, 1, 1],
  "blur": Array(9).fill(1 / 9),
};
const [SIDE, OUT, PIXEL] = [28, 26, 8];
const PAUSE = 40; // milliseconds between two places

function digit() {
  const canvas = make("canvas", { width: 280, height: 280 });
  drawStrokes(canvas.getContext("2d"), 280, FIVE);
  return likeMnist(inkOn(canvas));
}

function paint(canvas, values, side, most, upTo = values.length) {
  const context = canvas.getContext("2d");
  context.fillStyle = "white";
  context.fillRect(0, 0, canvas.width, canvas.height);
  for (let place = 0; place < upTo; place++) {
    const pale = 255 * (1 - Math.abs(values[place]) / most);
    context.fillStyle = values[place] > 0 ? `rgb(178 ${pale} ${pale} / ${1 - pale / 255})` : `rgb(${pale} ${pale} 178 / ${1 - pale / 255})`;
    if (most === 1) context.fillStyle = `rgb(${pale} ${pale} ${pale})`;
    context.fillRect((place % side) * PIXEL, Math.floor(place / side) * PIXEL, PIXEL, PIXEL);
  }
}

function frame(canvas, row, column, size) {
  const context = canvas.getContext("2d");
  context.strokeStyle = "#d55e00";
  context.lineWidth = 2;
  context.strokeRect(column * PIXEL, row * PIXEL, size * PIXEL, size * PIXEL);
}

function show(container) {
  const image = digit().values;
  const picture = (side, label) => {
    const canvas = make("canvas", { width: side * PIXEL, height: side * PIXEL, className: "convolution-picture" });
    canvas.setAttribute("role", "img");
    canvas.setAttribute("aria-label", label);
    return canvas;
  };
  const input = picture(SIDE, "A 5 in 28 by 28 pixels, and the window of 3 by 3 on it");
  const output = picture(OUT, "The feature map of 26 by 26 values, filled as far as the window has come");
  const weights = make("pre", { className: "convolution-weights" });
  const told = make("p", { className: "convolution-told" });
  const choice = make("select", {}, ...Object.keys(FILTERS).map((name) => make("option", { textContent: name })));
  const slider = make("input", { type: "range", min: 0, max: OUT * OUT - 1, value: 0 });
  const button = make("button", { type: "button" });
  container.append(
    make("div", { className: "convolution-row" }, input, weights, output),
    told,
    make("div", { className: "convolution-row" },
      make("label", {}, "Filter: ", choice),
      make("label", {}, "Place of the window: ", slider),
      button),
  );
  let map = [];
  let timer = null;

  function choose() {
    const filter = Float32Array.from(FILTERS[choice.value]);
    const layer = { shape: [3, 3, 1, 1], weights: filter, biases: new Float32Array(1) };
    map = convolution({ values: image, shape: [SIDE, SIDE, 1] }, layer).values;
    const rows = [0, 3, 6].map((start) => [...filter.subarray(start, start + 3)].map((one) => one.toFixed(2).padStart(6)).join(""));
    weights.textContent = rows.join("\n");
    draw();
  }
  function draw() {
    const place = Number(slider.value);
    const [row, column] = [Math.floor(place / OUT), place % OUT];
    paint(input, image, SIDE, 1);
    frame(input, row, column, 3);
    paint(output, map, OUT, Math.max(...map.map(Math.abs)) || 1, place + 1);
    frame(output, row, column, 1);
    told.textContent = `Row ${row + 1}, column ${column + 1}: nine pixels, each times its weight, add up to ${(map[place] + 0).toFixed(2).replace("-0.00", "0.00")}.`;
    slider.setAttribute("aria-valuetext", `Row ${row + 1}, column ${column + 1}`);
  }
  function run(isRunning) {
    clearInterval(timer);
    timer = isRunning ? setInterval(() => {
      slider.value = (Number(slider.value) + 1) % (OUT * OUT);
      draw();
    }, PAUSE) : null;
    button.textContent = isRunning ? "Pause" : "Play";
  }
  choice.addEventListener("change", choose);
  slider.addEventListener("input", () => {
    run((isWanted = false));
    draw();
  });
  button.addEventListener("click", () => run((isWanted = timer === null)));
  let isWanted = !matchMedia("(prefers-reduced-motion: reduce)").matches;
  if (!isWanted) slider.value = OUT * OUT - 1; // the whole map
  choose();
  run(false);
  // It moves when it is seen, and rests when it is not.
  new IntersectionObserver(([{ isIntersecting }]) => run(isIntersecting && isWanted)).observe(container);
  container.nextElementSibling?.remove(); // what stands there for those without scripts
}

for (const container of document.querySelectorAll(".digits-convolution")) show(container);
