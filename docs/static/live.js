// On a published page: a pad wherever the page has a place for one. It reads in the browser, and sends nothing.
import { readNetwork } from "./network.js";
import { createPad } from "./pad.js";
import { readDrawing } from "./reader.js";
import { createReading, make } from "./reading.js";

const network = fetch(new URL("network.bin", import.meta.url)).then(async (answer) => {
  if (!answer.ok) throw new Error(answer.status);
  return readNetwork(new Uint8Array(await answer.arrayBuffer()));
});

for (const place of document.querySelectorAll(".digits-live")) {
  place.classList.add("digits");
  const left = make("div", { className: "digits-left" });
  const right = make("div", { className: "digits-right" });
  place.append(left, right);
  const view = createReading(right, "Draw a digit.");
  const pad = createPad(left, async (ink) => {
    try {
      const reading = ink && readDrawing(ink, await network);
      view.show(reading);
      pad.mark(reading?.digits ?? []);
    } catch {
      view.show({ error: "The network could not be loaded. Load this page again." });
    }
  });
}
