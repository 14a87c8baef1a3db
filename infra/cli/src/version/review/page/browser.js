// Stands in a page with two frames of the page under test. Measures both, and answers in the first one.
const found = [];
const frames = [...document.querySelectorAll("iframe")];
const inFrame = (frame, id) => frame.contentDocument.getElementById(id);

function measure(frame) {
  const root = frame.contentDocument.documentElement;
  if (root.scrollWidth > root.clientWidth) found.push(`${frame.title}: ${root.scrollWidth} pixels in ${root.clientWidth}`);
}

function press(frame, letters) {
  const view = frame.contentWindow;
  for (const key of letters) frame.contentDocument.dispatchEvent(new view.KeyboardEvent("keydown", { key, bubbles: true }));
}

function note(frame) {
  found.push([inFrame(frame, "place"), inFrame(frame, "message")].map(element => element.textContent).join(": "));
}

async function saved(frame) {
  const view = frame.contentWindow;
  let blob;
  view.URL.createObjectURL = made => { blob = made; return "#"; };
  view.HTMLAnchorElement.prototype.click = () => {};
  inFrame(frame, "save").click();
  return (await blob.text()).replace(/\d{4}-\d\d-\d\dT[\d:]+Z/g, "now");
}

addEventListener("load", async () => {
  frames.forEach(measure);
  const [frame] = frames;
  found.push(inFrame(frame, "question").textContent);
  press(frame, "b");
  note(frame);
  press(frame, "ss");
  press(frame, "d");
  note(frame);
  press(frame, "bdk");
  note(frame);
  // The page is loaded again, and goes on where it was.
  await new Promise(loaded => { frame.onload = loaded; frame.srcdoc += " "; });
  note(frame);
  found.push(inFrame(frame, "verdict").textContent);
  press(frame, "s");
  note(frame);
  inFrame(frame, "who").value = "Ada, \"night\"";
  found.push(await saved(frame));
  press(frame, "D");
  frames.forEach(measure);
  found.push(inFrame(frame, "counts").textContent, String(inFrame(frame, "card").hidden));
  found.push(frame.contentDocument.activeElement.id);
  document.body.textContent = `found:${found.join("|")}.`;
});
