// Pictures as grids of numbers, and what is done to them: {rows, columns, values}, row by row in one array.
// Where a comment names a function of SciPy, scikit-image or Pillow, the same is done here.

export function grid(rows, columns, values = new Float32Array(rows * columns)) {
  return { rows, columns, values };
}

/** A grid of the same size: change(value, row, column) gives each value. */
export function mapped(picture, change) {
  const result = grid(picture.rows, picture.columns);
  let place = 0;
  for (let row = 0; row < picture.rows; row++)
    for (let column = 0; column < picture.columns; column++, place++)
      result.values[place] = change(picture.values[place], row, column);
  return result;
}

/** A mask: 1 where a picture has more than `level`, 0 elsewhere. */
export function above({ rows, columns, values }, level) {
  const mask = grid(rows, columns);
  for (let place = 0; place < values.length; place++) if (values[place] > level) mask.values[place] = 1;
  return mask;
}

/** The part from one row and column up to others; what lies beyond the picture is 0. */
export function cropped({ rows, columns, values }, top, left, bottom, right) {
  const result = grid(bottom - top, right - left);
  const [first, last] = [Math.max(left, 0), Math.min(right, columns)];
  for (let row = Math.max(top, 0); row < Math.min(bottom, rows); row++) {
    const stretch = values.subarray(row * columns + first, row * columns + last);
    result.values.set(stretch, (row - top) * result.columns + first - left);
  }
  return result;
}

/** The nearest whole number; of two equally near ones the even one, as Python rounds. */
export function rounded(value) {
  const below = Math.floor(value);
  if (value - below !== 0.5) return Math.round(value);
  return below % 2 === 0 ? below : below + 1;
}

export const padded = (picture, by) => cropped(picture, -by, -by, picture.rows + by, picture.columns + by);

/** The place of all that is more than `level`, as {top, left, bottom, right}, the last two one further; or null. */
export function boxOf({ rows, columns, values }, level) {
  const box = { top: rows, left: columns, bottom: 0, right: 0 };
  for (let row = 0, place = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++, place++) {
      if (!(values[place] > level)) continue;
      if (row < box.top) box.top = row;
      if (column < box.left) box.left = column;
      if (column >= box.right) box.right = column + 1;
      box.bottom = row + 1;
    }
  }
  return box.bottom ? box : null;
}

function transposed({ rows, columns, values }) {
  const result = grid(columns, rows);
  for (let row = 0, place = 0; row < rows; row++)
    for (let column = 0; column < columns; column++, place++) result.values[column * rows + row] = values[place];
  return result;
}

const TRIANGLE = { reach: 1, weight: (far) => Math.max(1 - Math.abs(far), 0) };
const CUBIC = {
  reach: 2,
  weight(far) {
    const x = Math.abs(far);
    if (x < 1) return (1.5 * x - 2.5) * x * x + 1;
    return x < 2 ? ((-0.5 * x + 2.5) * x - 4) * x + 2 : 0;
  },
};

/** Pillow's resize with BILINEAR, or with BICUBIC if it is to be smooth: a weighted mean of the pixels near by. */
export function resized(picture, rows, columns, isSmooth = false) {
  const filter = isSmooth ? CUBIC : TRIANGLE;
  return transposed(withColumns(transposed(withColumns(picture, columns, filter)), rows, filter));
}

function withColumns(picture, columns, { reach, weight }) {
  const scale = picture.columns / columns;
  const wider = Math.max(scale, 1); // a pixel of a smaller picture takes in several
  const result = grid(picture.rows, columns);
  for (let column = 0; column < columns; column++) {
    const middle = (column + 0.5) * scale;
    const first = Math.max(0, Math.trunc(middle - reach * wider + 0.5));
    const last = Math.min(picture.columns, Math.trunc(middle + reach * wider + 0.5));
    const weights = [];
    for (let place = first; place < last; place++) weights.push(weight((place - middle + 0.5) / wider));
    const total = weights.reduce((sum, one) => sum + one, 0);
    for (let row = 0; row < picture.rows; row++) {
      let sum = 0;
      weights.forEach((one, step) => (sum += one * picture.values[row * picture.columns + first + step]));
      result.values[row * columns + column] = sum / total;
    }
  }
  return result;
}

