// A digit's ink as MNIST shows it: the last stage of the Python pipeline (digits/handwriting/mnist_form.py).

import { above, boxOf, cropped, distances, mapped, padded, reduced, resized, rounded, skeleton } from "./grids.js";
import { strokeWidth, within } from "./grids.js";

export const STROKE_ABOVE = 0.486; // with so much ink a pixel belongs to a stroke
const [THINNEST, THICKEST] = [1.6, 3.0]; // strokes, in pixels of the 20 x 20 that a digit fills
const CENTRE = 14; // where MNIST's centres of mass lie

const mean = (...numbers) => numbers.reduce((sum, one) => sum + one) / numbers.length;

/** One digit as MNIST shows it: strokes of its thickness, within 20 x 20 pixels, centred by mass in 28 x 28. */
export function likeMnist(given) {
  let ink = croppedToInk(given);
  const block = Math.floor(Math.max(ink.rows, ink.columns) / 80);
  if (block > 1) {
    const isFine = strokeWidth(above(ink, STROKE_ABOVE)) < 2 * block;
    ink = reduced(ink, block, isFine);
  }
  let scale = 20 / Math.max(ink.rows, ink.columns);
  const thickness = thicknessOf(ink) * scale;
  const aim = Math.min(Math.max(thickness, THINNEST), THICKEST);
  if (aim !== thickness) ink = thickened(ink, (aim - thickness) / scale);
  scale = 20 / Math.max(ink.rows, ink.columns);
  const rows = Math.max(1, rounded(ink.rows * scale));
  const columns = Math.max(1, rounded(ink.columns * scale));
  let small = mapped(resized(ink, rows, columns), within);
  const most = small.values.reduce((largest, value) => Math.max(largest, value));
  small = mapped(small, (value) => value / Math.max(most, 1e-6));
  let [sum, down, across] = [0, 0, 0];
  mapped(small, (value, row, column) => ([sum, down, across] = [sum + value, down + value * row, across + value * column]));
  const place = (middle, room) => Math.min(Math.max(rounded(CENTRE - middle), 0), room);
  const top = place(down / sum, 28 - rows);
  const left = place(across / sum, 28 - columns);
  return cropped(small, -top, -left, 28 - top, 28 - left);
}

function croppedToInk(ink) {
  const box = boxOf(ink, STROKE_ABOVE);
  return box ? cropped(ink, box.top, box.left, box.bottom, box.right) : ink;
}

/** The strokes' thickness in pixels: twice the mean distance of their skeleton from the paper. */
function thicknessOf(ink) {
  const mask = padded(above(ink, 0.5), 1);
  const middle = skeleton(mask).values;
  const onIt = distances(mask).values.filter((_, place) => middle[place]);
  return onIt.length ? Math.max(2 * mean(...onIt) - 1, 1) : 1;
}

/** Strokes so many pixels thicker (thinner if negative), with soft edges. */
function thickened(ink, pixels) {
  const margin = Math.max(0, Math.ceil(pixels / 2)) + 1;
  const mask = padded(above(ink, 0.5), margin);
  const inside = distances(mask).values;
  const outside = distances(mapped(mask, (value) => 1 - value)).values;
  const result = mapped(mask, (value, row, column) => {
    const place = row * mask.columns + column;
    return within(0.5 + pixels / 2 + inside[place] - outside[place] - (value ? 0.5 : -0.5));
  });
  return boxOf(result, STROKE_ABOVE) ? croppedToInk(result) : ink;
}
