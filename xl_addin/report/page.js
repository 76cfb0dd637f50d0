// Links open what they lead into; cells of heatmaps say in words what they stand for.
const opened = (element) => {
  for (let at = element; at; at = at.parentElement) if (at.localName === "details") at.open = true;
};
const reveal = () => {
  const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (!target) return;
  opened(target);
  target.scrollIntoView();
};
addEventListener("hashchange", reveal);
addEventListener("click", (event) => {
  if (event.target.closest("a[href^='#']")) setTimeout(reveal);
});
addEventListener("beforeprint", () => document.querySelectorAll("details").forEach(opened));
addEventListener("pointerover", (event) => {
  const cell = event.target.closest && event.target.closest("td[title]");
  if (!cell) return;
  const head = cell.closest("table").querySelectorAll("thead th")[cell.cellIndex];
  cell.closest("figure").querySelector("output").textContent =
    cell.title + "\n" + (head ? head.title : "");
});
reveal();
