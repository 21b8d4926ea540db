// From a drawing to what a network sees: the Python pipeline's stages (digits/handwriting/), as far as a drawing needs
// them. Its paper is known to be white, so there is no light, no table and no ruled line to be told from ink.

import { likeMnist, STROKE_ABOVE } from "./form.js";
import { above, blurred, boxOf, cropped, grown, masked, maskOf, partsOf, resized, rounded } from "./grids.js";
import { strokeWidth, within } from "./grids.js";
import { parted } from "./parting.js";

// As in handwriting/preparation.py and in the stages of the same names.
const SMALLEST_SIDE = 112; // a smaller page is enlarged until its longer side has so many pixels
const DRAWN = 0.08; // what differs from paper by so much is drawn
const MARGIN = 0.1; // of the picture's side, around what is drawn
const PAPER_BELOW = 0.2; // weaker marks are paper
const INK_ABOVE = 0.9; // stronger ones are ink
const OF_FEW_PIXELS = 0.7; // of that is enough on a page that was enlarged
const SMALLEST_DIGIT = 0.03; // of the page's longer side
const SMALLEST_PART = 0.02; // of the ink of the part with the most
const FEWEST_PIXELS = 6; // fewer are a speck
const STEPS = 4096; // in which the strength of ink is counted
const DOT = 2.2; // a mark with fewer pens' widths to its height is a dot
const [DASH, FLAT] = [0.55, 0.35]; // one that is less high, out of 1 for its width, may be a dash, and is one

/**
 * All marks of a drawing in reading order.
 *
 * drawing: a grid, 0 for white paper to 1 for black ink. Each mark: {image, box, parts}; image, 784 numbers from
 * 0 for paper to 1 for ink; box, where it is: left, top, right, bottom, out of 1; parts, the same ink as several
 * marks, if it may be digits that touch.
 */
export function marksOf(drawing) {
  const page = pageOf(drawing);
  if (!page) return [];
  const marks = digitsOn(inkOf(page));
  const box = ({ left, top, ink }) => {
    const x = [left, left + ink.columns].map((place) => (page.left + place / page.factor) / drawing.columns);
    const y = [top, top + ink.rows].map((place) => (page.top + place / page.factor) / drawing.rows);
    return [x[0], y[0], x[1], y[1]];
  };
  return marks.map((mark) => ({
    image: likeMnist(mark.ink).values,
    box: box(mark),
    parts: mark.parted.map((part) => ({ image: likeMnist(part.ink).values, box: box(part), parts: [] })),
  }));
}

// ---------------------------------------------------------------- page and ink

/** What is drawn, with some paper around it; enlarged if it is small. */
function pageOf(drawing) {
  const drawn = boxOf(drawing, DRAWN);
  if (!drawn) return null;
  const least = Math.trunc(MARGIN * Math.max(drawing.rows, drawing.columns));
  const margin = (extent) => Math.max(least, Math.trunc((extent - 1) / 4));
  const [down, across] = [margin(drawn.bottom - drawn.top), margin(drawn.right - drawn.left)];
  const top = Math.max(drawn.top - down, 0);
  const left = Math.max(drawn.left - across, 0);
  const bottom = Math.min(drawn.bottom + down, drawing.rows);
  const right = Math.min(drawn.right + across, drawing.columns);
  let image = cropped(drawing, top, left, bottom, right);
  const factor = Math.max(SMALLEST_SIDE / Math.max(image.rows, image.columns), 1);
  if (factor > 1) image = resized(image, rounded(image.rows * factor), rounded(image.columns * factor), true);
  return { image, top, left, factor };
}

function inkOf({ image }) {
  const ink = blurred(image, 0.6);
  const { values } = ink;
  const half = values.reduce((most, value) => Math.max(most, value)) / 2;
  const counts = new Int32Array(STEPS + 1); // of strong ink, by its strength in so many steps
  for (const value of values) if (value > half) counts[Math.min(Math.round(STEPS * value), STEPS)]++;
  const usual = middleOf(counts) / STEPS;
  for (let place = 0; place < values.length; place++)
    values[place] = within((values[place] / usual - PAPER_BELOW) / (INK_ABOVE - PAPER_BELOW));
  return ink;
}

/** The median of whole numbers, of which there are so many of each. */
function middleOf(counts) {
  const all = counts.reduce((sum, count) => sum + count);
  const at = (rank) => {
    let number = -1;
    for (let seen = 0; seen <= rank; ) seen += counts[++number];
    return number;
  };
  return (at((all - 1) >> 1) + at(all >> 1)) / 2;
}

// ---------------------------------------------------------------- digits

function digitsOn(ink) {
  const level = STROKE_ABOVE * (Math.max(ink.rows, ink.columns) <= SMALLEST_SIDE ? OF_FEW_PIXELS : 1);
  const { labels, parts } = partsOf(above(ink, level));
  const strokes = parts
    .filter((part) => part.area >= FEWEST_PIXELS)
    .map((part) => {
      const { top, left, bottom, right } = part;
      const mask = maskOf(cropped(labels, top, left, bottom, right), [part.number]);
      return { ...part, height: bottom - top, width: right - left, thickness: strokeWidth(mask) };
    });
  if (!strokes.length) return [];
  const longer = Math.max(ink.rows, ink.columns);
  const side = Math.min(longer, 4 * Math.min(ink.rows, ink.columns));
  const groups = largeEnough(grouped(strokes), Math.max(5, SMALLEST_DIGIT * side));
  const digits = groups.map((group) => cutOut(group, labels, ink)).filter((digit) => !isPlus(digit.ink));
  return inReadingOrder(digits.map((digit) => ({ ...digit, parted: parted(digit, digits) })));
}

