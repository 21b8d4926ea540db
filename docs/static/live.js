// On a published page: a pad wherever the page has a place for one. It reads in the browser, and sends nothing.
import { createPad } from "./pad.js";
import { loadNetwork, readDrawing } from "./reader.js";
import { createReading, make } from "./reading.js";

const loading = loadNetwork(new URL("network.bin", import.meta.url));
let network = null;

for (const place of document.querySelectorAll(".digits-live")) {
  place.classList.add("digits");
  const left = make("div", { className: "digits-left" });
  const right = make("div", { className: "digits-right" });
  place.append(left, right);
  const view = createReading(right, "Draw a digit.");
  let latest = null;
  const pad = createPad(left, async (ink) => {
    latest = ink;
    if (ink && !network) {
      view.show({ notice: "Loading the network ..." });
      try {
        network = await loading;
      } catch {
        return view.show({ error: "The network could not be loaded. Load this page again." });
      }
      if (latest !== ink) return; // something newer was drawn, or it was cleared
    }
    const reading = ink && readDrawing(ink, network);
    view.show(reading);
    pad.mark(reading?.digits ?? []);
  });
  place.nextElementSibling?.remove(); // what stands there for those without scripts
}
