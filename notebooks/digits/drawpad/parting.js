// A mark that may be several digits that touch, cut into them (digits/handwriting/segmentation.py).

import { above, cropped, grown, mapped, masked, maskOf, padded, partsOf, reduced, rounded } from "./grids.js";

// A mark is doubtful if it is so wide, out of 1 for its height or for the usual width around it; and a usual width.
const [WIDE, WIDER, USUAL_WIDTH] = [0.95, 1.5, 0.65];
const BARE = 0.05; // what a path through bare paper costs; through ink it is 1 more
const ENOUGH = 60; // rows in which a cut is looked for
const REST = 0.1; // what a cut left of a neighbour has less ink than this, out of 1 for the digit

const median = (numbers) => {
  const sorted = Float64Array.from(numbers).sort();
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
};

/** A mark that is wider than high, or than its neighbours, as several digits; an empty list for any other. */
export function parted(digit, digits) {
  const { rows: height, columns: width } = digit.ink;
  const others = digits
    .filter((other) => other !== digit && other.ink.rows > 0.5 * height && other.ink.rows < 2 * height)
    .map((other) => other.ink.columns);
  const usual = others.length > 1 ? Math.max(median(others), 0.4 * height) : USUAL_WIDTH * height;
  const isWider = others.length > 1 && width > Math.max(WIDER * usual, 0.75 * height);
  if (width < WIDE * height && !isWider) return [];
  const count = Math.max(2, rounded(width / Math.max(usual, USUAL_WIDTH * height)));
  const edges = [new Array(height).fill(0), ...cuts(digit.ink, count), new Array(height).fill(width)];
  const found = [];
  for (let number = 0; number < count; number++) {
    const [left, right] = [edges[number], edges[number + 1]];
    const piece = mapped(digit.ink, (value, row, column) => (column >= left[row] && column < right[row] ? value : 0));
    const { labels, parts } = partsOf(above(piece, 0.5));
    if (!parts.length) return [];
    const most = Math.max(...parts.map((part) => part.area));
    const own = parts.filter((part) => part.area >= REST * most); // without what the cut left of a neighbour
    const ink = masked(piece, grown(maskOf(labels, own.map((part) => part.number)), 1));
    const [first, last] = [Math.min(...left), Math.max(...right)];
    found.push({ top: digit.top, left: digit.left + first, ink: cropped(ink, 0, first, height, last) });
  }
  return found;
}

/** The paths from top to bottom that part a mark and cross the least ink: for each, a column for each row. */
function cuts(ink, count) {
  const block = Math.max(1, Math.floor(ink.rows / ENOUGH));
  const coarse = padded(reduced(ink, block, true), 1);
  const found = [];
  for (let number = 1; number < count; number++) {
    const width = coarse.columns - 2;
    const first = rounded(((number - 0.35) * width) / count);
    const last = Math.max(rounded(((number + 0.35) * width) / count), first + 1);
    const cost = mapped(cropped(coarse, 0, first + 1, coarse.rows, last + 1), (value) => value + BARE);
    const columns = cheapestPath(cost, (last - first) >> 1);
    found.push(Array.from({ length: ink.rows }, (_, row) => block * (columns[Math.floor(row / block) + 1] + first)));
  }
  return found;
}

/** The cheapest way from the top's place to the same place at the bottom, in eight directions: a column for each row. */
function cheapestPath(cost, middle) {
  const { rows, columns, values } = cost;
  const total = new Float64Array(values.length).fill(Infinity);
  const from = new Int32Array(values.length).fill(-1);
  total[middle] = 0;
  // From top to bottom and back again, until nothing becomes cheaper.
  for (let hasChanged = true, isDown = true; hasChanged; isDown = !isDown) {
    hasChanged = false;
    for (let count = 0; count < values.length; count++) {
      const place = isDown ? count : values.length - 1 - count;
      const [row, column] = [Math.floor(place / columns), place % columns];
      for (let below = Math.max(row - 1, 0); below <= Math.min(row + 1, rows - 1); below++)
        for (let beside = Math.max(column - 1, 0); beside <= Math.min(column + 1, columns - 1); beside++) {
          const other = below * columns + beside;
          const far = below === row || beside === column ? 1 : Math.SQRT2;
          const sum = total[other] + (far * (values[place] + values[other])) / 2;
          if (sum >= total[place]) continue;
          total[place] = sum;
          from[place] = other;
          hasChanged = true;
        }
    }
  }
  const path = new Array(rows);
  for (let place = (rows - 1) * columns + middle; place >= 0; place = from[place])
    path[Math.floor(place / columns)] ??= place % columns; // where it runs along a row, its last place
  return path;
}
