// Other views of the car on its stage; without this the links open the picture.
document.addEventListener("click", (event) => {
  const link = event.target.closest?.(".thumbs a");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  const stage = document.getElementById(link.closest("[data-stage]").dataset.stage);
  const image = stage?.querySelector("img");
  if (!image) return;
  event.preventDefault();
  stage.querySelector("source").srcset = link.dataset.avif;
  image.src = link.href;
  image.alt = link.querySelector("img").alt;
  for (const other of document.querySelectorAll(".thumbs a")) other.toggleAttribute("aria-current", false);
  link.setAttribute("aria-current", "true");
});