/** Parts of one digit: those of which one lies over or close to the other, and is no digit by itself. */
function grouped(parts) {
  const groups = [];
  for (const part of [...parts].sort((one, other) => other.height - one.height)) {
    const hasNeighbours = hasPeers(part, parts);
    const group = groups.find((one) => belongsTo(part, one, hasNeighbours));
    if (group) group.push(part);
    else groups.push([part]);
  }
  return groups;
}

function extentOf(group) {
  const all = (side) => group.map((part) => part[side]);
  const [top, left] = [Math.min(...all("top")), Math.min(...all("left"))];
  const [bottom, right] = [Math.max(...all("bottom")), Math.max(...all("right"))];
  return { top, left, bottom, right, height: bottom - top, width: right - left };
}

function belongsTo(part, group, hasNeighbours) {
  const whole = extentOf(group);
  const shared = Math.min(whole.right, part.right) - Math.max(whole.left, part.left);
  const gap = Math.max(part.top - whole.bottom, whole.top - part.bottom, 0);
  if (gap < 0.05 * whole.height && shared > 0.5 * Math.min(part.width, whole.width)) return true; // broken in two
  if (part.height >= 0.6 * whole.height || hasNeighbours) return false;
  if (part.top >= whole.bottom && Math.max(part.height, part.width) < 0.25 * whole.height)
    return gap < 0.45 * whole.height && -shared < 0.2 * whole.height; // a dot
  const isOver = gap < 0.25 * whole.height && shared > 0.3 * part.width;
  return isOver || (gap === 0 && -shared < 0.1 * whole.height);
}

const isUpright = (part) => part.height > DASH * part.width && part.height > DOT * part.thickness;

/** Whether a part stands in a line with another of about its height, as digits do. */
function hasPeers(part, parts) {
  if (!isUpright(part)) return false;
  return parts.some((other) => {
    const gap = Math.max(part.left - other.right, other.left - part.right);
    const overlap = Math.min(other.bottom, part.bottom) - Math.max(other.top, part.top);
    const isBeside = -0.3 * part.height < gap && gap < 1.5 * part.height;
    const isAsHigh = 0.6 * part.height < other.height && other.height < part.height / 0.6;
    return isBeside && isAsHigh && overlap > 0.6 * Math.min(part.height, other.height) && isUpright(other);
  });
}

/** Those that are no specks, commas or dashes. */
function largeEnough(groups, least) {
  const largest = groups.map((group) => group[0]);
  const tallest = Math.max(...groups.map((group) => extentOf(group).height));
  const most = Math.max(...groups.flat().map((part) => part.area));
  return groups.filter((group) => {
    const { height, width } = extentOf(group);
    if (height < least || height < FLAT * width) return false;
    return hasPeers(group[0], largest) || (height >= 0.25 * tallest && group[0].area >= SMALLEST_PART * most);
  });
}

function cutOut(group, labels, ink) {
  const extent = extentOf(group);
  const [top, left] = [Math.max(extent.top - 2, 0), Math.max(extent.left - 2, 0)];
  const place = [top, left, Math.min(extent.bottom + 2, ink.rows), Math.min(extent.right + 2, ink.columns)];
  const own = maskOf(cropped(labels, ...place), group.map((part) => part.number));
  return { top, left, ink: masked(cropped(ink, ...place), grown(own, 2)) };
}

/** Whether a mark is a plus: four arms to the sides, and nothing between them. */
function isPlus(ink) {
  const { rows, columns, values } = ink;
  if (rows / columns <= 0.5 || rows / columns >= 2) return false;
  const inRow = new Int32Array(rows);
  const inColumn = new Int32Array(columns);
  for (let place = 0; place < values.length; place++) {
    if (values[place] <= STROKE_ABOVE) continue;
    inRow[Math.floor(place / columns)]++;
    inColumn[place % columns]++;
  }
  const [middleRow, middleColumn] = [middleOf(inRow), middleOf(inColumn)];
  const thickness = strokeWidth(above(ink, STROKE_ABOVE));
  const arms = [0, 0, 0, 0];
  let straight = 0;
  for (let place = 0; place < values.length; place++) {
    if (values[place] <= STROKE_ABOVE) continue;
    const down = Math.floor(place / columns) - middleRow;
    const along = (place % columns) - middleColumn;
    if (down * down + along * along <= thickness * thickness) continue;
    const quarter = Math.atan2(down, along) / (Math.PI / 2);
    const nearest = Math.round(quarter);
    arms[(nearest + 4) % 4]++;
    if (Math.abs(quarter - nearest) < 0.25) straight++;
  }
  const all = arms.reduce((sum, arm) => sum + arm);
  return all > 0 && Math.min(...arms) > 0.08 * all && straight > 0.85 * all;
}

function inReadingOrder(digits) {
  const middle = ({ top, ink }) => top + ink.rows / 2;
  const lines = [];
  for (const digit of [...digits].sort((one, other) => middle(one) - middle(other))) {
    const line = lines.find((one) => one.some((other) => areSideBySide(digit, other)));
    if (line) line.push(digit);
    else lines.push([digit]);
  }
  return lines.flatMap((line) => line.sort((one, other) => one.left - other.left));
}

function areSideBySide(one, other) {
  const shared = Math.min(one.top + one.ink.rows, other.top + other.ink.rows) - Math.max(one.top, other.top);
  return shared > 0.5 * Math.min(one.ink.rows, other.ink.rows);
}
