// The script of a page. All files share one scope and leave no name outside it.
//
// What tests and readers can hold on to:
//   #verdict[data-verdict]      how the run came out; #line, #copy, #copied: the line and its button
//   #timeline                   the section; #detail: the box that takes wheel, pointers and keys
//   #detail[data-from][data-to] what is in view, in nanoseconds
//   #lanes                      the picture in it: one group .lane[data-lane] for each lane
//   [data-span]                 what can be pointed at: the number of a span, from 0
//   #hint                       what the pointer is on; #told: what the keyboard is on, read aloud
//   #overview                   the strip of the whole run; #frame: the part of it in view
//   #zoom-in #zoom-out #earlier #later #all #previous #next: the buttons
//   #key                        colours of messages, a check box each: [data-kind]
//   .chart[data-chart]          a curve, drawn by uPlot; .stand-in: the tables, folded away
//   html.has-script             everything above is in place
const by = (id) => document.getElementById(id);
const RUN = JSON.parse(by("data").textContent);
const SVG = "http://www.w3.org/2000/svg";

// An element of a picture with these attributes.
const drawn = (name, attributes = {}, words = null) => {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  if (words !== null) element.textContent = words;
  return element;
};

// The colour that the style gives to a name now.
const colour = (name) =>
  getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
const onPaper = () => document.documentElement.hasAttribute("data-paper");
const PAPER_WIDTH = 680;