/** SciPy's gaussian_filter: a blur; the picture is mirrored at its border. */
export function blurred(picture, deviation) {
  const reach = Math.trunc(4 * deviation + 0.5);
  const weights = Array.from({ length: 2 * reach + 1 }, (_, place) =>
    Math.exp(-0.5 * ((place - reach) / deviation) ** 2),
  );
  const total = weights.reduce((sum, one) => sum + one, 0);
  const alongRows = ({ rows, columns, values }) => {
    const result = grid(rows, columns);
    const line = new Float32Array(columns + 2 * reach);
    for (let row = 0; row < rows; row++) {
      line.set(values.subarray(row * columns, (row + 1) * columns), reach);
      for (let step = 0; step < reach; step++) {
        line[reach - 1 - step] = line[reach + step];
        line[reach + columns + step] = line[reach + columns - 1 - step];
      }
      for (let column = 0; column < columns; column++) {
        let sum = 0;
        for (let step = 0; step <= 2 * reach; step++) sum += weights[step] * line[column + step];
        result.values[row * columns + column] = sum / total;
      }
    }
    return result;
  };
  return transposed(alongRows(transposed(alongRows(picture))));
}

/** SciPy's maximum_filter: what is 1 grows by so many pixels to all sides, diagonally too. */
export function grown({ rows, columns, values }, by) {
  const result = grid(rows, columns);
  for (let row = 0, place = 0; row < rows; row++)
    for (let column = 0; column < columns; column++, place++) {
      if (!values[place]) continue;
      const [first, last] = [Math.max(column - by, 0), Math.min(column + by, columns - 1)];
      for (let near = Math.max(row - by, 0); near <= Math.min(row + by, rows - 1); near++)
        result.values.fill(1, near * columns + first, near * columns + last + 1);
    }
  return result;
}

/**
 * The connected parts of a mask, with diagonal neighbours: {labels, parts}.
 *
 * A part: its number in `labels`, its box, and how many pixels it has.
 */
export function partsOf(mask) {
  const { rows, columns, values } = mask;
  const labels = grid(rows, columns);
  const parts = [];
  for (let start = 0; start < values.length; start++) {
    if (!values[start] || labels.values[start]) continue;
    const part = { number: parts.length + 1, area: 0, top: rows, left: columns, bottom: 0, right: 0 };
    parts.push(part);
    labels.values[start] = part.number;
    const found = [start];
    while (found.length) {
      const place = found.pop();
      const row = Math.floor(place / columns);
      const column = place % columns;
      part.area++;
      part.top = Math.min(part.top, row);
      part.bottom = Math.max(part.bottom, row + 1);
      part.left = Math.min(part.left, column);
      part.right = Math.max(part.right, column + 1);
      for (let below = Math.max(row - 1, 0); below <= Math.min(row + 1, rows - 1); below++)
        for (let beside = Math.max(column - 1, 0); beside <= Math.min(column + 1, columns - 1); beside++) {
          const next = below * columns + beside;
          if (!values[next] || labels.values[next]) continue;
          labels.values[next] = part.number;
          found.push(next);
        }
    }
  }
  return { labels, parts };
}

/** A mask of the parts with these numbers. */
export function maskOf({ rows, columns, values }, numbers) {
  const isWanted = [];
  for (const number of numbers) isWanted[number] = 1;
  const mask = grid(rows, columns);
  for (let place = 0; place < values.length; place++) if (isWanted[values[place]]) mask.values[place] = 1;
  return mask;
}

/** A picture where a mask is 1; 0 elsewhere. */
export function masked({ rows, columns, values }, mask) {
  const result = grid(rows, columns);
  for (let place = 0; place < values.length; place++) result.values[place] = values[place] * mask.values[place];
  return result;
}

