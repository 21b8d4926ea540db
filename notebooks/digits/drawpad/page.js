// The web page: a drawing is read in the browser; a picture's file goes to this server, and its reading is shown.
import { createInput, problemWith } from "./pad.js";
import { loadNetwork, readDrawing } from "./reader.js";
import { createReading } from "./reading.js";

const LARGEST = 32; // MB; the server takes no more
const WAITING = { notice: "Waiting for the server ..." };
// Seconds. A busy server says itself when to ask again, within limits; one that does not answer may be gone.
const SHORTEST_PAUSE = 0.5;
const LONGEST_PAUSE = 10;
const PATIENCE_WHEN_BUSY = 120;
const PATIENCE_WITHOUT_ANSWER = 10;

const view = createReading(document.querySelector("#reading"), "Draw a digit.");
const upload = document.querySelector("#file");
const network = await loadNetwork("network.bin").catch(() => null);
const input = createInput(document.querySelector("#pad"), upload, view.preview, drawn, read);
let latest; // {picture, since}: what is to be read, or null for nothing, and when it came, in milliseconds
let isReading = false;
let isWaiting = false;

function show(reading) {
  view.show(reading);
  input.mark(reading);
}

// A drawing is read here, without the server.
function drawn(ink) {
  latest = null;
  if (network) show(ink && readDrawing(ink, network));
  else show({ error: "The network could not be loaded. Load this page again." });
}

// One request at a time: whatever was chosen meanwhile is read next, and nothing in between.
async function read(picture) {
  latest = { picture, since: performance.now() };
  show(WAITING);
  if (isReading) return;
  isReading = true;
  for (let asked; latest && asked !== latest; ) {
    asked = latest;
    const answer = await ask(asked.picture);
    if (answer.pause && performance.now() - asked.since < 1000 * answer.patience) {
      await wait(answer.pause);
      asked = null; // so that it is asked again, or something newer
    } else if (asked === latest) show(answer.reading);
  }
  isReading = false;
}

async function wait(seconds) {
  if (latest) show(WAITING);
  isWaiting = true;
  // A class that was turned away together must not come back together.
  const spread = Math.max(SHORTEST_PAUSE, Number(seconds) || 0) * (1 + Math.random() / 2);
  await new Promise((resolve) => setTimeout(resolve, 1000 * Math.min(LONGEST_PAUSE, spread)));
  isWaiting = false;
}

// The reading; and if it is worth asking again, the pause before that, and for how long in all, both in seconds.
async function ask(picture) {
  const problem = problemWith(picture, LARGEST);
  if (problem) return { reading: { error: problem } };
  try {
    const answer = await fetch("api/read", { method: "POST", body: picture });
    const reading = await answer.json();
    const pause = answer.status === 503 && answer.headers.get("Retry-After");
    return { reading, pause, patience: PATIENCE_WHEN_BUSY };
  } catch {
    const reading = { error: "The server does not answer. Is it still running?" };
    return { reading, pause: 1, patience: PATIENCE_WITHOUT_ANSWER };
  }
}

const about = await (await fetch("api/about")).json();
document.querySelector("#about").textContent =
  `Read by the network “${about.network}”, trained on: ${about.dataset}. Drawings stay in this browser; pictures are read by the server, and not kept.`;
