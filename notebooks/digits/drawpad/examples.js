// Drawings for whoever cannot or does not want to draw: strokes as the pad keeps them, [x, y] from 0 to 1.

const POINTS = 24; // of an arc

/** Part of an ellipse, from one angle to another in degrees: 0 is to the right, 90 is down. */
function arc([x, y], [across, down], from, to) {
  return Array.from({ length: POINTS + 1 }, (_, step) => {
    const angle = ((from + ((to - from) * step) / POINTS) * Math.PI) / 180;
    return [x + across * Math.cos(angle), y + down * Math.sin(angle)];
  });
}

const three = [...arc([0.48, 0.33], [0.17, 0.15], -150, 90), ...arc([0.48, 0.66], [0.21, 0.18], -90, 150)];
const four = [
  [[0.56, 0.14], [0.28, 0.6], [0.76, 0.6]],
  [[0.61, 0.42], [0.59, 0.87]],
];
const two = [...arc([0.26, 0.38], [0.13, 0.13], -160, 30), [0.12, 0.76], [0.42, 0.75]];
const zero = arc([0.72, 0.54], [0.13, 0.24], -90, 270);
const letter = [
  [[0.24, 0.85], [0.5, 0.15], [0.76, 0.85]],
  [[0.34, 0.6], [0.66, 0.6]],
];

/** What is drawn, in words, and how; the last is no digit. */
export const EXAMPLES = [
  { name: "a 3", strokes: [three] },
  { name: "a 4", strokes: four },
  { name: "a 2 and a 0", strokes: [two, zero] },
  { name: "the letter A", strokes: letter },
];
