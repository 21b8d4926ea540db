// The notebook's widget (anywidget): the drawing goes to Python as a PNG file, the reading comes back.
import { createInput, problemWith } from "./pad.js";
import { createReading, make } from "./reading.js";

// In MB. A notebook's server closes the connection to the kernel when a message has more than 10 MB.
const LARGEST_IN_NOTEBOOK = 9;

export default {
  render({ model, el }) {
    el.classList.add("digits");
    const left = make("div", { className: "digits-left" });
    const right = make("div", { className: "digits-right" });
    el.append(left, right);
    const view = createReading(right, "Draw a digit.");
    const upload = make("input", { type: "file", accept: "image/*" });
    let latest = null;
    let problem = null;
    let source; // a number for one drawing or one file; a reading has that of what was read
    function update() {
      const reading = problem ? { error: problem } : model.get("reading");
      view.show(reading);
      input.mark(reading?.source === source ? reading : null); // no boxes of one picture over another one
    }
    const input = createInput(left, upload, view.preview, async (blob) => {
      const isSameDrawing = latest && blob && !(latest instanceof File) && !(blob instanceof File);
      if (!isSameDrawing) source = Math.random();
      latest = blob;
      problem = blob && problemWith(blob, LARGEST_IN_NOTEBOOK);
      update();
      const bytes = blob && !problem ? await blob.arrayBuffer() : new ArrayBuffer(0);
      if (blob !== latest) return; // a newer one was quicker
      model.set({ drawing: new DataView(bytes), source });
      model.save_changes();
    });
    left.append(make("label", { className: "digits-upload" }, "Or show a picture: ", upload));
    model.on("change:reading", update);
    update();
    return () => model.off("change:reading", update);
  },
};
