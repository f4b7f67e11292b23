// Adds to a page that is whole without it: the reader's own time on hover, and arrow keys from mark to mark of the map.
"use strict";
for (const time of document.querySelectorAll("time[datetime]")) {
  const at = new Date(time.dateTime);
  if (!isNaN(at)) time.title += "\nyour time: " + at.toLocaleString(undefined, { dateStyle: "medium", timeStyle: "short" });
}
document.querySelector("svg.map")?.addEventListener("keydown", (event) => {
  const way = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
  const here = event.target.closest("a");
  if (!way || !here) return;
  event.preventDefault();
  const middle = (link) => { const box = link.getBoundingClientRect(); return [box.left + box.width / 2, box.top + box.height / 2]; };
  const [x, y] = middle(here);
  let best = null, least = Infinity;
  for (const link of here.closest("g").querySelectorAll("a")) {
    const [a, b] = middle(link), ahead = (a - x) * way[0] + (b - y) * way[1], aside = Math.abs((a - x) * way[1]) + Math.abs((b - y) * way[0]);
    if (link !== here && ahead > 0.5 && ahead + 2 * aside < least) { best = link; least = ahead + 2 * aside; }
  }
  best?.focus();
});
