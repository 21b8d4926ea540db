// What a network makes of a drawing: the same readings that Python's handwriting/reading.py gives of a picture.

import { marksOf } from "./drawing.js";
import { forward, probabilities, readNetwork } from "./network.js";

const UNSURE_BELOW = 0.9; // so probable must an answer be to be given
const SURE_APART = 0.95; // so probable must each part be, for a mark to be read as several digits
const [MARKS_OF_A_TEXT, DIGITS_IN_A_TEXT] = [10, 0.25]; // many marks, few of them digits: a text

/** The network of a file at an address; an error if it cannot be had. */
export async function loadNetwork(address) {
  const answer = await fetch(address);
  if (!answer.ok) throw new Error(`${address}: ${answer.status}`);
  return readNetwork(new Uint8Array(await answer.arrayBuffer()));
}

/**
 * What is read of a drawing, as the view shows it: {digits}, in reading order; or {notice} where there is no digit yet,
 * as of a dash, a plus sign, or the first bar of a 5.
 *
 * ink: a grid, 0 for paper to 1 for ink. beside: other networks, which are asked about the same marks.
 */
export function readDrawing(ink, network, beside = []) {
  const read = (mark) => {
    const outputs = forward(network, mark.image);
    const isConvolution = outputs[0].shape.length === 3;
    return { ...mark, probabilities: outputs.at(-1).values, maps: isConvolution ? outputs[0] : null };
  };
  const found = marksOf(ink).flatMap((mark) => {
    const whole = read(mark);
    const parts = isSureDigit(whole) ? [] : mark.parts.map(read);
    // Only a network that knows "no digit" is not sure of two digits that touch, nor of half a digit.
    return parts.length > 0 && parts.every(isSurelyAPart) ? parts : [whole];
  });
  if (!found.length) return { notice: "No digit so far." };
  const isText =
    found.length >= MARKS_OF_A_TEXT && found.filter(isSureDigit).length < DIGITS_IN_A_TEXT * found.length;
  const digits = found.map((one) => ({
    name: network.name,
    digit: isDigit(one) ? placeOfMost(one.probabilities) : null,
    sure: !isText && Math.max(...one.probabilities) >= UNSURE_BELOW,
    box: one.box,
    probabilities: Array.from(one.probabilities),
    image: Array.from(one.image, (share) => Math.round(255 * share)),
    maps: found.length === 1 ? one.maps : null,
    beside: beside.map((other) => ({ name: other.name, probabilities: Array.from(probabilities(other, one.image)) })),
  }));
  return { digits };
}

const placeOfMost = (numbers) => numbers.indexOf(Math.max(...numbers));
const isDigit = ({ probabilities }) => placeOfMost(probabilities) < 10;
const isSureDigit = (one) => isDigit(one) && Math.max(...one.probabilities) >= UNSURE_BELOW;
const isSurelyAPart = ({ probabilities }) =>
  probabilities.length > 10 && Math.max(...probabilities.slice(0, 10)) >= SURE_APART;
