// The web page: the drawing, or a picture's file, goes to this server; its reading is shown.
import { createInput, createReading } from "./pad.js";

const show = createReading(document.querySelector("#reading"), "Draw a digit.");
let latest = null; // the picture to be read, or null for none
let isReading = false;

// One request at a time: whatever was drawn meanwhile is read next, and nothing in between.
async function read(picture) {
  latest = picture;
  if (isReading) return;
  isReading = true;
  let done;
  do {
    done = latest;
    const reading = done && (await ask(done));
    if (done === latest) show(reading);
  } while (done !== latest);
  isReading = false;
}

async function ask(picture) {
  try {
    const answer = await fetch("api/read", { method: "POST", body: picture });
    return await answer.json();
  } catch {
    return { error: "The server does not answer. Is it still running?" };
  }
}

createInput(document.querySelector("#pad"), document.querySelector("#file"), read);

const about = await (await fetch("api/about")).json();
document.querySelector("#about").textContent =
  `Read by the network “${about.network}”, trained on: ${about.dataset}. Nothing that you draw or send is kept.`;