/** SciPy's distance_transform_edt: how far each place of a mask is from the nearest place outside it. */
export function distances(mask) {
  const { rows, columns, values } = mask;
  const far = rows + columns;
  const down = new Float32Array(values.length); // to the nearest place in the same column
  for (let column = 0; column < columns; column++) {
    for (let row = 0, last = far; row < rows; row++) {
      last = values[row * columns + column] ? last + 1 : 0;
      down[row * columns + column] = last;
    }
    for (let row = rows - 1, last = far; row >= 0; row--) {
      last = values[row * columns + column] ? last + 1 : 0;
      down[row * columns + column] = Math.min(down[row * columns + column], last);
    }
  }
  const result = grid(rows, columns);
  for (let row = 0, place = 0; row < rows; row++)
    for (let column = 0; column < columns; column++, place++) {
      let nearest = down[place] ** 2;
      for (let step = 1; step * step < nearest; step++) {
        if (column >= step) nearest = Math.min(nearest, step * step + down[place - step] ** 2);
        if (column + step < columns) nearest = Math.min(nearest, step * step + down[place + step] ** 2);
        if (step > columns) break;
      }
      result.values[place] = Math.sqrt(nearest);
    }
  return result;
}

/** scikit-image's skeletonize (Zhang and Suen 1984): strokes peeled from both sides until a line is left. */
export function skeleton(mask) {
  const { rows, columns, values } = padded(mask, 1);
  let left = [];
  values.forEach((value, place) => value && left.push(place));
  for (let hasChanged = true; hasChanged; ) {
    hasChanged = false;
    for (const isFirst of [true, false]) {
      const peeled = left.filter((place) => isPeeled(values, place, columns, isFirst));
      if (!peeled.length) continue;
      for (const place of peeled) values[place] = 0;
      left = left.filter((place) => values[place]);
      hasChanged = true;
    }
  }
  return cropped(grid(rows, columns, values), 1, 1, rows - 1, columns - 1);
}

/** Whether a place lies on the edge, right or below in the first pass, and the stroke stays whole without it. */
function isPeeled(values, place, columns, isFirst) {
  const up = values[place - columns];
  const right = values[place + 1];
  const down = values[place + columns];
  const left = values[place - 1];
  const isInner = isFirst ? (up && right && down) || (right && down && left) : (up && right && left) || (up && down && left);
  if (isInner) return false;
  const [upRight, downRight] = [values[place - columns + 1], values[place + columns + 1]];
  const [downLeft, upLeft] = [values[place + columns - 1], values[place - columns - 1]];
  const count = up + upRight + right + downRight + down + downLeft + left + upLeft;
  if (count < 2 || count > 6) return false;
  const begins = // of the eight around it, how many follow on paper
    (up < upRight) + (upRight < right) + (right < downRight) + (downRight < down) +
    (down < downLeft) + (downLeft < left) + (left < upLeft) + (upLeft < up);
  return begins === 1;
}

/** Each square of so many pixels as one: the most of their ink, or its mean. */
export function reduced({ rows, columns, values }, block, isMost) {
  const few = grid(Math.ceil(rows / block), Math.ceil(columns / block));
  for (let place = 0; place < values.length; place++) {
    const row = Math.floor(place / columns / block);
    const at = row * few.columns + Math.floor((place % columns) / block);
    few.values[at] = isMost ? Math.max(few.values[at], values[place]) : few.values[at] + values[place] / block ** 2;
  }
  return few;
}

/** How thick strokes are, from a count of where they begin. */
export function strokeWidth(mask) {
  const { rows, columns, values } = mask;
  let [count, down, across] = [0, 0, 0];
  for (let place = 0; place < values.length; place++) {
    if (!values[place]) continue;
    count++;
    if (place < columns || !values[place - columns]) down++;
    if (place % columns === 0 || !values[place - 1]) across++;
  }
  return count / Math.max(Math.hypot(down, across), 1);
}

/** A value, or the nearest one from 0 to 1. */
export const within = (value) => Math.min(Math.max(value, 0), 1);
