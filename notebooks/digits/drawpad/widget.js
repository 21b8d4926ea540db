// The notebook's widget (anywidget): a drawing is read here, with or without a kernel; a picture's file goes to Python.
import { readNetwork } from "./network.js";
import { createInput, problemWith } from "./pad.js";
import { readDrawing } from "./reader.js";
import { createReading, make } from "./reading.js";

// In MB. A notebook's server closes the connection to the kernel when a message has more than 10 MB.
const LARGEST_IN_NOTEBOOK = 9;

const bytesOf = (view) => new Uint8Array(view.buffer, view.byteOffset, view.byteLength);

export default {
  render({ model, el }) {
    el.classList.add("digits");
    const left = make("div", { className: "digits-left" });
    const right = make("div", { className: "digits-right" });
    el.append(left, right);
    const view = createReading(right, "Draw a digit.");
    const upload = make("input", { type: "file", accept: "image/*" });
    const [network, ...beside] = model.get("networks").map((file) => readNetwork(bytesOf(file)));
    let source; // a number for one file; a reading has that of what was read
    function show(reading) {
      view.show(reading);
      input.mark(reading);
    }
    function drawn(ink) {
      source = null;
      show(ink && readDrawing(ink, network, beside));
    }
    async function chosen(file) {
      source = Math.random();
      const asked = source;
      const problem = problemWith(file, LARGEST_IN_NOTEBOOK);
      show(problem ? { error: problem } : { notice: "Waiting for the notebook's kernel ..." });
      if (problem) return;
      const bytes = await file.arrayBuffer();
      if (asked !== source) return; // something newer was given meanwhile
      model.set({ picture: new DataView(bytes), source });
      model.save_changes();
    }
    const input = createInput(left, upload, view.preview, drawn, chosen);
    left.append(make("label", { className: "digits-upload" }, "Or show a picture: ", upload));
    const answered = () => {
      const reading = model.get("reading");
      if (reading?.source === source) show(reading); // not what was read of an older picture
    };
    model.on("change:reading", answered);
    return () => model.off("change:reading", answered);
  },
};
