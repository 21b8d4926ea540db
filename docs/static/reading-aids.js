// For the keyboard: what scrolls sideways can be reached. For the printer: what is folded is opened.
function mark() {
  for (const box of document.querySelectorAll("article pre, article .table-wrapper, article .cell_output .output")) {
    const scrolls = box.scrollWidth > box.clientWidth;
    box.toggleAttribute("tabindex", scrolls);
    if (scrolls) box.tabIndex = 0;
  }
}
addEventListener("load", mark);
addEventListener("resize", mark);
addEventListener("toggle", mark, true); // a fold that was opened

let opened = [];
addEventListener("beforeprint", () => {
  opened = [...document.querySelectorAll("details:not([open])")];
  for (const fold of opened) fold.open = true;
});
addEventListener("afterprint", () => {
  for (const fold of opened) fold.open = false;
});
