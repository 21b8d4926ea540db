// A neural network's forward pass, without any library: from 784 numbers to a probability for each answer.
//
// The network comes in a file that Python writes (training/shipping.py): a line that says what the file is, a line of
// JSON that lists the layers in their order, and then the weights of each layer and its biases, two bytes each.
// Between two layers travels {values, shape}: a Float32Array, and [rows, columns, channels] or [units]. The last of
// these runs fastest: the value in row r, column c and channel k lies at (r * columns + c) * channels + k.

const KIND = "digits network 1";

/** A network from the bytes of its file: {name, answers, layers}. Throws an Error if they are no such file. */
export function readNetwork(bytes) {
  const firstEnd = bytes.indexOf(10); // 10 is the end of a line
  const secondEnd = bytes.indexOf(10, firstEnd + 1);
  const text = (start, end) => new TextDecoder().decode(bytes.subarray(start, end));
  if (text(0, firstEnd) !== KIND) throw new Error("This file is no network that this version can read.");
  const header = JSON.parse(text(firstEnd + 1, secondEnd));
  const halves = new DataView(bytes.buffer, bytes.byteOffset + secondEnd + 1);
  let place = 0;
  const numbers = (count) => Float32Array.from({ length: count }, () => float16(halves.getUint16(2 * place++, true)));
  const layers = header.layers.map((layer) => {
    if (!(layer.kind in FORWARD)) throw new Error(`The network has a layer of kind ${layer.kind}, which is unknown.`);
    if (!layer.shape) return layer;
    const count = layer.shape.reduce((product, side) => product * side);
    return { ...layer, weights: numbers(count), biases: numbers(layer.shape.at(-1)) };
  });
  return { name: header.name, answers: header.answers, layers };
}

/** A number of two bytes: one bit for the sign, five for the power of 2, ten for the digits behind the point. */
function float16(bits) {
  const sign = bits & 0x8000 ? -1 : 1;
  const power = (bits >> 10) & 0x1f;
  const fraction = (bits & 0x3ff) / 1024;
  if (power === 0) return sign * 2 ** -14 * fraction; // the smallest numbers have no leading 1
  return sign * 2 ** (power - 15) * (1 + fraction);
}

/**
 * What each layer of a network makes of an image, from the first to the last: the last one's values are probabilities.
 *
 * image: 784 numbers from 0 for paper to 1 for ink, row by row.
 */
export function forward(network, image) {
  const outputs = [];
  const isFlat = network.layers[0].kind === "dense";
  let passed = { values: Float32Array.from(image), shape: isFlat ? [784] : [28, 28, 1] };
  for (const layer of network.layers) {
    passed = FORWARD[layer.kind](passed, layer);
    outputs.push(passed);
  }
  return outputs;
}

/** A probability for each answer; image as for forward. */
export const probabilities = (network, image) => forward(network, image).at(-1).values;

// Each unit adds all its inputs, each times the weight between them, and its bias.
function dense({ values }, { shape, weights, biases }) {
  const units = shape[1];
  const sums = Float32Array.from(biases);
  for (let input = 0; input < values.length; input++) addTimes(sums, 0, values[input], weights, input * units, units);
  return { values: sums, shape: [units] };
}

// A window slides over the picture. At each place, each filter adds all that the window shows, times its weights.
export function convolution({ values, shape: [rows, columns, channels] }, { shape, weights, biases }) {
  const [height, width, , filters] = shape;
  const [outRows, outColumns] = [rows - height + 1, columns - width + 1];
  const sums = new Float32Array(outRows * outColumns * filters);
  for (let row = 0; row < outRows; row++) {
    for (let column = 0; column < outColumns; column++) {
      const place = (row * outColumns + column) * filters;
      sums.set(biases, place);
      for (let down = 0; down < height; down++) {
        // Beside each other in the picture is beside each other in memory: one row of the window is one stretch.
        const start = ((row + down) * columns + column) * channels;
        const weight = down * width * channels * filters;
        for (let step = 0; step < width * channels; step++)
          addTimes(sums, place, values[start + step], weights, weight + step * filters, filters);
      }
    }
  }
  return { values: sums, shape: [outRows, outColumns, filters] };
}

// One input's share in all sums. After ReLU most inputs are 0, and add nothing.
function addTimes(sums, place, value, weights, weight, count) {
  if (value === 0) return;
  for (let number = 0; number < count; number++) sums[place + number] += value * weights[weight + number];
}

// The largest of each 2 x 2 values, in each channel; a last odd row or column is left out.
function pooling({ values, shape: [rows, columns, channels] }) {
  const [outRows, outColumns] = [rows >> 1, columns >> 1];
  const largest = new Float32Array(outRows * outColumns * channels);
  for (let row = 0; row < outRows; row++) {
    for (let column = 0; column < outColumns; column++) {
      for (let channel = 0; channel < channels; channel++) {
        const upper = (2 * row * columns + 2 * column) * channels + channel;
        const lower = upper + columns * channels;
        largest[(row * outColumns + column) * channels + channel] = Math.max(
          Math.max(values[upper], values[upper + channels]),
          Math.max(values[lower], values[lower + channels]),
        );
      }
    }
  }
  return { values: largest, shape: [outRows, outColumns, channels] };
}

// Powers of e, each divided by their sum. The largest is subtracted first, so that no power becomes too large.
function softmax({ values, shape }) {
  const largest = Math.max(...values);
  const powers = values.map((value) => Math.exp(value - largest));
  const sum = powers.reduce((total, power) => total + power);
  return { values: powers.map((power) => power / sum), shape };
}

const each = (change) => (passed) => ({ values: passed.values.map(change), shape: passed.shape });

const FORWARD = {
  dense,
  convolution,
  pooling,
  softmax,
  relu: each((value) => Math.max(value, 0)),
  sigmoid: each((value) => 1 / (1 + Math.exp(-value))),
  flatten: ({ values }) => ({ values, shape: [values.length] }),
};
